"""When to take a step down and how far: one interface for protocols, plans and learned policies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Reason
from controllers.weaning.evidence import LactateBalance, Looks, Outlook, Seen

#: Most levels of a step.
LARGEST_STEP = 2


@dataclass(frozen=True)
class Situation:
    """What a step policy is shown.

    Attributes
    ----------
    hours : float
        Now, h.
    held : float
        Time at the present level, h.
    levels : tuple of str
        All levels that may be held, slowest first.
    place : int
        Which of them the present one is.
    values : Mapping of str to float
        Best present values by signal: of the tracker where it is trusted, else measured.
    seen : Seen
        Measurements.
    outlook : Outlook
        Forecasts.
    criteria : WeaningCriteria
        Criteria.
    left : float
        Time to the end of the label's duration, h.
    lactate : LactateBalance or None
        What is believed of lactate.
    looks : Looks or None
        What was judged at the last looks at the lowest level.
    """

    hours: float
    held: float
    levels: tuple[str, ...]
    place: int
    values: Mapping[str, float]
    seen: Seen
    outlook: Outlook
    criteria: WeaningCriteria
    left: float = math.inf
    lactate: LactateBalance | None = None
    looks: Looks | None = None

    @property
    def level(self) -> str:
        """The present level."""
        return self.levels[self.place]

    @property
    def steps_left(self) -> int:
        """Levels above the lowest one, at most those of a step."""
        return min(self.place, LARGEST_STEP)

    @property
    def late(self) -> bool:
        """Whether the label leaves time for one way down only."""
        return self.left <= self.criteria.number("way_down") + 1.0

    @property
    def last(self) -> bool:
        """Whether the label's end is so near that less is asked for an explant."""
        return self.left < self.criteria.number("last_hours")

    def steady(self, name: str, value: float) -> float:
        """A value of this look by the last ones; the value itself where none are kept."""
        return value if self.looks is None else self.looks.mean(name, self.hours, value)


class StepPolicy(Protocol):
    """When and how far to step down. The state machine keeps the rules that hold for all."""

    @property
    def name(self) -> str:
        """For tables."""
        ...

    @property
    def needs_tracker(self) -> bool:
        """Whether it asks for forecasts."""
        ...

    @property
    def look(self) -> float:
        """Time between looks while weaning, h."""
        ...

    @property
    def patience(self) -> float:
        """Longest time at the lowest level without the criteria, h; NaN is that of the criteria."""
        ...

    def ready(self, now: Situation) -> tuple[Reason, ...]:
        """Whether weaning may begin: every reason must be met."""
        ...

    def step(self, now: Situation) -> tuple[int, tuple[Reason, ...]]:
        """Levels to step down now, 0 to hold, and why."""
        ...

    def explant(self, now: Situation) -> tuple[Reason, ...]:
        """Whether the pump may come out, asked at the lowest level: every reason must be met."""
        ...
