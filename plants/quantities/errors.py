"""The one error for bad input, and the error for a simulation that cannot go on."""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_Result = TypeVar("_Result")
# A name that is near enough to be meant, as a whole and in one of its words.
_NEAR, _NEAR_WORD = 0.5, 0.75


class _Missing:
    """Stands for a value that is not there in an error message."""

    def __repr__(self) -> str:
        return "(missing)"

    # The only one, also when an error comes back from another process.
    def __reduce__(self) -> str:
        return "MISSING"


MISSING = _Missing()
_LONGEST = 400  # characters of a refused value in a message
_BREAK = re.compile(r"\s*\n\s*")


class InputError(ValueError):
    """Bad input from a user: names the field, the value, what is allowed and where it came from.

    Parameters
    ----------
    field : str
        What was given wrongly, for example ``"patient"`` or ``"parameters.lv_ees.value"``.
    value : object
        The value that was refused; :data:`MISSING` where there is none.
    allowed : str
        What would have been accepted, in words.
    source : str, optional
        Where the value came from: a file, a command-line option, an argument.

    Examples
    --------
    >>> from plants import InputError
    >>> str(InputError("heart_rate", 900.0, "20 to 250 1/min", source="mine.toml"))
    'mine.toml: heart_rate = 900.0 is not allowed; allowed: 20 to 250 1/min'
    >>> from plants.quantities import MISSING
    >>> str(InputError("heart_rate", MISSING, "20 to 250 1/min"))
    'heart_rate is missing; allowed: 20 to 250 1/min'
    """

    def __init__(self, field: str, value: object, allowed: str, *, source: str | None = None):
        self.field, self.value, self.allowed, self.source = field, value, allowed, source
        where = f"{source}: " if source else ""
        what = "is missing" if value is MISSING else f"= {value_text(value)} is not allowed"
        super().__init__(f"{where}{field} {what}; allowed: {allowed}")

    def located(self, source: str) -> InputError:
        """The same error with where the value came from, unless it is known already."""
        if self.source is not None:
            return self
        return InputError(self.field, self.value, self.allowed, source=source)

    def renamed(self, field: str) -> InputError:
        """The same error of a field that the reader knows by another name."""
        return InputError(field, self.value, self.allowed, source=self.source)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.field, self.value, self.allowed, self.source))


def value_text(value: object) -> str:
    """A value as a message shows it: in a line, and only its beginning where it is long.

    Examples
    --------
    >>> from plants.quantities import value_text
    >>> value_text("P-77"), value_text([0] * 1000)[-6:]
    ("'P-77'", '0, ...')
    """
    try:
        text = _BREAK.sub(" ", repr(value))
    except Exception:
        # A whole number of more digits than Python writes, or a user's own class whose text fails.
        return "a very large number" if isinstance(value, int) else f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _rebuild(
    kind: type[InputError], field: str, value: object, allowed: str, source: str | None
) -> InputError:
    return kind(field, value, allowed, source=source)


# The name that users know it by, so that tracebacks show it.
InputError.__module__ = "plants"


class InputErrors(InputError):
    """Several refusals of one input, told at once; field and value are those of the first.

    Parameters
    ----------
    errors : sequence of InputError
        Two or more.

    Examples
    --------
    >>> from plants import InputError
    >>> from plants.quantities import InputErrors
    >>> print(InputErrors([InputError("low", 9.0, "below high"), InputError("unit", "kg", "mL")]))
    low = 9.0 is not allowed; allowed: below high
    unit = 'kg' is not allowed; allowed: mL
    """

    def __init__(self, errors: Sequence[InputError]):
        first = errors[0]
        super().__init__(first.field, first.value, first.allowed, source=first.source)
        self.errors = tuple(errors)
        self.args = ("\n".join(str(error) for error in errors),)

    def located(self, source: str) -> InputErrors:
        """The same errors with where the values came from, unless that is known already."""
        return InputErrors([error.located(source) for error in self.errors])

    def __reduce__(self) -> tuple[object, ...]:
        return (InputErrors, (self.errors,))


def all_errors(errors: Sequence[InputError]) -> InputError:
    """One error for one or more of them, flat."""
    flat = [single for error in errors for single in each_error(error)]
    return flat[0] if len(flat) == 1 else InputErrors(flat)


class ErrorCollector:
    """Gathers refusals, so that all that is wrong is told at once.

    Examples
    --------
    >>> from plants.quantities import ErrorCollector, InputError
    >>> def positive(value, field):
    ...     if value <= 0:
    ...         raise InputError(field, value, "a positive number")
    ...     return value
    >>> collector = ErrorCollector()
    >>> collector.call(positive, 2.0, "length"), collector.call(positive, -1.0, "width")
    (2.0, None)
    >>> try:
    ...     collector.tell()
    ... except InputError as error:
    ...     print(error)
    width = -1.0 is not allowed; allowed: a positive number
    """

    def __init__(self) -> None:
        self._errors: list[InputError] = []

    def add(self, error: InputError) -> None:
        """One more refusal."""
        self._errors.append(error)

    def call(
        self, function: Callable[_P, _Result], *values: _P.args, **named: _P.kwargs
    ) -> _Result | None:
        """What the function returns; None where it refuses, which is kept."""
        try:
            return function(*values, **named)
        except InputError as error:
            self.add(error)
            return None

    def tell(self) -> None:
        """Raise all that was gathered, if anything.

        Raises
        ------
        InputError
            Something was refused.
        """
        if self._errors:
            raise all_errors(self._errors)


def each_error(error: InputError) -> tuple[InputError, ...]:
    """The refusals that an error tells, one or more."""
    return error.errors if isinstance(error, InputErrors) else (error,)


def unknown_name(
    field: str, value: object, choices: Iterable[str], *, source: str | None = None
) -> InputError:
    """Error for a name that is not one of a known list; it lists them and suggests the nearest.

    Examples
    --------
    >>> from plants import unknown_name
    >>> print(unknown_name("device", "C", ("CP", "LD")))
    device = 'C' is not allowed; allowed: one of CP, LD (did you mean CP?)
    """
    names = [str(choice) for choice in choices if choice]
    listed = ", ".join(map(_as_listed, names))
    allowed = f"one of {listed}" if names else "no name at all: there is nothing to choose from"
    return InputError(field, value, allowed + nearest_hint(value, names), source=source)


def _as_listed(name: str) -> str:
    """A name in a list with commas; in quotes where it has one itself."""
    return repr(name) if "," in name else name


def lookup(
    table: Mapping[str, _Result], name: str, field: str, *, source: str | None = None
) -> _Result:
    """The entry of a table.

    Raises
    ------
    InputError
        There is none of that name; the message names the nearest.
    """
    if name not in table:
        raise unknown_name(field, name, table, source=source)
    return table[name]


def nearest_hint(value: object, choices: Iterable[str]) -> str:
    """``" (did you mean shock-d?)"``; empty where no known name is near."""
    nearest = nearest_name(value, choices)
    return f" (did you mean {_as_listed(nearest)}?)" if nearest else ""


def nearest_name(value: object, choices: Iterable[str]) -> str:
    """The known name that a misspelt one is nearest to; empty where none is near.

    A name is near as a whole, or in one of its words.

    Examples
    --------
    >>> from plants.quantities import nearest_name
    >>> nearest_name("Shock-D ", ["shock-c", "shock-d"])
    'shock-d'
    >>> nearest_name("pci", ["shock", "high-risk-pci"])
    'high-risk-pci'
    """
    if not isinstance(value, str):
        return ""
    given = value.strip().casefold()
    names = {choice.casefold(): choice for choice in choices}
    words: dict[str, str] = {}
    for name, choice in names.items():
        for word in re.findall(r"\w+", name):
            words.setdefault(word, choice)
    for known, cutoff in ((names, _NEAR), (words, _NEAR_WORD)):
        if near := difflib.get_close_matches(given, known, n=1, cutoff=cutoff):
            return known[near[0]]
    return ""


class FrozenError(AttributeError, ValueError):
    """Something that was checked when it was made cannot be changed afterwards."""


class FailureKind(enum.StrEnum):
    """What kept a simulation from going on; the value is what tables count it as.

    Examples
    --------
    >>> from plants.quantities import FailureKind
    >>> print(FailureKind.NO_PERIODIC_BEAT)
    no periodic beat
    """

    #: No beat, or cycle of a few, was found that repeats and into which a course settles.
    NO_PERIODIC_BEAT = "no periodic beat"
    #: The periodic beat that was found empties a compartment: no heart could beat it.
    COMPARTMENT_EMPTY = "a compartment runs empty"
    #: No arterial pressure was found at which the reflex is in equilibrium.
    REFLEX_UNSETTLED = "the reflex does not settle"
    #: A state of the slow clock left its range.
    SLOW_STATE_OUT_OF_RANGE = "a slow state left its range"
    #: A volume or pressure left the physical range while the beats were integrated.
    OUT_OF_PHYSICAL_RANGE = "the physical range was left"
    #: A value is no number any more, or infinite.
    NOT_FINITE = "a value is no longer finite"
    #: A numerical solver gave up.
    SOLVER_STOPPED = "a solver stopped"
    #: The patient had died before what was asked for.
    DIED = "the patient died"
    #: What ran could not answer what was asked of it.
    NO_ANSWER = "no answer was found"


class PhysicsError(RuntimeError):
    """A simulation left the physical range, or a periodic state was not found.

    Parameters
    ----------
    message : str
        What happened, to whom and when, with its numbers; for a reader only.
    kind : FailureKind
        What programs decide and count by.

    Examples
    --------
    >>> from plants import PhysicsError
    >>> from plants.quantities import FailureKind
    >>> PhysicsError("cvp is nan at 3 s", kind=FailureKind.NOT_FINITE).kind.name
    'NOT_FINITE'
    """

    def __init__(self, message: str, *, kind: FailureKind = FailureKind.NO_ANSWER):
        super().__init__(message)
        self.kind = kind
