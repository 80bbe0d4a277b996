"""The state machine of weaning: what a shock team does, with every reason in words and numbers.

Support until ready; steps of at most two levels; hold and judge; from P-4 down a ramp of five
minutes a level; hold at P-2; explant. Up again at once on deterioration, with a longer wait each
time. It never lowers support on bad data, nor below P-2; explant and reassessment are recommended,
not done.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from controllers.tracking import RecoveryTracker, WeaningBriefing
from controllers.weaning.assessment import (
    falls,
    fewer_drugs,
    in_time,
    lasts,
    position_check,
    present_findings,
    recognise,
    refusal,
    rescue,
)
from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Decision, Reason
from controllers.weaning.decision_log import DecisionLog
from controllers.weaning.evidence import LactateBalance, Looks, Outlook, Seen, Tracker
from controllers.weaning.policies import LARGEST_STEP, Situation, StepPolicy, step_policy
from controllers.weaning.progress import Progress
from plants import InputError, Measurement

#: From this level down a trial is a ramp, a level every five minutes.
RAMP_FROM = "P-4"
_RAMP = 5.0 / 60.0
_HOUR = 1.0
# Bad data for this long in a trial, and support goes back up, h.
_BLIND = 2.0
_FRACTION = "mitral_regurgitant_fraction"
# An echo is not asked for more often than this, h (a guess).
_ECHO_EVERY = 4.0
# Full support is given this long to clear lactate before more is asked for, h (a guess).
_PATIENT = 6.0
# Values that a trusted tracker knows better than the last few readings.
_TRACKED = (
    "map",
    "cardiac_index",
    "cardiac_power_output",
    "cvp",
    "pcwp",
    "papi",
    "mpap",
    "ejection_fraction",
    "mitral_regurgitant_fraction",
)


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
        support_level: str = "P-8",
    ):
        self.policy = step_policy(policy) if isinstance(policy, str) else policy
        if self.policy.needs_tracker and tracker is None:
            raise InputError("tracker", None, f"a tracker, which {self.policy.name} asks")
        self._given = criteria
        self.criteria = criteria or WeaningCriteria.load()
        self.log = DecisionLog() if log is None else log
        self.support_level = support_level
        self._make = tracker
        self.progress: Progress | None = None

    def reset(self, briefing: WeaningBriefing) -> None:
        """Take over a patient at full support.

        A pump without the level of support is supported at its highest.
        """
        names = tuple(one.name for one in briefing.levels)
        support = names.index(self.support_level) if self.support_level in names else len(names) - 1
        self.briefing = briefing
        self.criteria = self._given or WeaningCriteria.of(briefing.therapy)
        self.label_hours = math.inf if briefing.label_hours is None else briefing.label_hours
        self.progress = Progress(names, support)
        self.seen = Seen(self.criteria)
        self.outlook = Outlook(None if self._make is None else self._make(briefing))
        self.looks = Looks()
        self.lactate = LactateBalance(briefing.patient["body_surface_area"])
        self.log.clear()

    def decide(self, measurement: Measurement, hours: float, level: str | None = None) -> Decision:
        """Decide what to do until the next look.

        Parameters
        ----------
        measurement : Measurement
            What is seen now.
        hours : float
            Time of use of the pump, h.
        level : str, optional
            Level that the console runs at where it is not the one decided, because it fell.

        Raises
        ------
        InputError
            The controller was not reset.
        """
        state = self._state()
        now_hours, wrong = state.tick(hours, self.criteria.number("longest_gap"))
        reasons = [Reason(wrong)] if wrong else []
        reasons += self._console(level)
        speed = self.briefing.pump.speed(state.level)
        self.seen.take(measurement, now_hours, state.level, speed)
        self.outlook.update(measurement, state.level, now_hours)
        now = self._situation(now_hours)
        self.lactate.update(now_hours, now.values, self.seen.raw.get("lactate", math.nan))
        bad = (*reasons, *self.seen.bad)
        recognise(now, state)
        if state.place > 0:
            self.looks.clear()
        found = self._decide(now, bad)
        # The advice to reassess stops no trial that goes on meanwhile.
        state.phase = found.phase
        decision = found if found.action == "up" else in_time(now, found, self.label_hours, state)
        state.wait = decision.wait
        self.log.add(decision)
        return decision

    def _decide(self, now: Situation, bad: tuple[Reason, ...]) -> Decision:
        state = self._state()
        fallen = falls(now, state)
        if fallen:
            return self._fallen(now, fallen)
        if bad:
            return self._blind(now, bad)
        state.bad_since = math.nan
        if state.place == 0:
            return self._trial(now)
        if state.weaning or state.phase == "ready":
            return self._step(now)
        return self._support(now)

    def _support(self, now: Situation) -> Decision:
        """Full support: is the patient ready?"""
        state = self._state()
        low = rescue(now)
        if low:
            state.pressed_at = now.hours
            why = self.criteria["rescue"]["map"].judge(now.seen.raw.get("map", math.nan))
            return self._say(now, "support", "hold", (why,), wait=_RAMP, orders=low)
        lacking = self._lacking(now)
        if lacking:
            state.move(state.place + 1, now.hours)
            return self._say(now, "support", "up", lacking)
        rest = self._rest(now)
        ready = self.policy.ready(now)
        reasons = (*ready, *refusal(now, state, state.place - 1))
        if rest is not None:
            return self._say(now, "support", "hold", (rest, *reasons))
        if not all(one.met for one in reasons):
            stopped = all(one.met for one in ready)
            # A pressure that was low is looked at again within minutes.
            wait = _RAMP if now.hours < state.pressed_at + 3.0 * _RAMP else _HOUR
            return self._say(now, "refused" if stopped else "support", "hold", reasons, wait=wait)
        return self._say(now, "ready", "hold", reasons, wait=_RAMP, echo=True)

    def _lacking(self, now: Situation) -> tuple[Reason, ...]:
        """Why full support is not enough, where there is more: low flow, and lactate stays high."""
        state = self._state()
        lactate, index = (self.criteria["ready"][x] for x in ("lactate", "cardiac_index"))
        if now.held < _PATIENT - 1e-6 or state.place >= state.ceiling(now.hours):
            return ()
        why = self.criteria.broken("ready", now.values)
        named = {one.signal: one for one in why}
        if lactate.signal not in named or index.signal not in named:
            return ()
        return (named[index.signal], named[lactate.signal])

    def _step(self, now: Situation) -> Decision:
        """Below full support, or ready: on, or hold."""
        state = self._state()
        rest = self._rest(now)
        if rest is not None:
            return self._say(now, "hold", "hold", (rest,))
        if state.phase == "ramp":
            why = self.criteria.judge("step", now.values, f" at {now.level}")
            levels = 1 if all(one.met for one in why) else 0
        else:
            levels, why = self.policy.step(now)
        levels = min(levels, LARGEST_STEP, state.place)
        if levels < 1:
            return self._say(now, "hold", "hold", why)
        ramp = state.phase == "ramp" or now.level == RAMP_FROM or self.policy.look < 2 * _RAMP
        ramp = ramp or now.late
        if not ramp and RAMP_FROM in state.levels:
            # A step ends at the level from which the ramp goes down.
            levels = max(min(levels, state.place - state.levels.index(RAMP_FROM)), 1)
        levels = 1 if ramp else levels
        refused = refusal(now, state, state.place - levels)
        if not all(one.met for one in refused):
            return self._say(now, "refused", "hold", (*why, *refused))
        if not state.weaning:
            state.began = now.hours
        state.move(state.place - levels, now.hours)
        wait = _RAMP if ramp else min(self.policy.look, _HOUR)
        return self._say(now, "ramp" if ramp else "step", "down", why, wait=wait, echo=ramp)

    def _trial(self, now: Situation) -> Decision:
        """At the lowest level: explant, hold or give up."""
        state = self._state()
        reasons = (*self.policy.explant(now), *refusal(now, state, 0, explant=True))
        lasting = lasts(now) if self.policy.needs_tracker else None
        reasons = reasons if lasting is None else (*reasons, lasting)
        reasons = (*reasons, *self.criteria.remarks("explant", now.values))
        against = [reason for reason in reasons if reason.opposes]
        if not against:
            return self._say(now, "explant", "explant", reasons)
        patience = self.policy.patience
        if math.isnan(patience):
            patience = self.criteria.number("trial_patience")
        again = state.next_wait(self.criteria) + self.criteria.number("way_down")
        in_vain = now.held > patience + 1e-6 and not all(reason.waits for reason in against)
        # Who can bear this level is not taken back up where the label leaves no other trial.
        if in_vain and now.left > again:
            said = f"{now.level} held for {now.held:.3g} h without the criteria of explant"
            return self._up(now, (Reason(said, "", now.held, patience), *against), wait=_HOUR)
        return self._say(now, "hold_p2", "hold", reasons, echo=now.held < 2 * _RAMP)

    def _fallen(self, now: Situation, why: tuple[Reason, ...]) -> Decision:
        """Deterioration: up at once; at full speed nothing is left but to say so."""
        state = self._state()
        pressure = self.criteria["fall"]["map"].low - self.criteria.number("map_margin")
        far = now.seen.raw.get("map", math.nan) < pressure
        orders = rescue(now) if far or not state.weaning else {}
        state.inotrope_left = math.nan
        if not state.weaning:
            state.pressed_at = now.hours
        flow = any(one.signal in ("map", "cardiac_index") for one in why)
        orders |= position_check(now, state, fallen=flow)
        if state.place >= state.ceiling(now.hours):
            wait = _RAMP if "vasopressor" in orders else _HOUR
            return self._say(now, "support", "hold", why, wait=wait, orders=orders)
        return self._up(now, why, wait=_RAMP, orders=orders)

    def _up(
        self,
        now: Situation,
        why: tuple[Reason, ...],
        wait: float,
        orders: Mapping[str, float] | None = None,
    ) -> Decision:
        state = self._state()
        if state.phase != "step_up" and state.weaning:
            until = state.fail(now.hours, self.criteria)
            why = (*why, Reason(f"failure {state.failures}: no step before {until:.1f} h"))
        self.outlook.forget_best()
        state.move(min(state.place + LARGEST_STEP, state.ceiling(now.hours)), now.hours)
        return self._say(now, "step_up", "up", why, wait=wait, orders=orders)

    def _blind(self, now: Situation, why: tuple[Reason, ...]) -> Decision:
        """On bad data: hold; back up where a trial goes on blindly."""
        state = self._state()
        if math.isnan(state.bad_since):
            state.bad_since = now.hours
        if state.weaning and now.hours - state.bad_since >= _BLIND - 1e-6:
            said = f"no usable data for {now.hours - state.bad_since:.3g} h in a trial"
            return self._up(now, (Reason(said), *why), wait=_HOUR)
        phase = "hold" if state.weaning else "support"
        return self._say(now, phase, "hold", why)

    def _console(self, level: str | None) -> list[Reason]:
        """The console may have fallen to another level."""
        state = self._state()
        if level is None or level == state.level:
            return []
        if level not in state.levels:
            return [Reason(f"the console says {level}, which may not be held; {state.level} is")]
        asked = state.level
        state.move(state.levels.index(level), state.hours)
        state.cap(state.hours)
        return [Reason(f"the console fell from {asked} to {level}")]

    def _rest(self, now: Situation) -> Reason | None:
        state = self._state()
        if now.hours >= state.resting_until - 1e-6:
            return None
        said = f"waiting until {state.resting_until:.1f} h after failure {state.failures}"
        return Reason(said, "", now.hours, state.resting_until)

    def _situation(self, hours: float) -> Situation:
        state = self._state()
        values = self.seen.values
        beliefs = self.outlook.at(state.level) if self.outlook.trusted else None
        if beliefs is not None:
            values |= {name: beliefs[name].median for name in _TRACKED}
        return Situation(
            hours,
            hours - state.since,
            state.levels,
            state.place,
            values,
            self.seen,
            self.outlook,
            self.criteria,
            self.label_hours - hours,
            self.lactate,
            self.looks,
        )

    def _say(
        self,
        now: Situation,
        phase: str,
        action: str,
        reasons: tuple[Reason, ...],
        *,
        wait: float = _HOUR,
        echo: bool = False,
        orders: Mapping[str, float] | None = None,
    ) -> Decision:
        state = self._state()
        beliefs = self.outlook.at(state.level) if self.outlook.trusted else None
        told = (
            {}
            if beliefs is None
            else {name: (beliefs[name].centre, beliefs[name].spread) for name in _TRACKED}
        )
        if orders is None:
            orders = fewer_drugs(now, state) if self.policy.needs_tracker else {}
            orders |= position_check(now, state, fallen=False)
        echo = echo or self._unseen(now, reasons)
        return Decision(
            now.hours,
            state.level,
            phase,
            action,
            reasons,
            told,
            wait,
            echo,
            phase == "hold_p2",
            orders,
            present_findings(state),
        )

    def _unseen(self, now: Situation, reasons: tuple[Reason, ...]) -> bool:
        """Whether a mitral valve that speaks against weaning was not looked at lately."""
        doubted = any(one.signal == _FRACTION and not one.met for one in reasons)
        since = max(self._state().since, now.hours - _ECHO_EVERY)
        return doubted and not now.seen.history(_FRACTION, since)

    def _state(self) -> Progress:
        if self.progress is None:
            raise InputError("controller", "not reset", "a controller that was reset")
        return self.progress
