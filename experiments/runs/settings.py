"""Settings of a study, and how they are called on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pydantic.fields import FieldInfo

from plants.quantities import CheckedModel, InputError, all_errors, each_error


class Settings(CheckedModel):
    """Settings of a study: each field is an option of its command and a key of its files.

    The description of a field is the help of the option; its default and bounds hold for both. An
    :class:`OptionName` among a field's annotations names the option where it is not the field's
    name. A field with :class:`Resolved` is no option: the study fills it in when a run begins.
    """


@dataclass(frozen=True)
class OptionName:
    """How a setting is called on the command line.

    Parameters
    ----------
    name : str
        The option without its dashes; "" for the name of the field.
    always : bool
        Whether the command line that repeats a study names it even at its default.
    """

    name: str = ""
    always: bool = False


@dataclass(frozen=True)
class Resolved:
    """Marks a setting that is filled in when a run begins, so that going on finds it unchanged."""


def option_name(field: str, info: FieldInfo) -> OptionName:
    """The option of a setting, as its annotations say."""
    given = [part for part in info.metadata if isinstance(part, OptionName)]
    name = given[0].name if given else ""
    return OptionName(name or field.replace("_", "-"), bool(given) and given[0].always)


def option_words(option: str, value: object) -> list[str]:
    """The words that give an option a value on the command line.

    Examples
    --------
    >>> from experiments.runs.settings import option_words
    >>> option_words("policy", ("a", "b")), option_words("quick", False)
    (['--policy', 'a', '--policy', 'b'], ['--no-quick'])
    """
    if isinstance(value, bool):
        return [f"--{option}" if value else f"--no-{option}"]
    values = value if isinstance(value, tuple | list) else (value,)
    return [word for single in values for word in (f"--{option}", str(single))]


def option_fields(settings: type[Settings]) -> dict[str, FieldInfo]:
    """The settings that are options, by field name."""
    return {
        name: info
        for name, info in settings.model_fields.items()
        if not any(isinstance(part, Resolved) for part in info.metadata)
    }


def as_typed(error: InputError, options: Mapping[str, str], source: str = "") -> InputError:
    """The refusals with the option that was typed in place of the field that it fills.

    Parameters
    ----------
    error : InputError
        One refusal or several; those that come from a file stay as they are.
    options : mapping of str to str
        What is typed, by field.
    source : str, optional
        Where the fields come from that are none of these.

    Examples
    --------
    >>> from experiments.runs.settings import as_typed
    >>> from plants import InputError
    >>> print(as_typed(InputError("first_seed", -1, "0 or more"), {"first_seed": "--seed"}))
    --seed = -1 is not allowed; allowed: 0 or more
    """

    def renamed(refusal: InputError) -> InputError:
        field, _, key = re.sub(r"\[.*", "", refusal.field).partition(".")
        if refusal.source:
            return refusal
        if field in options:
            typed = options[field] + (f".{key}" if key else "")
            return InputError(typed, refusal.value, refusal.allowed)
        return InputError(refusal.field, refusal.value, refusal.allowed, source=source or None)

    return all_errors([renamed(refusal) for refusal in each_error(error)])


def check_all(checks: Iterable[Callable[[], object]]) -> None:
    """Make every check, and raise everything that they refuse as one error.

    Raises
    ------
    InputError
        At least one check raised it; the same refusal is told once.

    Examples
    --------
    >>> from functools import partial
    >>> from experiments.runs import check_all
    >>> from plants import InputError, Patient, Scenario
    >>> try:
    ...     check_all([partial(Patient.load, "nobody"), partial(Scenario.load, "nothing")])
    ... except InputError as error:
    ...     print([refusal.field for refusal in error.errors])
    ['patient', 'scenario']
    """
    refusals: dict[str, InputError] = {}
    for check in checks:
        try:
            check()
        except InputError as error:
            refusals.setdefault(str(error), error)
    if refusals:
        raise all_errors(list(refusals.values()))
