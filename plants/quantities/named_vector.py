"""Names of the entries of a vector, and access to them by name.

The equations take their vectors as typed structures, one field for each entry
(:func:`structure`): a type checker then sees a misspelt state or parameter. A :class:`TypedLayout`
ties the fields to the places of the entries in the vector.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar, dataclass_transform

import casadi as ca
import numpy as np

Fields = TypeVar("Fields")
Kind = TypeVar("Kind")
_DECLARED = "declared"
#: An entry that is an expression (SX) where functions are built, and a number where the same law is
#: evaluated.
Entry: TypeAlias = Any


def entry(unit: str, meaning: str, low: float, high: float) -> Any:
    """Declare a field of a :func:`structure`: unit, meaning and the range of its values."""
    return dataclasses.field(metadata={_DECLARED: (unit, meaning, low, high)})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(entry,))
def structure(cls: type[Fields]) -> type[Fields]:
    """Make a class whose fields are the entries of a vector, by keyword and frozen.

    Examples
    --------
    >>> from plants.quantities import entry, structure
    >>> @structure
    ... class Leg:
    ...     flow: float = entry("L/min", "flow to the leg", 0, 2)
    >>> Leg(flow=0.3).flow
    0.3
    """
    return dataclasses.dataclass(frozen=True, kw_only=True)(cls)


def field_names(cls: type[Any]) -> tuple[str, ...]:
    """Names of the fields of a structure, those of its bases first."""
    return tuple(field.name for field in dataclasses.fields(cls))


def declarations(
    cls: type[Any], kind: Callable[[str, str, str, float, float], Kind]
) -> Mapping[str, Kind]:
    """What the fields of a structure are declared as, by name and in their order.

    Parameters
    ----------
    cls : type
        A :func:`structure` each field of which is an :func:`entry`.
    kind : type
        :class:`~plants.quantities.Parameter`, a kind of it, or what else is declared so.

    Examples
    --------
    >>> from plants.quantities import Parameter, declarations, entry, structure
    >>> @structure
    ... class Leg:
    ...     flow: float = entry("L/min", "flow to the leg", 0, 2)
    >>> declarations(Leg, Parameter)["flow"].unit
    'L/min'
    """
    return MappingProxyType(
        {
            field.name: kind(field.name, *field.metadata[_DECLARED])
            for field in dataclasses.fields(cls)
        }
    )


class Layout:
    """Ordered names of a vector's entries.

    Examples
    --------
    >>> from plants.quantities import Layout
    >>> layout = Layout(("pressure", "flow"))
    >>> layout.as_dict([80.0, 5.0])["flow"]
    5.0
    """

    def __init__(self, names: Iterable[str]):
        self.names = tuple(names)
        self.index = {name: i for i, name in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.names)

    def pack(self, entries: Mapping[str, ca.SX]) -> ca.SX:
        """A symbolic vector from its entries; each name must be there."""
        return ca.vertcat(*[entries[name] for name in self.names])

    def as_dict(self, vector: Iterable[float]) -> dict[str, float]:
        """The entries of a numeric vector by name."""
        return dict(zip(self.names, map(float, np.asarray(vector, dtype=float)), strict=True))


class TypedLayout(Layout, Generic[Fields]):
    """A layout whose entries are the fields of a :func:`structure`.

    Parameters
    ----------
    cls : type
        The structure.
    names : iterable of str, optional
        Order of the entries, as a table declares them; by default that of the fields.

    Raises
    ------
    TypeError
        Table and fields do not have the same names.

    Examples
    --------
    >>> from plants.quantities import TypedLayout, structure
    >>> @structure
    ... class Leg:
    ...     pressure: float
    ...     flow: float
    >>> layout = TypedLayout(Leg)
    >>> layout.symbols([80.0, 5.0]).flow, layout.names
    (5.0, ('pressure', 'flow'))
    >>> TypedLayout(Leg, ("pressure", "flaw"))
    Traceback (most recent call last):
    ...
    TypeError: Leg has flow and its table has flaw: they must have the same names
    """

    def __init__(self, cls: type[Fields], names: Iterable[str] | None = None):
        fields = field_names(cls)
        super().__init__(fields if names is None else names)
        if len(set(self.names)) != len(self.names) or set(self.names) != set(fields):
            mine = ", ".join(sorted(set(fields) - set(self.names))) or "no other name"
            others = ", ".join(sorted(set(self.names) - set(fields))) or "no other name"
            raise TypeError(
                f"{cls.__name__} has {mine} and its table has {others}: "
                "they must have the same names"
            )
        self.cls = cls

    def symbols(self, vector: ca.SX) -> Fields:
        """The entries of a vector as the fields."""
        return self.cls(**{name: vector[i] for i, name in enumerate(self.names)})

    def select(self, entries: Mapping[str, Entry]) -> Fields:
        """The fields from entries by name, among which may be others."""
        return self.cls(**{name: entries[name] for name in self.names})

    def partly(self, **known: Entry) -> Fields:
        """The fields of which only some are known; the rest is NaN, and so is what reads it.

        Raises
        ------
        TypeError
            A name is no field.
        """
        return self.cls(**dict.fromkeys(self.names, math.nan) | known)

    def vector(self, fields: Fields) -> ca.SX:
        """A symbolic vector from the fields."""
        return ca.vertcat(*[getattr(fields, name) for name in self.names])
