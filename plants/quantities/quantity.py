"""A number with its unit, source and confidence, and its checks.

Patients and pumps are files of such quantities. Every refusal is an
:class:`~plants.InputError` that names the file, the key, the value and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plants.quantities.checks import Declared, check_number, check_text, range_text
from plants.quantities.errors import MISSING, ErrorCollector, InputError, unknown_name

#: What the first letter of a tag says about a value.
TAGS = {"S": "seen in a source", "R": "recalled", "D": "derived", "X": "fill or guess"}

# A letter, perhaps several ("S/R"), perhaps a remark on the confidence ("R medium-high").
_TAG = re.compile(r"[SRDX](/[SRDX])*( .+)?")
#: What a tag must be, in words.
TAG_WANTED = "S, R, D or X, with an optional remark: " + ", ".join(
    f"{letter} {meaning}" for letter, meaning in TAGS.items()
)
_REPLACED = " with replaced values"
_KEYS = ("value", "unit", "source", "tag")


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


def check_quantity(
    quantity: Quantity, declared: Declared, field: str, source: str | None
) -> Quantity:
    """The quantity, when its unit, value, source and tag are as declared.

    Raises
    ------
    InputError
        The unit is another one, the value is not a finite number in the declared range, the
        source is blank or the tag is not one of the known letters. All of it is told.
    """
    if _is_as_declared(quantity, declared):
        return quantity
    return _checked(vars(quantity), declared, field, source)


def _is_as_declared(quantity: Quantity, declared: Declared) -> bool:
    """Whether nothing need be said or changed; nearly always so, and found out fast."""
    value = quantity.value
    return (
        type(value) is float
        and declared.low <= value <= declared.high
        and quantity.unit == declared.unit
        and isinstance(quantity.source, str)
        and bool(quantity.source.strip())
        and isinstance(quantity.tag, str)
        and _TAG.fullmatch(quantity.tag) is not None
    )


def _checked(
    table: Mapping[str, Any], declared: Declared, field: str, source: str | None
) -> Quantity:
    """The quantity of a table with the keys value, unit, source and tag; all refusals at once."""
    collector = ErrorCollector()
    for key in table:
        if key not in _KEYS:
            collector.add(unknown_name(_joined(field, key), key, _KEYS, source=source))
    for key in _KEYS:
        if key not in table:
            allowed = f"a {key} (value {range_text(declared)})"
            collector.add(InputError(_joined(field, key), MISSING, allowed, source=source))
    number: float | None = None
    unit = table.get("unit", declared.unit)
    if unit != declared.unit:  # the range says nothing of a value in another unit
        allowed = f"{declared.unit!r} (value {range_text(declared)})"
        collector.add(InputError(_joined(field, "unit"), unit, allowed, source=source))
    elif "value" in table:
        place = _joined(field, "value")
        number = collector.call(check_number, table["value"], declared, place, source)
    if "source" in table:
        place = _joined(field, "source")
        collector.call(check_text, table["source"], place, source, what="a source")
    if "tag" in table:
        collector.call(check_tag, table["tag"], _joined(field, "tag"), source)
    collector.tell()
    assert number is not None  # else it was refused
    return Quantity(number, declared.unit, table["source"], table["tag"])


def _joined(field: str, key: str) -> str:
    return f"{field}.{key}" if field else key


def check_tag(tag: object, field: str, source: str | None) -> str:
    """The tag, when it begins with one of the known letters.

    Raises
    ------
    InputError
        It does not.
    """
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        raise InputError(field, tag, TAG_WANTED, source=source)
    return tag


def read_quantity(table: object, declared: Declared, field: str, source: str | None) -> Quantity:
    """A quantity, also from a TOML table with the keys value, unit, source and tag, checked.

    Raises
    ------
    InputError
        As :func:`check_quantity`; or it is no table, or a key is unknown or missing.
    """
    if isinstance(table, Quantity):
        return check_quantity(table, declared, field, source)
    if not isinstance(table, Mapping):
        value = MISSING if table is None else table
        allowed = f"a table with value ({range_text(declared)}), unit, source and tag"
        raise InputError(field, value, allowed, source=source)
    return _checked(table, declared, field, source)


def read_quantities(
    tables: object,
    declared: Mapping[str, Declared],
    field: str,
    source: str | None,
    *,
    required: bool = True,
) -> dict[str, Quantity]:
    """Quantities by name, also from a TOML table of tables, checked, in the declared order.

    Parameters
    ----------
    tables : object
        What the file gives under `field`, or quantities.
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
        A name is unknown or missing, or a quantity is refused. All of it is told.
    """
    if not isinstance(tables, Mapping):
        value = MISSING if tables is None else tables
        allowed = f"tables [{_joined(field, 'NAME')}]"
        raise InputError(field, value, allowed, source=source)
    collector = ErrorCollector()
    for name in tables:
        if name not in declared:
            collector.add(unknown_name(_joined(field, name), name, declared, source=source))
    checked: dict[str, Quantity] = {}
    for name, each in declared.items():
        place = _joined(field, name)
        if name in tables:
            quantity = collector.call(read_quantity, tables[name], each, place, source)
            if quantity is not None:
                checked[name] = quantity
        elif required:
            allowed = f"a quantity, {range_text(each)}"
            collector.add(InputError(place, MISSING, allowed, source=source))
    collector.tell()
    return checked


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
    collector = ErrorCollector()
    changed = dict(quantities)
    for name, value in values.items():
        if name in declared:
            changed[name] = Quantity(value, declared[name].unit, source, tag)
        else:
            collector.add(unknown_name("parameter", name, declared, source=path))
    collector.tell()
    return changed


def replaced_path(path: str) -> str:
    """How messages call what was loaded from `path` and then changed, once or more often."""
    return path.removesuffix(_REPLACED) + _REPLACED
