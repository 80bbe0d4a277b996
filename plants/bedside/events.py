"""What happens to a patient over hours: ischemia, relapse, bleeding, drugs, fluid, position."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from plants.quantities import (
    DATA,
    HOUR_SLACK,
    CheckedModel,
    Declared,
    Parameter,
    Source,
    Tag,
    Text,
    check_number,
    check_text,
    lookup,
    number_in,
    one_of,
    stream,
    tables_of,
    unit_of_named,
)
from plants.scenarios import DISTURBANCES
from plants.slow import SLOW_INPUTS, combined_disturbances

_FILE = DATA / "weaning" / "events.toml"
#: Share of what has recovered that is stunned again, at once, at the onset.
RESTUNNED = Parameter("restunned", "1", "share of the recovered myocardium stunned anew", 0, 1)
#: What an event may act on: disturbances of the plant, what is given to the patient, the heart.
TARGETS: Mapping[str, Declared] = MappingProxyType(
    {name: declared for name, declared in DISTURBANCES.items() if name != "infusion"}
    | dict(SLOW_INPUTS)
    | {RESTUNNED.name: RESTUNNED}
)
_HOURS = Parameter("hours", "h", "time", 0.0, 10_000.0)
_ANYTHING = Parameter("amount", "of a known target", "", -1e9, 1e9)


class HourEvent(CheckedModel):
    """Something that acts on the patient from an hour on.

    Parameters
    ----------
    target : str
        A name of :data:`TARGETS`.
    amount : float
        Factor or summand of a disturbance, an infusion that is added to what is given, or the share
        that is stunned anew.
    onset : float
        When it begins, h.
    duration : float, optional
        How long it lasts, h; to the end where it is not given.
    source, tag : str
        Where the amount came from.

    Raises
    ------
    InputError
        A name is unknown or a number out of its range.

    Examples
    --------
    >>> from plants import HourEvent
    >>> HourEvent("bleeding", 300.0, onset=20.0, duration=4.0).acts(22.0)
    True
    """

    target: Annotated[str, one_of(TARGETS)]
    amount: float
    onset: Annotated[float, number_in(_HOURS)]
    duration: Annotated[float, number_in(_HOURS)] | None = None
    source: Source = "given in code"
    tag: Tag = "X"

    @field_validator("amount", mode="plain")
    @classmethod
    def _check_amount(cls, amount: object, info: ValidationInfo) -> float:
        return check_number(amount, TARGETS.get(info.data.get("target", ""), _ANYTHING), "", None)

    @property
    def end(self) -> float:
        """When it is over, h."""
        return np.inf if self.duration is None else self.onset + self.duration

    def acts(self, hours: float) -> bool:
        """Whether it acts now."""
        return self.onset <= hours + 1e-9 < self.end


@dataclass(frozen=True)
class HourScenario:
    """Events on the clock of hours.

    Parameters
    ----------
    name : str
        For tables.
    events : tuple of HourEvent
        Events on one target combine as the target does; infusions add.
    description : str
        A sentence.

    Examples
    --------
    >>> from plants import HourScenario
    >>> relapse = HourScenario.preset("relapse", onset=60.0)
    >>> relapse.disturbances(61.0)["lv_contractility"] < 1.0, relapse.disturbances(59.0)
    (True, {})
    """

    name: str
    events: tuple[HourEvent, ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        check_text(self.name, "name", None, what="a name")
        object.__setattr__(self, "events", tuple(self.events))

    @classmethod
    def preset(cls, name: str, *, onset: float | None = None) -> HourScenario:
        """A preset of the data file.

        Parameters
        ----------
        name : str
            A name from :meth:`names`.
        onset : float, optional
            When its first event begins, h; by default as the file says.

        Raises
        ------
        InputError
            No preset has that name, or the hour is refused.
        """
        preset = lookup(_presets(), name, "events")
        return preset if onset is None else preset.at(onset)

    @staticmethod
    def names() -> tuple[str, ...]:
        """Names of the presets.

        Examples
        --------
        >>> from plants import HourScenario
        >>> "bleeding" in HourScenario.names()
        True
        """
        return tuple(_presets())

    @classmethod
    def drawn(cls, name: str, seed: int, low: float, high: float) -> HourScenario:
        """A preset that begins at an hour that the seed decides, from low to high (h)."""
        random = stream("hour events", seed, member=name)
        return cls.preset(name, onset=low + (high - low) * float(random.random()))

    def at(self, onset: float) -> HourScenario:
        """The same with its first event at another hour."""
        first = min((event.onset for event in self.events), default=0.0)
        return self._replaced(
            event.changed(onset=event.onset - first + onset) for event in self.events
        )

    def with_events(self, *events: HourEvent) -> HourScenario:
        """The same with more events."""
        return self._replaced((*self.events, *events))

    def _replaced(self, events: Iterable[HourEvent]) -> HourScenario:
        return HourScenario(self.name, tuple(events), self.description)

    def disturbances(self, hours: float) -> dict[str, float]:
        """Disturbances at an hour, those that act."""
        acting: dict[str, float] = {}
        for event in self.events:
            if event.target in DISTURBANCES and event.acts(hours):
                acting = combined_disturbances({event.target: event.amount}, acting)
        return acting

    def given(self, hours: float) -> dict[str, float]:
        """What is infused or lost besides what clinicians order, by name of the slow inputs."""
        given: dict[str, float] = {}
        for event in self.events:
            if event.target in SLOW_INPUTS and event.acts(hours):
                given[event.target] = given.get(event.target, 0.0) + event.amount
        return given

    def restunned(self, hours: float) -> float:
        """Share of the recovered myocardium that is stunned anew at this very hour."""
        left = 1.0
        for event in self.events:
            if event.target == RESTUNNED.name and abs(event.onset - hours) < HOUR_SLACK:
                left *= 1.0 - event.amount
        return 1.0 - left

    def ended(self, targets: Iterable[str], hours: float, end: float) -> HourScenario:
        """The same where what acts on some targets at an hour ends at a given hour (h) at last."""
        names = set(targets)
        return self._replaced(
            e.changed(duration=min(e.end, end) - e.onset)
            if e.target in names and e.acts(hours) and e.end > end
            else e
            for e in self.events
        )

    def changes(self, hours: float) -> bool:
        """Whether an event begins or ends at this very hour."""
        return any(abs(time - hours) < HOUR_SLACK for e in self.events for time in (e.onset, e.end))

    def next_change(self, hours: float) -> float:
        """The next hour at which an event begins or ends; infinity after the last."""
        times = [
            time for e in self.events for time in (e.onset, e.end) if time > hours + HOUR_SLACK
        ]
        return min(times, default=np.inf)


class _EventRow(HourEvent):
    """An event as the file has it: with unit, source and tag."""

    source: Source = Field(default=...)
    tag: Tag = Field(default=...)
    unit: Annotated[str, unit_of_named("target", TARGETS)] = Field(default=...)

    def event(self) -> HourEvent:
        """The event that the table describes."""
        return HourEvent(**{name: getattr(self, name) for name in HourEvent.model_fields})


class _Preset(CheckedModel):
    description: Text
    events: tuple[_EventRow, ...]


@functools.cache
def _presets() -> Mapping[str, HourScenario]:
    return MappingProxyType(
        {
            name: HourScenario(name, tuple(row.event() for row in table.events), table.description)
            for name, table in tables_of(_Preset, _FILE).items()
        }
    )
