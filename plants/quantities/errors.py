"""The one error for bad input, and the error for a simulation that cannot go on."""

from __future__ import annotations

from collections.abc import Iterable


class InputError(ValueError):
    """Bad input from a user: names the field, the value, what is allowed and where it came from.

    Parameters
    ----------
    field : str
        What was given wrongly, for example ``"patient"`` or ``"parameters.lv_ees.value"``.
    value : object
        The value that was refused.
    allowed : str
        What would have been accepted, in words.
    source : str, optional
        Where the value came from: a file, a command-line option, an argument.

    Examples
    --------
    >>> from plants import InputError
    >>> str(InputError("heart_rate", 900.0, "20 to 250 1/min", source="mine.toml"))
    'mine.toml: heart_rate = 900.0 is not allowed; allowed: 20 to 250 1/min'
    """

    def __init__(self, field: str, value: object, allowed: str, *, source: str | None = None):
        self.field, self.value, self.allowed, self.source = field, value, allowed, source
        where = f"{source}: " if source else ""
        super().__init__(f"{where}{field} = {value!r} is not allowed; allowed: {allowed}")

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.field, self.value, self.allowed, self.source))


def _rebuild(field: str, value: object, allowed: str, source: str | None) -> InputError:
    return InputError(field, value, allowed, source=source)


def unknown_name(
    field: str, value: object, choices: Iterable[str], *, source: str | None = None
) -> InputError:
    """Error for a name that is not one of a known list; the message lists the choices."""
    return InputError(field, value, "one of " + ", ".join(choices), source=source)


class PhysicsError(RuntimeError):
    """A simulation left the physical range, or a periodic state was not found."""
