"""Published protocols of weaning, as step policies; they go by measurements alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Reason
from controllers.weaning.policies.interface import MAX_STEP_LEVELS, WeaningState


@dataclass(frozen=True)
class Protocol:
    """Steps of a size at intervals, while the criteria hold.

    Attributes
    ----------
    name : str
        For tables.
    step_levels : int
        Levels of a step.
    step_interval : float
        Time at a level before the next step, h.
    shortest_trial : float
        Time at the lowest level before the explant, h.
    step_criteria : str
        Part of the criteria that must hold for the next step.
    two_levels_with_wide_margin : bool
        Whether a step of one level grows to two when pressure and flow have a wide margin.
    longest_trial : float
        Longest time at the lowest level without the criteria, h; NaN is that of the criteria.

    Examples
    --------
    >>> from controllers.weaning.policies.protocols import SLOW_PROTOCOL
    >>> SLOW_PROTOCOL.step_interval, SLOW_PROTOCOL.step_levels
    (12.0, 2)
    """

    name: str
    step_levels: int
    step_interval: float
    shortest_trial: float
    step_criteria: str = "step"
    two_levels_with_wide_margin: bool = False
    longest_trial: float = math.nan
    needs_tracker: bool = False

    @property
    def assessment_interval(self) -> float:
        """Time between assessments, h."""
        return min(self.step_interval, 1.0)

    def ready(self, now: WeaningState) -> tuple[Reason, ...]:
        """The published criteria at the level of support, and organs that recover."""
        resolving = now.measurements.renal_injury_resolving()
        return (*now.criteria.judge("ready", now.values), resolving)

    def step(self, now: WeaningState) -> tuple[int, tuple[Reason, ...]]:
        """The next step when its time has come."""
        held = now.time_at_level(self.step_interval)
        reasons = (held, *now.criteria.judge(self.step_criteria, now.values))
        if not all(reason.met for reason in reasons):
            return 0, reasons
        larger = self.two_levels_with_wide_margin and _wide_margin(now)
        return (MAX_STEP_LEVELS if larger else self.step_levels), reasons

    def explant(self, now: WeaningState) -> tuple[Reason, ...]:
        """The published criteria at the lowest level, held for a while."""
        judged = now.criteria.judge("explant", now.values, f" at {now.level}")
        return (now.time_at_level(self.shortest_trial), *judged)


def _wide_margin(now: WeaningState) -> bool:
    """Whether pressure and flow lie far above what readiness asks for."""
    ready, values, number = now.criteria["ready"], now.values, now.criteria.number
    return values["map"] >= ready["map"].low + number("wide_pressure_margin") and values[
        "cardiac_index"
    ] >= ready["cardiac_index"].low + number("wide_index_margin")


#: Two levels every two hours (labels ask for 2 levels at intervals; fast end).
FAST_PROTOCOL = Protocol("fast-protocol", 2, 2.0, 2.0)
#: Two levels every twelve hours.
SLOW_PROTOCOL = Protocol("slow-protocol", 2, 12.0, 12.0)
#: Rules of thumb (guess): a level every 4 h under all criteria of readiness.
CLINICIAN = Protocol(
    "clinician", 1, 4.0, 4.0, step_criteria="ready", two_levels_with_wide_margin=True
)


def ramp_test() -> Protocol:
    """A level every 5 min; power at P-2 decides (2023-24, n = 43); then an hour there (guess)."""
    return Protocol("ramp-test", 1, WeaningCriteria.load().ramp_interval, 1.0, longest_trial=1.0)
