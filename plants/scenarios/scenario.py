"""A scenario: a timeline of named disturbances, from a file or from code."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from plants.quantities import (
    CheckedModel,
    ErrorCollector,
    InputError,
    Name,
    Preset,
    Source,
    Tag,
    clipped,
)
from plants.scenarios.disturbances import DISTURBANCES
from plants.scenarios.event import ACTIONS, Event, finite_time, interval
from plants.scenarios.shapes import mean_of_product


class _EventRow(Event):
    """A table ``[[events]]`` of a scenario file, which says unit, source and tag."""

    source: Source = Field(default=...)
    tag: Tag = Field(default=...)
    unit_of_amount: str = Field(default=..., validation_alias="unit")

    @field_validator("unit_of_amount")
    @classmethod
    def _check_unit(cls, unit: str, info: ValidationInfo) -> str:
        name = info.data.get("disturbance")
        if name is not None and unit != ACTIONS[name].unit:
            raise InputError("", unit, f"{ACTIONS[name].unit!r} for {name}")
        return unit

    def event(self) -> Event:
        """The event that the table describes."""
        return Event(**{name: getattr(self, name) for name in Event.model_fields})


class _ScenarioFile(CheckedModel):
    name: Name
    description: str = ""
    events: tuple[_EventRow, ...] = ()


def _as_tuple(events: Any) -> Any:
    """A list of events, or any other iterable of them, as a tuple."""
    return tuple(events) if isinstance(events, Iterable) else events


class Scenario(Preset):
    """Events on a common clock; before the first and long after the last any time may be asked.

    Parameters
    ----------
    name : str
        The scenario's name.
    description : str
        One or two sentences for tables.
    events : tuple of Event
        Events on the same factor multiply, events on the same additive disturbance add.
    path : str
        Where the scenario came from, for error messages; not compared.

    Raises
    ------
    InputError
        A name is blank, something is no event, or events together leave the disturbance's range.

    Examples
    --------
    >>> from plants import Event, Scenario
    >>> scenario = Scenario.load("afterload-up")
    >>> scenario.at(0.0)["systemic_resistance"], scenario.at(30.0)["systemic_resistance"]
    (1.0, 2.0)
    >>> scenario.mean(19.0, 21.0)["systemic_resistance"]
    1.5
    >>> mine = Scenario("mine", "a tilt", (Event("volume", -300.0, "ramp", 5.0, duration=10.0),))
    >>> mine.mean(0.0, 20.0)["infusion"]
    -15.0
    """

    FOLDER: ClassVar[str] = "scenarios"
    KIND: ClassVar[str] = "scenario"

    name: Name
    description: str = ""
    events: Annotated[tuple[Event, ...], BeforeValidator(_as_tuple)] = ()
    path: str = Field(default="scenario", exclude=True, repr=False)

    @classmethod
    def read(cls, content: Mapping[str, Any], *, source: str) -> Self:
        """The scenario that a file describes; see :meth:`CheckedModel.read`."""
        file = _ScenarioFile.read(content, source=source)
        return cls(file.name, file.description, tuple(row.event() for row in file.events), source)

    def acts_on(self, name: str) -> bool:
        """Whether an event acts on a disturbance."""
        return name in self._by_target

    def _shown(self) -> Mapping[str, object]:
        return {
            "name": self.name,
            "description": self.description,
            "events": ", ".join(event.disturbance for event in self.events),
        }

    def _contradictions(self) -> Iterable[InputError]:
        # One event is in range by its amount. Several are looked at where a piece begins, just
        # before the next one and after all of them; between these every course is monotone.
        collector = ErrorCollector()
        for name, events in self._by_target.items():
            if len(events) < 2:
                continue
            indices = [i for i, event in enumerate(self.events) if event in events]
            field = " and ".join(f"events[{i}]" for i in indices) + f" together, {name}"
            collector.call(self._check_together, name, events, field)
        collector.tell()
        return ()

    def _check_together(self, name: str, events: tuple[Event, ...], field: str) -> None:
        for t in self._looked_at(events):
            DISTURBANCES[name].check(self.at(t)[name], field=field)

    @staticmethod
    def _looked_at(events: tuple[Event, ...]) -> tuple[float, ...]:
        starts = sorted({piece.start for event in events for piece in event.course[1:]})
        long_after = starts[-1] + 100.0 * max(event.time_constant or 0.0 for event in events)
        return (*starts, *(math.nextafter(start, -math.inf) for start in starts), long_after)

    @cached_property
    def _by_target(self) -> dict[str, tuple[Event, ...]]:
        targets = {event.target: None for event in self.events}  # a dict keeps their order
        return {name: tuple(e for e in self.events if e.target == name) for name in targets}

    def at(self, t: float) -> dict[str, float]:
        """Every disturbance at time `t`.

        Parameters
        ----------
        t : float
            Time, s; a step counts as done at its own instant.

        Returns
        -------
        dict of str to float
            In the order and the units of :data:`~plants.DISTURBANCES`.
        """
        t = finite_time("t", t)
        values = _neutral()
        for name, events in self._by_target.items():
            parts = [event.at(t) for event in events]
            values[name] = math.prod(parts) if _multiplies(name) else math.fsum(parts)
        return _without_rounding(values)

    def mean(self, t0: float, t1: float) -> dict[str, float]:
        """Exact mean of every disturbance over ``[t0, t1]``.

        Parameters
        ----------
        t0, t1 : float
            The interval, s; where both are equal the values at that time.

        Returns
        -------
        dict of str to float
            In the order and the units of :data:`~plants.DISTURBANCES`. Where events
            multiply it is the mean of their product.

        Raises
        ------
        InputError
            A time is not finite or `t1` is before `t0`.
        """
        t0, t1 = interval(t0, t1)
        if t0 == t1:
            return self.at(t0)
        values = _neutral()
        for name, events in self._by_target.items():
            if _multiplies(name):
                values[name] = mean_of_product(tuple(event.factor for event in events), t0, t1)
            else:
                values[name] = math.fsum(event.mean(t0, t1) for event in events)
        return _without_rounding(values)


def _neutral() -> dict[str, float]:
    return {name: disturbance.neutral for name, disturbance in DISTURBANCES.items()}


def _without_rounding(values: dict[str, float]) -> dict[str, float]:
    """An amount at the edge of its range must not leave it by a rounding error."""
    for name, value in values.items():
        nearest = clipped(value, DISTURBANCES[name])
        if value != nearest and math.isclose(value, nearest, rel_tol=1e-12):
            values[name] = nearest
    return values


def _multiplies(name: str) -> bool:
    return DISTURBANCES[name].combine == "multiply"
