"""The interface of step policies: what they are shown, and what they answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Reason
from controllers.weaning.evidence import (
    AssessmentHistory,
    BedsideMeasurements,
    Forecasts,
    LactateBalance,
)
from plants.quantities import HOUR_SLACK

#: Most levels of a step.
MAX_STEP_LEVELS = 2


@dataclass(frozen=True)
class WeaningState:
    """What a step policy is shown.

    Attributes
    ----------
    hours : float
        Now, h.
    hours_at_level : float
        Time at the present level, h.
    levels : tuple of str
        All levels that may be held, slowest first.
    level_index : int
        Which of them the present one is.
    values : Mapping of str to float
        Best present values by signal: of the tracker where it is trusted, else measured.
    measurements : BedsideMeasurements
        Measurements.
    forecasts : Forecasts
        Forecasts.
    criteria : WeaningCriteria
        Criteria.
    label_hours_left : float
        Time to the end of the label's duration, h.
    lactate_balance : LactateBalance or None
        What is believed of lactate.
    history : AssessmentHistory
        What was judged at the last assessments at the lowest level.
    """

    hours: float
    hours_at_level: float
    levels: tuple[str, ...]
    level_index: int
    values: Mapping[str, float]
    measurements: BedsideMeasurements
    forecasts: Forecasts
    criteria: WeaningCriteria
    label_hours_left: float = math.inf
    lactate_balance: LactateBalance | None = None
    history: AssessmentHistory = field(default_factory=AssessmentHistory)

    @property
    def level(self) -> str:
        """The present level."""
        return self.levels[self.level_index]

    @property
    def largest_step(self) -> int:
        """Levels above the lowest one, at most those of a step."""
        return min(self.level_index, MAX_STEP_LEVELS)

    @property
    def reassessment_due(self) -> bool:
        """Whether the label's end is so near that another plan is asked for."""
        return self.label_hours_left <= self.criteria.number("reassess_lead")

    @property
    def last_attempt(self) -> bool:
        """Whether the label leaves time for one way down only."""
        return self.label_hours_left <= self.criteria.number("last_attempt_lead")

    @property
    def label_ending(self) -> bool:
        """Whether the label's end is so near that less is asked for an explant."""
        return self.label_hours_left < self.criteria.number("last_explant_lead")

    def time_at_level(self, least: float) -> Reason:
        """Whether the present level has been held for its shortest time (h)."""
        hours = self.hours_at_level
        # Assessments come at times that floating point adds up.
        met = hours >= least - HOUR_SLACK
        text = f"{self.level} held for {hours:.3g} h, at least {least:.3g}"
        return Reason(text, "", hours, least, met=met, met_by_waiting=True)

    def averaged(self, name: str, value: float) -> float:
        """A value averaged over the last assessments."""
        return self.history.mean(name, self.hours, value)


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
    def assessment_interval(self) -> float:
        """Time between assessments while weaning, h."""
        ...

    @property
    def longest_trial(self) -> float:
        """Longest time at the lowest level without the criteria, h; NaN is that of the criteria."""
        ...

    def ready(self, now: WeaningState) -> tuple[Reason, ...]:
        """Whether weaning may begin: every reason must be met."""
        ...

    def step(self, now: WeaningState) -> tuple[int, tuple[Reason, ...]]:
        """Levels to step down now, 0 to hold, and why."""
        ...

    def explant(self, now: WeaningState) -> tuple[Reason, ...]:
        """Whether the pump may come out, asked at the lowest level: every reason must be met."""
        ...
