"""A model parameter as it is declared: name, unit, meaning and the range a file may give."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Parameter:
    """A model parameter: its unit, its meaning and the range in which a value is believed."""

    name: str
    unit: str
    meaning: str
    low: float
    high: float


def parameter_table(*rows: tuple[str, str, str, float, float]) -> MappingProxyType[str, Parameter]:
    """Rows of (name, unit, meaning, low, high) as a read-only mapping in that order."""
    return MappingProxyType({row[0]: Parameter(*row) for row in rows})
