"""The form of a therapy file: its keys, the units of its numbers, and the therapy that follows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from plants.quantities import (
    SIGNALS,
    CheckedModel,
    Declared,
    InputError,
    Name,
    Parameter,
    Quantity,
    Source,
    Tag,
    Text,
    one_of,
    quantity_in,
    read_quantity,
    text,
)
from plants.therapies.goals import Death, Goal, Limit

_WEIGHT = Parameter("weight", "1", "weight of a goal", 0.0, 1e6)
_EFFORT_WEIGHT = Parameter("effort_weight", "1/krpm2", "weight of a speed change", 0.0, 1e6)
_SHARE = Parameter("high_share", "1", "share of what is without a pump", 1e-6, 10.0)
_COST = Parameter("cost", "1", "price of a control period that is not lived", 0.0, 1e6)
_SECONDS = Parameter("seconds", "s", "how long", 0.0, 86_400.0)


class _Row(CheckedModel):
    """A signal, and numbers with unit, source and tag; those of the signal in its unit."""

    MAKES: ClassVar[type[Goal | Limit | Death]]

    signal: Annotated[str, one_of(SIGNALS)]

    def made(self) -> Any:
        """The part of the therapy that the table describes."""
        fields = ((name, getattr(self, name)) for name in type(self).model_fields)
        numbers = {name: value for name, value in fields if isinstance(value, Quantity)}
        values = {name: number.value for name, number in numbers.items()}
        return self.MAKES(signal=self.signal, entries=tuple(numbers.items()), **values)

    @field_validator("low", "high", "scale", mode="plain", check_fields=False)
    @classmethod
    def _check_number(cls, table: Any, info: ValidationInfo) -> Any:
        if "signal" not in info.data:  # refused already, so that the unit is not known
            return table
        signal: Declared = SIGNALS[info.data["signal"]]
        if info.field_name == "scale":
            signal = Parameter("scale", signal.unit, "scale", 1e-9, signal.high - signal.low)
        return read_quantity(table, signal, "", None)

    def _contradictions(self) -> Iterable[InputError]:
        self.made()
        return ()


class _GoalRow(_Row):
    """A table ``[[goals]]``."""

    MAKES = Goal

    weight: Annotated[Quantity, quantity_in(_WEIGHT)]
    scale: Quantity
    low: Quantity | None = None
    high: Quantity | None = None
    high_share: Annotated[Quantity | None, quantity_in(_SHARE)] = None


class _LimitRow(_Row):
    """A table ``[[limits]]``."""

    MAKES = Limit

    low: Quantity | None = None
    high: Quantity | None = None


class _WeaningRow(_LimitRow):
    """A table ``[[weaning]]``: a limit, and the part of weaning that it belongs to."""

    part: Annotated[str, text("a part of weaning")] = Field(default=...)


class _DeathTable(_Row):
    """Table ``[death]``."""

    MAKES = Death

    low: Quantity
    seconds: Annotated[Quantity, quantity_in(_SECONDS)]
    cost: Annotated[Quantity | None, quantity_in(_COST)] = None


class _FallbackTable(CheckedModel):
    """Table ``[fallback_level]``."""

    value: Text
    source: Source
    tag: Tag


class TherapyFile(CheckedModel):
    """A therapy file; see :class:`~plants.Therapy` for what its parts mean."""

    name: Name
    goals: tuple[_GoalRow, ...]
    effort_weight: Annotated[Quantity, quantity_in(_EFFORT_WEIGHT)]
    fallback_level: _FallbackTable
    death: _DeathTable
    description: str = ""
    limits: tuple[_LimitRow, ...] = ()
    weaning: tuple[_WeaningRow, ...] = ()

    def fields(self) -> dict[str, Any]:
        """The fields of the :class:`~plants.Therapy` that the file describes."""
        return {
            "name": self.name,
            "description": self.description,
            "goals": tuple(row.made() for row in self.goals),
            "effort_weight": self.effort_weight.value,
            "fallback_level": self.fallback_level.value,
            "death": self.death.made(),
            "limits": tuple(row.made() for row in self.limits),
            "weaning": tuple((row.part, row.made()) for row in self.weaning),
            "entries": (("effort_weight", self.effort_weight),),
        }
