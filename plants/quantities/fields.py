"""Kinds of fields of a checked model: text, tags, numbers in a range, names, quantities.

Each marks a type: ``interval: Annotated[float, number_in(INTERVAL)]``. What it refuses is told with
the place of the field, together with all else that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, ValidationInfo, create_model
from pydantic_core import CoreSchema, core_schema

from plants.quantities.checked_model import CheckedModel
from plants.quantities.checks import Declared, check_number, check_text, range_text
from plants.quantities.errors import InputError, all_errors, each_error, unknown_name
from plants.quantities.quantity import (
    TAG_WANTED,
    Quantity,
    check_tag,
    read_quantities,
    read_quantity,
)
from plants.quantities.toml_file import load_toml

_Model = TypeVar("_Model", bound=CheckedModel)


@dataclass(frozen=True)
class Checked:
    """Mark of a field that a function checks.

    Parameters
    ----------
    check : callable
        Given the value, gives back what is kept of it, or raises
        :class:`~plants.InputError`; the field of that error is the place within the value.
    wanted : str
        What must be given, in words.
    """

    check: Callable[[Any], Any]
    wanted: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """What pydantic validates the field with."""
        return core_schema.no_info_plain_validator_function(self.check)


def text(what: str = "text") -> Checked:
    """Text that is not blank."""
    return Checked(lambda value: check_text(value, "", None, what=what), what)


#: Text that is not blank; a name; where a number came from; how far it is to be believed.
Text = Annotated[str, text()]
Name = Annotated[str, text("a name")]
Source = Annotated[str, text("a source")]
Tag = Annotated[str, Checked(lambda value: check_tag(value, "", None), TAG_WANTED)]


def number_in(declared: Declared) -> Checked:
    """A number in the declared range.

    Examples
    --------
    >>> from plants import SIGNALS
    >>> from plants.quantities import number_in
    >>> map_low = number_in(SIGNALS["map"])  # the field: ``Annotated[float, map_low]``
    >>> map_low.check(60), map_low.wanted
    (60.0, 'a number, -50 to 300 mmHg')
    """
    wanted = f"a number, {range_text(declared)}"
    return Checked(lambda value: check_number(value, declared, "", None), wanted)


def unit_of(declared: Declared) -> Checked:
    """The unit of what is declared, and no other."""

    def check(value: object) -> str:
        if value != declared.unit:
            raise InputError("", value, repr(declared.unit))
        return declared.unit

    return Checked(check, repr(declared.unit))


def unit_of_named(field: str, table: Mapping[str, Declared]) -> AfterValidator:
    """A check that a unit is that of what another field of the model names in a table."""

    def check(unit: str, info: ValidationInfo) -> str:
        name = info.data.get(field)
        if name is not None and unit != table[name].unit:
            raise InputError("", unit, repr(table[name].unit))
        return unit

    return AfterValidator(check)


def one_of(choices: Iterable[str]) -> Checked:
    """One of the names; an unknown one suggests the nearest."""
    names = tuple(choices)

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise unknown_name("", value, names)
        return value

    return Checked(check, "one of " + ", ".join(names))


def usable(load: Callable[[Any], object]) -> AfterValidator:
    """A value, a name mostly, that a function takes which raises InputError for others.

    The value is kept as it is.

    Examples
    --------
    >>> from plants import Patient
    >>> from plants.quantities import usable
    >>> PatientName = Annotated[str, usable(Patient.load)]
    """

    def check(value: Any) -> Any:
        try:
            load(value)
        except InputError as error:
            # What a file of that name is refused for keeps its place in that file.
            parts = [part if part.source else part.renamed("") for part in each_error(error)]
            raise all_errors(parts) from None
        return value

    return AfterValidator(check)


def quantity_in(declared: Declared) -> Checked:
    """A quantity, also as the table of a file, in the declared unit and range."""
    wanted = f"a table with value ({range_text(declared)}), unit, source and tag"
    return Checked(lambda value: read_quantity(value, declared, "", None), wanted)


def quantities_in(
    declared: Mapping[str, Declared], *, required: bool = True, as_given: bool = False
) -> Checked:
    """Quantities by declared name, also as tables of a file; read-only.

    Parameters
    ----------
    declared : Mapping of str to Declared
        The names that may be given, with unit and range.
    required : bool
        Whether every declared name must be there.
    as_given : bool
        Whether they stay in the order given; else they come in the declared order.
    """

    def check(value: Any) -> Mapping[str, Quantity]:
        checked = read_quantities(value, declared, "", None, required=required)
        order = value if as_given else checked
        return MappingProxyType({name: checked[name] for name in order})

    return Checked(check, "tables of quantities: " + ", ".join(declared))


def no_quantities() -> Mapping[str, Quantity]:
    """None at all; the default of a field whose quantities may be left out."""
    return MappingProxyType({})


def quantity_parts(
    path: str | PathLike[str], declared: Mapping[str, Mapping[str, Declared]]
) -> Mapping[str, Mapping[str, Quantity]]:
    """A file of quantities in parts: ``[part.name]`` with value, unit, source and tag.

    Parameters
    ----------
    path : str or path
        The file.
    declared : Mapping of str to Mapping of str to Declared
        The names of each part; all must be there.

    Raises
    ------
    InputError
        The file cannot be read, or something in it is unknown, missing or refused; all is told.

    Examples
    --------
    >>> from plants.quantities import DATA, parameter_table, quantity_parts
    >>> declared = {"parameters": parameter_table(
    ...     ("ischemia_ratio", "1", "sheath over artery diameter", 0.5, 2),
    ...     ("largest_vein_ratio", "1", "sheath over vein diameter", 0.8, 3))}
    >>> quantity_parts(DATA / "access.toml", declared)["parameters"]["ischemia_ratio"].value
    1.05
    """
    fields: dict[str, Any] = {
        part: (Annotated[Mapping[str, Quantity], quantities_in(names)], ...)
        for part, names in declared.items()
    }
    model = create_model("QuantityParts", __base__=CheckedModel, **fields)
    content, source = load_toml(path)
    parts = model.read(content, source=source)
    return MappingProxyType({part: getattr(parts, part) for part in declared})


def parameters_of(
    path: str | PathLike[str], declared: Mapping[str, Declared]
) -> Mapping[str, Quantity]:
    """The quantities of a file whose one part is ``[parameters]``; see :func:`quantity_parts`."""
    return quantity_parts(path, {"parameters": declared})["parameters"]


def number_parts(
    path: str | PathLike[str], declared: Mapping[str, Mapping[str, Declared]]
) -> Mapping[str, Mapping[str, float]]:
    """The numbers alone of :func:`quantity_parts`; a course keeps them, and is copied with them."""
    parts = quantity_parts(path, declared).items()
    return {part: {name: entry.value for name, entry in table.items()} for part, table in parts}


def tables_of(model: type[_Model], path: str | PathLike[str]) -> Mapping[str, _Model]:
    """A file of tables by name, each of which a model describes.

    Parameters
    ----------
    model : type of CheckedModel
        What a table holds.
    path : str or path
        The file.

    Raises
    ------
    InputError
        The file cannot be read, or something in a table is refused; all is told.
    """
    content, source = load_toml(path)
    fields: dict[str, Any] = dict.fromkeys(content, (model, ...))
    tables = create_model("Tables", __base__=CheckedModel, **fields).read(content, source=source)
    return MappingProxyType({name: getattr(tables, name) for name in content})
