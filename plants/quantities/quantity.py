"""A number with its unit, source and confidence, and its checks.

Patients and pumps are files of such quantities. Every refusal is an
:class:`~plants.InputError` that names the file, the key, the value and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Protocol

from plants.quantities.errors import InputError, unknown_name

#: What the first letter of a tag says about a value.
TAGS = {"S": "seen in a source", "R": "recalled", "D": "derived", "X": "fill or guess"}

# A letter, perhaps several ("S/R"), perhaps a remark on the confidence ("R medium-high").
_TAG = re.compile(r"[SRDX](/[SRDX])*( .+)?")
_TAG_ALLOWED = "S, R, D or X, with an optional remark: " + ", ".join(
    f"{letter} {meaning}" for letter, meaning in TAGS.items()
)
_REPLACED = " with replaced values"
_KEYS = ("value", "unit", "source", "tag")


class _Missing:
    """Stands for a value that is not there in an error message."""

    def __repr__(self) -> str:
        return "(missing)"


MISSING = _Missing()


class Declared(Protocol):
    """What a quantity is checked against: a patient or device parameter, or a signal."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, where it came from and how far it is to be believed.

    Parameters
    ----------
    value : float
        The number, in `unit`.
    unit : str
        Unit as printed; ``"1"`` for a ratio.
    source : str
        Where the number came from; a guess says so.
    tag : str
        Confidence: S seen in a source, R recalled, D derived, X fill or guess; a remark may
        follow the letter (``"R medium-high"``).

    Examples
    --------
    >>> from plants import Quantity
    >>> Quantity(0.75, "mmHg.s/mL", "Burkhoff's closed loop", "S").value
    0.75
    """

    value: float
    unit: str
    source: str
    tag: str


def range_text(declared: Declared) -> str:
    """The allowed range in words, for example ``'0.05 to 10 mmHg/mL'``."""
    unit = "" if declared.unit == "1" else f" {declared.unit}"
    return f"{declared.low:g} to {declared.high:g}{unit}"


def check_number(value: object, declared: Declared, field: str, source: str | None) -> float:
    """The value as a float, when it is a finite number in the declared range.

    Raises
    ------
    InputError
        The value is no number (booleans are none), is not finite or is out of range.
    """
    allowed = range_text(declared)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(field, value, f"a number, {allowed}", source=source)
    number: Any = value  # Real declares no comparison with float
    # False for NaN and infinity too, and safe for an integer that no float can hold.
    if not declared.low <= number <= declared.high:
        raise InputError(field, value, f"a finite number, {allowed}", source=source)
    return float(number)


def check_text(value: object, field: str, source: str | None, *, what: str = "text") -> str:
    """The value, when it is a string that is not blank.

    Raises
    ------
    InputError
        It is not.
    """
    if not isinstance(value, str) or not value.strip():
        raise InputError(field, value, f"{what} that is not blank, in quotes", source=source)
    return value


def check_keys(
    table: object,
    allowed: Iterable[str],
    field: str,
    source: str | None,
    *,
    required: Iterable[str] = (),
) -> dict[str, Any]:
    """The table, when it has no key that is not `allowed` and every key that is `required`.

    Raises
    ------
    InputError
        It is no table, a key is unknown or one is missing.
    """
    allowed, prefix = tuple(allowed), f"{field}." if field else ""
    if not isinstance(table, Mapping):
        value = MISSING if table is None else table
        raise InputError(field, value, "a table with " + ", ".join(allowed), source=source)
    for key in table:
        if key not in allowed:
            raise unknown_name(f"key {prefix}{key}", key, allowed, source=source)
    for key in required:
        if key not in table:
            raise InputError(f"{prefix}{key}", MISSING, "this key must be given", source=source)
    return dict(table)


def check_quantity(
    quantity: Quantity, declared: Declared, field: str, source: str | None
) -> Quantity:
    """The quantity, when its unit, value, source and tag are as declared.

    Raises
    ------
    InputError
        The unit is another one, the value is not a finite number in the declared range, the
        source is blank or the tag is not one of the known letters.
    """
    if quantity.unit != declared.unit:
        allowed = f"{declared.unit!r} (value {range_text(declared)})"
        raise InputError(f"{field}.unit", quantity.unit, allowed, source=source)
    value = check_number(quantity.value, declared, f"{field}.value", source)
    check_text(quantity.source, f"{field}.source", source, what="a source")
    check_tag(quantity.tag, f"{field}.tag", source)
    return Quantity(value, quantity.unit, quantity.source, quantity.tag)


def check_tag(tag: object, field: str, source: str | None) -> str:
    """The tag, when it begins with one of the known letters.

    Raises
    ------
    InputError
        It does not.
    """
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        raise InputError(field, tag, _TAG_ALLOWED, source=source)
    return tag


def read_quantity(table: object, declared: Declared, field: str, source: str | None) -> Quantity:
    """A quantity from a TOML table with the keys value, unit, source and tag, checked."""
    if table is None:
        allowed = f"a table with value ({range_text(declared)}), unit, source and tag"
        raise InputError(field, MISSING, allowed, source=source)
    keys = check_keys(table, _KEYS, field, source)
    for key in _KEYS:
        if key not in keys:
            hint = f"{key} must be given (value {range_text(declared)})"
            raise InputError(f"{field}.{key}", MISSING, hint, source=source)
    return check_quantity(Quantity(**keys), declared, field, source)


def check_quantities(
    quantities: Mapping[str, Quantity],
    declared: Mapping[str, Declared],
    field: str,
    source: str | None,
    *,
    required: bool = True,
) -> dict[str, Quantity]:
    """The quantities, each checked, in the declared order.

    Raises
    ------
    InputError
        A name is unknown, or missing though every one is `required`, or a quantity is refused.
    """
    for name in quantities:
        if name not in declared:
            raise unknown_name(f"{field}.{name}", name, declared, source=source)
    checked = {}
    for name, one in declared.items():
        if name in quantities:
            checked[name] = check_quantity(quantities[name], one, f"{field}.{name}", source)
        elif required:
            allowed = f"a quantity, {range_text(one)}"
            raise InputError(f"{field}.{name}", MISSING, allowed, source=source)
    return checked


def read_quantities(
    tables: object,
    declared: Mapping[str, Declared],
    field: str,
    source: str | None,
    *,
    required: bool = True,
) -> dict[str, Quantity]:
    """The quantities of a TOML table of tables, checked, in the declared order.

    Parameters
    ----------
    tables : object
        What the file gives under `field`.
    declared : Mapping of str to Declared
        The names that may be given, with unit and range.
    field : str
        The key of the table in the file, for error messages.
    source : str or None
        The file, for error messages.
    required : bool
        Whether every declared name must be there.

    Raises
    ------
    InputError
        A name is unknown or missing, or a quantity is refused.
    """
    if not isinstance(tables, Mapping):
        value = MISSING if tables is None else tables
        raise InputError(field, value, f"tables [{field}.NAME]", source=source)
    for name in tables:
        if name not in declared:
            raise unknown_name(f"{field}.{name}", name, declared, source=source)
    return {
        name: read_quantity(tables.get(name), one, f"{field}.{name}", source)
        for name, one in declared.items()
        if required or name in tables
    }


def replace_values(
    quantities: Mapping[str, Quantity],
    declared: Mapping[str, Declared],
    values: Mapping[str, float],
    *,
    source: str,
    tag: str,
    path: str,
) -> dict[str, Quantity]:
    """The quantities with other values, which get that source and tag; not checked yet.

    Raises
    ------
    InputError
        A name is not declared.
    """
    changed = dict(quantities)
    for name, value in values.items():
        if name not in declared:
            raise unknown_name("parameter", name, declared, source=path)
        changed[name] = Quantity(value, declared[name].unit, source, tag)
    return changed


def replaced_path(path: str) -> str:
    """How messages call what was loaded from `path` and then changed."""
    return path if path.endswith(_REPLACED) else path + _REPLACED
