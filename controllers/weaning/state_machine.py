"""The state machine of weaning: what a shock team does, with every reason in words and numbers.

Support until ready; steps of at most two levels; hold and judge; from P-4 down a ramp of five
minutes a level; hold at P-2; explant. Up again at once on deterioration, with a longer wait each
time. It never lowers support on bad data, nor below P-2; explant and reassessment are recommended,
not done.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from controllers.weaning.assessment import (
    REGURGITANT_FRACTION,
    contraindications,
    current_findings,
    deterioration_reasons,
    drug_reduction_orders,
    low_reading_limit,
    position_check_orders,
    rescue_orders,
    sustained_recovery_reason,
)
from controllers.weaning.decision import Decision, Reason
from controllers.weaning.policies import MAX_STEP_LEVELS, StepPolicy, WeaningState
from controllers.weaning.progress import Progress
from plants.quantities import HOUR_SLACK

#: From this level down a trial is a ramp, a level every five minutes.
RAMP_FROM = "P-4"
_HOUR = 1.0
#: Values that a trusted tracker knows better than the last few readings.
TRACKED = (
    "map",
    "cardiac_index",
    "cardiac_power_output",
    "cvp",
    "pcwp",
    "papi",
    "mpap",
    "ejection_fraction",
    REGURGITANT_FRACTION,
)


class StateMachine:
    """Decides on phase, level, orders and the time of the next assessment.

    Parameters
    ----------
    policy : StepPolicy
        When and how far to step.
    progress : Progress
        Where the course stands; every decision is taken down there.
    """

    def __init__(self, policy: StepPolicy, progress: Progress):
        self.policy = policy
        self.progress = progress

    def decide(self, now: WeaningState, faults: tuple[Reason, ...]) -> Decision:
        """What to do now.

        Parameters
        ----------
        now : WeaningState
            The present.
        faults : tuple of Reason
            Why clock, console or data are no ground for lowering support; empty when they are one.
        """
        progress = self.progress
        deterioration = deterioration_reasons(now, progress)
        if deterioration:
            return self._deteriorated(now, deterioration)
        if faults:
            return self._faulty_data(now, faults)
        progress.faults_since = math.nan
        if progress.level_index == 0:
            return self._trial(now)
        if progress.weaning or progress.phase == "ready":
            return self._step(now)
        return self._support(now)

    def _support(self, now: WeaningState) -> Decision:
        """Full support: is the patient ready?"""
        progress = self.progress
        orders = rescue_orders(now)
        if orders:
            progress.low_pressure_at = now.hours
            pressure = now.measurements.latest.get("map", math.nan)
            why = now.criteria["rescue"]["map"].judge(pressure)
            interval = now.criteria.ramp_interval
            return self._decision(now, "support", "hold", (why,), interval=interval, orders=orders)
        insufficient = self._insufficient_support(now)
        if insufficient:
            progress.change_level(progress.level_index + 1, now.hours)
            return self._decision(now, "support", "up", insufficient)
        emptied = self._emptied_ventricle(now)
        if emptied is not None:
            progress.change_level(progress.support_index, now.hours)
            return self._decision(now, "support", "down", (emptied,))
        waiting = self._waiting(now)
        ready = self.policy.ready(now)
        reasons = (*ready, *contraindications(now, progress, progress.level_index - 1))
        if waiting is not None:
            return self._decision(now, "support", "hold", (waiting, *reasons))
        if not all(reason.met for reason in reasons):
            phase = "refused" if all(reason.met for reason in ready) else "support"
            # A pressure that was low is measured again within minutes.
            recently_low = now.hours < progress.low_pressure_at + 3.0 * now.criteria.ramp_interval
            interval = now.criteria.ramp_interval if recently_low else _HOUR
            return self._decision(now, phase, "hold", reasons, interval=interval)
        interval = now.criteria.ramp_interval
        return self._decision(now, "ready", "hold", reasons, interval=interval, echo=True)

    def _emptied_ventricle(self, now: WeaningState) -> Reason | None:
        """Why more than full support is too much: it draws from an empty left ventricle."""
        lowest, wedge = now.criteria.number("emptied_wedge"), now.values.get("pcwp", math.nan)
        if not (self.progress.level_index > self.progress.support_index and wedge < lowest):
            return None
        text = f"pulmonary capillary wedge pressure {wedge:.3g} mmHg at {now.level}"
        return Reason(f"{text}, at least {lowest:g}", "pcwp", wedge, lowest)

    def _insufficient_support(self, now: WeaningState) -> tuple[Reason, ...]:
        """Why full support is not enough, where there is more: low flow, and lactate stays high.

        Not with a low wedge pressure: a pump that runs faster then finds nothing more to draw.
        """
        progress = self.progress
        if now.values.get("pcwp", math.inf) < now.criteria.number("filled_wedge"):
            return ()
        lactate, index = (now.criteria["ready"][x] for x in ("lactate", "cardiac_index"))
        highest = progress.level_index >= progress.highest_allowed_index(now.hours)
        if (
            now.hours_at_level < now.criteria.number("lactate_clearing_time") - HOUR_SLACK
            or highest
        ):
            return ()
        violated = now.criteria.violated("ready", now.values)
        named = {reason.signal: reason for reason in violated}
        if lactate.signal not in named or index.signal not in named:
            return ()
        return (named[index.signal], named[lactate.signal])

    def _step(self, now: WeaningState) -> Decision:
        """Below full support, or ready: on, or hold."""
        progress = self.progress
        waiting = self._waiting(now)
        if waiting is not None:
            return self._decision(now, "hold", "hold", (waiting,))
        if progress.phase == "ramp":
            why = now.criteria.judge("step", now.values, f" at {now.level}")
            levels = 1 if all(reason.met for reason in why) else 0
        else:
            levels, why = self.policy.step(now)
        levels = min(levels, MAX_STEP_LEVELS, progress.level_index)
        if levels < 1:
            return self._decision(now, "hold", "hold", why)
        ramp = self._on_ramp(now)
        if not ramp and RAMP_FROM in progress.levels:
            # A step ends at the level from which the ramp goes down.
            above_ramp = progress.level_index - progress.levels.index(RAMP_FROM)
            levels = max(min(levels, above_ramp), 1)
        levels = 1 if ramp else levels
        refused = contraindications(now, progress, progress.level_index - levels)
        if not all(reason.met for reason in refused):
            return self._decision(now, "refused", "hold", (*why, *refused))
        if not progress.weaning:
            progress.trial_began = now.hours
        progress.change_level(progress.level_index - levels, now.hours)
        interval = (
            now.criteria.ramp_interval if ramp else min(self.policy.assessment_interval, _HOUR)
        )
        phase = "ramp" if ramp else "step"
        return self._decision(now, phase, "down", why, interval=interval, echo=ramp)

    def _on_ramp(self, now: WeaningState) -> bool:
        """Whether the next step is a level of the ramp."""
        return (
            self.progress.phase == "ramp"
            or now.level == RAMP_FROM
            or self.policy.assessment_interval < 2 * now.criteria.ramp_interval
            or now.last_attempt
        )

    def _trial(self, now: WeaningState) -> Decision:
        """At the lowest level: explant, hold or give up."""
        progress = self.progress
        reasons = self.policy.explant(now)
        reasons = (*reasons, *contraindications(now, progress, 0, explant=True))
        sustained = sustained_recovery_reason(now) if self.policy.needs_tracker else None
        reasons = reasons if sustained is None else (*reasons, sustained)
        reasons = (*reasons, *now.criteria.remarks("explant", now.values))
        against = [reason for reason in reasons if reason.opposes]
        if not against:
            return self._decision(now, "explant", "explant", reasons)
        longest = self.policy.longest_trial
        if math.isnan(longest):
            longest = now.criteria.number("longest_trial")
        another = progress.next_retry_wait(now.criteria) + now.criteria.number("weaning_time")
        too_long = now.hours_at_level > longest + HOUR_SLACK
        # Who can bear this level is not taken back up where the label leaves no other trial.
        waits = all(reason.met_by_waiting for reason in against)
        if too_long and not waits and now.label_hours_left > another:
            held = f"{now.level} held for {now.hours_at_level:.3g} h"
            text = f"{held} without the criteria of explant"
            failed = Reason(text, "", now.hours_at_level, longest)
            return self._step_up(now, (failed, *against), interval=_HOUR)
        echo = now.hours_at_level < 2 * now.criteria.ramp_interval
        return self._decision(now, "hold_p2", "hold", reasons, echo=echo)

    def _deteriorated(self, now: WeaningState, why: tuple[Reason, ...]) -> Decision:
        """Deterioration: up at once; at full speed nothing is left but to say so."""
        progress = self.progress
        pressure = now.measurements.latest.get("map", math.nan)
        far_below = pressure < low_reading_limit(now)
        orders = rescue_orders(now) if far_below or not progress.weaning else {}
        progress.remaining_inotrope = math.nan
        if not progress.weaning:
            progress.low_pressure_at = now.hours
        low_flow = any(reason.signal in ("map", "cardiac_index") for reason in why)
        orders |= position_check_orders(now, progress, fallen=low_flow)
        if progress.level_index >= progress.highest_allowed_index(now.hours):
            interval = now.criteria.ramp_interval if "vasopressor" in orders else _HOUR
            return self._decision(now, "support", "hold", why, interval=interval, orders=orders)
        return self._step_up(now, why, interval=now.criteria.ramp_interval, orders=orders)

    def _step_up(
        self,
        now: WeaningState,
        why: tuple[Reason, ...],
        interval: float,
        orders: Mapping[str, float] | None = None,
    ) -> Decision:
        progress = self.progress
        if progress.phase != "step_up" and progress.weaning:
            until = progress.record_failure(now.hours, now.criteria)
            why = (*why, Reason(f"failure {progress.failed_trials}: no step before {until:.1f} h"))
        now.forecasts.reset_best()
        highest = progress.highest_allowed_index(now.hours)
        progress.change_level(min(progress.level_index + MAX_STEP_LEVELS, highest), now.hours)
        return self._decision(now, "step_up", "up", why, interval=interval, orders=orders)

    def _faulty_data(self, now: WeaningState, why: tuple[Reason, ...]) -> Decision:
        """On bad data: hold; back up where a trial goes on blindly."""
        progress = self.progress
        if math.isnan(progress.faults_since):
            progress.faults_since = now.hours
        blind = now.hours - progress.faults_since
        if progress.weaning and blind >= now.criteria.number("longest_blind_trial") - HOUR_SLACK:
            text = f"no usable data for {blind:.3g} h in a trial"
            return self._step_up(now, (Reason(text), *why), interval=_HOUR)
        phase = "hold" if progress.weaning else "support"
        return self._decision(now, phase, "hold", why)

    def _waiting(self, now: WeaningState) -> Reason | None:
        """Why no step is taken yet after a failure; None where one may be."""
        progress = self.progress
        if now.hours >= progress.no_step_before - HOUR_SLACK:
            return None
        text = (
            f"waiting until {progress.no_step_before:.1f} h after failure {progress.failed_trials}"
        )
        return Reason(text, "", now.hours, progress.no_step_before)

    def _decision(
        self,
        now: WeaningState,
        phase: str,
        action: str,
        reasons: tuple[Reason, ...],
        *,
        interval: float = _HOUR,
        echo: bool = False,
        orders: Mapping[str, float] | None = None,
    ) -> Decision:
        progress = self.progress
        estimates = now.forecasts.at_level(progress.level) if now.forecasts.trusted else None
        forecast = (
            {}
            if estimates is None
            else {name: (estimates[name].centre, estimates[name].spread) for name in TRACKED}
        )
        if orders is None:
            orders = drug_reduction_orders(now, progress) if self.policy.needs_tracker else {}
            orders |= position_check_orders(now, progress, fallen=False)
        echo = echo or self._valve_not_examined(now, reasons)
        return Decision(
            now.hours,
            progress.level,
            phase,
            action,
            reasons,
            forecast,
            interval,
            echo,
            phase == "hold_p2",
            orders,
            current_findings(progress, now.criteria),
        )

    def _valve_not_examined(self, now: WeaningState, reasons: tuple[Reason, ...]) -> bool:
        """Whether a mitral valve that speaks against weaning had no echo lately."""
        doubted = any(
            reason.signal == REGURGITANT_FRACTION and not reason.met for reason in reasons
        )
        since = max(self.progress.level_since, now.hours - now.criteria.number("echo_interval"))
        return doubted and not now.measurements.values_since(REGURGITANT_FRACTION, since)
