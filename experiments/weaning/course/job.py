"""One course of weaning: a virtual patient at the bedside, and a controller that weans."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from controllers import (
    Decision,
    DecisionLog,
    RecoveryTracker,
    WeaningController,
    WeaningCriteria,
    step_policy,
)
from controllers.tracking.filter import CREDIBLE
from experiments.statistics import fields_of
from experiments.weaning.course.record import (
    ESTIMATED,
    RECORDED_SIGNALS,
    Course,
    event_key,
    plain_reasons,
)
from experiments.weaning.course.trial import WeaningTrial, briefing, trial_bedside
from plants import Bedside, Measurement, WeaningCase
from plants.plant import beyond_life_text
from plants.pumps import level_number
from plants.quantities import MINUTES_PER_HOUR

# After a change of level the circulation is looked at this soon, h, for the record.
_SOON = 5.0 / MINUTES_PER_HOUR


def run_course(
    trial: WeaningTrial,
    *,
    criteria: WeaningCriteria | None = None,
    watch: Callable[[Decision, Bedside], None] | None = None,
    log: DecisionLog | None = None,
) -> Course:
    """Wean a patient until the course ends.

    Parameters
    ----------
    trial : WeaningTrial
        What to run.
    criteria : WeaningCriteria, optional
        By default those of the package.
    watch : callable, optional
        Called after every decision.
    log : DecisionLog, optional
        Where every decision is kept, also those that changed nothing.

    Raises
    ------
    InputError
        No access of the pump fits the patient, or a name is refused.
    PhysicsError
        The patient has no periodic beat without support.

    Examples
    --------
    >>> from experiments.weaning.course import run_course
    >>> from experiments.weaning.course import WeaningTrial
    >>> course = run_course(WeaningTrial(14, "fast-protocol", case="full"))
    >>> course.outcome, course.hours < course.label_hours
    ('well', True)
    """
    bedside, case = trial_bedside(trial)
    policy = step_policy(trial.policy)
    tracker = RecoveryTracker if policy.needs_tracker else None
    controller = WeaningController(policy, tracker, criteria=criteria, log=log)
    controller.reset(briefing(trial, bedside, case))
    return _Run(trial, bedside, case, controller, watch).course()


class _Run:
    """The loop, and what is written down."""

    def __init__(
        self,
        trial: WeaningTrial,
        bedside: Bedside,
        case: WeaningCase,
        controller: WeaningController,
        watch: Callable[[Decision, Bedside], None] | None,
    ):
        self.trial, self.bedside, self.case = trial, bedside, case
        self.controller, self.watch = controller, watch
        self.records: list[dict[str, float]] = []
        self.seconds = {"plant": 0.0, "controller": 0.0}

    def course(self) -> Course:
        bedside, controller, echo, labs = self.bedside, self.controller, False, False
        while bedside.outcome is None:
            measurement = bedside.measure(echo=echo, labs=labs)
            decision = self._decide(measurement)
            self._note()
            if self.watch is not None:
                self.watch(decision, bedside)
            echo, labs = decision.echo, decision.labs
            begun = time.process_time()
            if decision.action == "explant":
                bedside.explant()
            else:
                self._advance(decision)
            self.seconds["plant"] += time.process_time() - begun
        return self._finished(controller)

    def _decide(self, measurement: Measurement) -> Decision:
        begun = time.process_time()
        decision = self.controller.decide(measurement, self.bedside.hours, self.bedside.level)
        self.seconds["controller"] += time.process_time() - begun
        return decision

    def _advance(self, decision: Decision) -> None:
        """Let time pass; soon after a change of level the circulation is noted once more."""
        bedside, level, wait = self.bedside, decision.level, decision.hours_to_next_assessment
        if level != bedside.level and wait > 2 * _SOON:
            bedside.advance(_SOON, level, dict(decision.orders), alarms=True)
            if bedside.outcome is not None:
                return
            self._note()
            level, wait = bedside.level, wait - _SOON  # the console may have fallen meanwhile
        bedside.advance(wait, level, dict(decision.orders), alarms=True)

    def _note(self) -> None:
        bedside = self.bedside
        truth = bedside.truth()
        if self.records:
            self.records[-1]["lasting"] = bedside.hours - self.records[-1]["hours"]
        ees = bedside.plant.patient["lv_ees"] * truth["factor_lv_contractility"]
        row = {
            "hours": bedside.hours,
            "level": float(level_number(bedside.level)),
            "lasting": 0.0,
            "lv_ees_true": ees,
        }
        row |= {name: truth[name] for name in RECORDED_SIGNALS}
        self.records.append(row | self._estimated())

    def _estimated(self) -> dict[str, float]:
        """What the tracker believes now; NaN without one."""
        tracker = self.controller.forecasts.tracker
        if not isinstance(tracker, RecoveryTracker) or math.isnan(tracker.hours):
            return dict.fromkeys((*ESTIMATED, "consistent", "leaking"), math.nan)
        estimate = tracker.estimate["lv_ees"]
        low, high = estimate.interval(CREDIBLE)
        return {
            "lv_ees": estimate.median,
            "lv_ees_low": low,
            "lv_ees_high": high,
            "consistent": float(tracker.innovation.consistent),
            "leaking": tracker.leaking,
        }

    def _finished(self, controller: WeaningController) -> Course:
        bedside, progress = self.bedside, controller.progress
        assert progress is not None
        if self.records:
            self.records[-1]["lasting"] = bedside.hours - self.records[-1]["hours"]
        bridge = _bridge_hours(controller)
        outcome, reason, cause = bedside.outcome or "label", bedside.reason, bedside.cause
        if outcome == "explanted" and bedside.follow_up is not None:
            outcome = bedside.follow_up.result
        elif outcome == "label" and math.isfinite(bridge):
            outcome, reason, cause = "bridge", controller.log[-1].words, "bridge"
        follow = bedside.follow_up
        return Course(
            trial=self.trial,
            case=self.case.name,
            phenotype=self.case.phenotype,
            patient=bedside.patient.patient.name,
            access=bedside.patient.access,
            outcome=outcome,
            reason=reason,
            cause=cause,
            hours=bedside.hours,
            bridge_hours=bridge,
            label_hours=bedside.label_hours,
            records=self.records,
            decisions=[_plain(decision) for decision in controller.log.changes()],
            findings=dict(progress.findings),
            true_events=_true_events(bedside),
            alarms=list(bedside.alarms),
            follow_up={}
            if follow is None
            else {
                "hours": list(follow.times),
                "ended": follow.hours,
                "died": follow.died,
                **{name: list(values) for name, values in follow.recorded.items()},
            },
            seconds=self.seconds,
            beyond_life=beyond_life_text(bedside.beyond_life),
        )


def _bridge_hours(controller: WeaningController) -> float:
    """Since when the recommendation to reassess has stood to the end, h; NaN if it does not."""
    since = math.nan
    for decision in controller.log:
        if decision.action != "reassess":
            since = math.nan
        elif math.isnan(since):
            since = decision.hours
    return since


def _true_events(bedside: Bedside) -> dict[str, float]:
    begun = [event for event in bedside.events.events if event.onset <= bedside.hours]
    events = {event_key(event.target): event.onset for event in begun}
    return dict(bedside.complications.occurred_at) | events


def _plain(decision: Decision) -> dict[str, Any]:
    return {
        **fields_of(decision, "hours", "level", "phase", "action", "words"),
        "findings": list(decision.findings),
        **plain_reasons(decision),
    }
