"""The controller of weaning: it keeps the evidence of a course and decides at every assessment."""

from __future__ import annotations

import math
from collections.abc import Callable

from controllers.supervision import plausible
from controllers.tracking import RecoveryTracker, WeaningBriefing
from controllers.weaning.assessment import reassess_before_label_end, update_findings
from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Decision, Reason
from controllers.weaning.decision_log import DecisionLog
from controllers.weaning.evidence import (
    AssessmentHistory,
    BedsideMeasurements,
    Forecasts,
    LactateBalance,
    Tracker,
)
from controllers.weaning.policies import StepPolicy, WeaningState, step_policy
from controllers.weaning.progress import Progress
from controllers.weaning.state_machine import TRACKED, StateMachine
from plants import InputError, Measurement
from plants.pumps import FULL_SUPPORT_LEVEL


class WeaningController:
    """Weans one patient from the left pump.

    Parameters
    ----------
    policy : str or StepPolicy
        When and how far to step: a name of
        :data:`~controllers.STEP_POLICIES`, or a policy.
    tracker : callable, optional
        Makes a tracker from the briefing; None to decide by measurements alone, which policies
        that need forecasts refuse.
    criteria : WeaningCriteria, optional
        By default those of the package, and those of the patient's therapy in their place.
    log : DecisionLog, optional
        Where decisions are kept.
    support_level : str
        Level of full support.

    Attributes
    ----------
    log : DecisionLog
        All decisions since the reset.
    progress : Progress
        Where the course stands.

    Raises
    ------
    InputError
        There is no such policy, or it needs a tracker.

    Examples
    --------
    >>> from controllers import WeaningController
    >>> from controllers import WeaningBriefing
    >>> from plants import Measurement, Patient, Pump, Therapy
    >>> controller = WeaningController("fast-protocol", tracker=None)
    >>> controller.reset(WeaningBriefing(Patient.load("shock-d"), Pump.load("CP"),
    ...                                  Therapy.default()))
    >>> first = controller.decide(Measurement(0.0, "icu", {"map": 52.0}), hours=0.0)
    >>> first.level, first.phase, first.action
    ('P-9', 'step_up', 'up')
    """

    def __init__(
        self,
        policy: str | StepPolicy = "model-based",
        tracker: Callable[[WeaningBriefing], Tracker] | None = RecoveryTracker,
        *,
        criteria: WeaningCriteria | None = None,
        log: DecisionLog | None = None,
        support_level: str = FULL_SUPPORT_LEVEL,
    ):
        self.policy = step_policy(policy) if isinstance(policy, str) else policy
        if self.policy.needs_tracker and tracker is None:
            raise InputError("tracker", None, f"a tracker, which {self.policy.name} asks")
        self._own_criteria = criteria
        self.criteria = criteria or WeaningCriteria.load()
        self.log = DecisionLog() if log is None else log
        self.support_level = support_level
        self._make_tracker = tracker
        self.progress: Progress | None = None

    def reset(self, briefing: WeaningBriefing) -> None:
        """Take over a patient at full support.

        A pump without the level of support is supported at its highest.
        """
        names = tuple(level.name for level in briefing.levels)
        support = names.index(self.support_level) if self.support_level in names else len(names) - 1
        self.briefing = briefing
        self.criteria = self._own_criteria or WeaningCriteria.of(briefing.therapy)
        self.label_hours = math.inf if briefing.label_hours is None else briefing.label_hours
        self.progress = Progress(names, support)
        self.measurements = BedsideMeasurements(self.criteria)
        tracker = None if self._make_tracker is None else self._make_tracker(briefing)
        self.forecasts = Forecasts(tracker, self.criteria)
        self.history = AssessmentHistory()
        self.lactate_balance = LactateBalance(briefing.patient["body_surface_area"])
        self._machine = StateMachine(self.policy, self.progress)
        self.log.clear()

    def decide(self, measurement: Measurement, hours: float, level: str | None = None) -> Decision:
        """Decide what to do until the next assessment.

        Parameters
        ----------
        measurement : Measurement
            What is measured now; a reading that cannot be is missing.
        hours : float
            Time of use of the pump, h.
        level : str, optional
            Level that the console runs at where it is not the one decided, because it fell.

        Raises
        ------
        InputError
            The controller was not reset.
        """
        if self.progress is None:
            raise InputError("controller", "not reset", "a controller that was reset")
        progress, measurement = self.progress, plausible(measurement)
        now_hours, clock_fault = progress.advance_clock(hours, self.criteria.number("longest_gap"))
        faults = [Reason(clock_fault)] if clock_fault else []
        faults += self._console_faults(progress, level)
        speed = self.briefing.pump.speed(progress.level)
        self.measurements.add(measurement, now_hours, progress.level, speed)
        self.forecasts.update(measurement, progress.level, now_hours)
        now = self._weaning_state(progress, now_hours)
        lactate = self.measurements.latest.get("lactate", math.nan)
        self.lactate_balance.update(now_hours, now.values, lactate)
        update_findings(now, progress)
        if progress.level_index > 0:
            self.history.clear()
        decision = self._machine.decide(now, (*faults, *self.measurements.faults))
        # The advice to reassess stops no trial that goes on meanwhile.
        progress.phase = decision.phase
        if decision.action != "up":
            decision = reassess_before_label_end(now, decision, self.label_hours, progress)
        progress.interval = decision.hours_to_next_assessment
        self.log.add(decision)
        return decision

    def _console_faults(self, progress: Progress, level: str | None) -> list[Reason]:
        """The console may have fallen to another level."""
        if level is None or level == progress.level:
            return []
        if level not in progress.levels:
            text = f"the console says {level}, which may not be held; {progress.level} is"
            return [Reason(text)]
        asked = progress.level
        progress.change_level(progress.levels.index(level), progress.hours)
        progress.limit_to_present_level(progress.hours, self.criteria)
        return [Reason(f"the console fell from {asked} to {level}")]

    def _weaning_state(self, progress: Progress, hours: float) -> WeaningState:
        values = self.measurements.values
        estimates = self.forecasts.at_level(progress.level) if self.forecasts.trusted else None
        if estimates is not None:
            values |= {name: estimates[name].median for name in TRACKED}
        return WeaningState(
            hours,
            hours - progress.level_since,
            progress.levels,
            progress.level_index,
            values,
            self.measurements,
            self.forecasts,
            self.criteria,
            self.label_hours - hours,
            self.lactate_balance,
            self.history,
        )
