"""A chance-constrained plan over P-levels on the tracker's forecast."""

from __future__ import annotations

import math
from dataclasses import dataclass

from controllers.weaning.decision import Reason
from controllers.weaning.evidence import joint_probability
from controllers.weaning.policies.interface import WeaningState
from controllers.weaning.policies.without_pump import lactate_without_pump, probability_without_pump

_VASOPRESSOR = "vasopressor_effect"


@dataclass(frozen=True)
class ModelBased:
    """Steps as far as the forecast holds with the chance that is asked for.

    Weaning begins when there is a fair chance that the patient does well without pump and inotrope;
    every step is the largest one after which the criteria hold with the chance asked for; the pump
    comes out when they hold so without it. Near the label's end, where a bridge decision is what
    else there is, less is asked for.

    Attributes
    ----------
    assessment_interval : float
        Time between assessments, h.
    step_interval : float
        Shortest time at a level, h.
    shortest_trial : float
        Shortest time at the lowest level, h.
    longest_trial : float
        Longest time there without the criteria, h; NaN is that of the criteria.

    Examples
    --------
    >>> from controllers.weaning.policies.model_based import ModelBased
    >>> ModelBased().name
    'model-based'
    """

    assessment_interval: float = 1.0
    step_interval: float = 1.0
    shortest_trial: float = 2.0
    # The heart goes on recovering there: who bears it loses by going back up.
    longest_trial: float = 24.0
    name: str = "model-based"
    needs_tracker: bool = True

    def ready(self, now: WeaningState) -> tuple[Reason, ...]:
        """Organs that recover, and a forecast without the pump that may hold."""
        limit = now.criteria.number("start_chance")
        ahead = now.criteria.number("weaning_time")
        if now.reassessment_due:
            # The last way down: what counts is how the patient does when it must end, and there is
            # nothing to wait for.
            left = now.label_hours_left
            ahead = max(min(ahead, left), left - self.shortest_trial, 0.0)
            limit = now.criteria.number("late_start_chance")
        return (
            *now.criteria.judge("plan", now.values),
            now.measurements.renal_injury_resolving(),
            _trust(now),
            # A trial shows whether the valve leaks: what speaks for a tight one may begin it.
            probability_without_pump(now, limit, ahead, best_explanation=True),
        )

    def step(self, now: WeaningState) -> tuple[int, tuple[Reason, ...]]:
        """The largest step whose forecast holds."""
        held = now.time_at_level(self.step_interval)
        if not held.met or not now.forecasts.trusted:
            return 0, (held, _trust(now))
        needed = now.criteria.needed("step")
        signals = ", ".join(criterion.signal for criterion in needed)
        limit = now.criteria.number("late_step_chance" if now.last_attempt else "step_chance")
        reasons: list[Reason] = []
        for levels in range(now.largest_step, 0, -1):
            target = now.levels[now.level_index - levels]
            chance = joint_probability(needed, now.forecasts.at_level(target))
            text = f"chance {chance:.2f} that {signals} hold at {target}, at least {limit:g}"
            reasons.append(Reason(text, "", chance, limit, met=chance >= limit))
            if chance >= limit:
                return levels, (reasons[-1],)
        return 0, tuple(reasons)

    def explant(self, now: WeaningState) -> tuple[Reason, ...]:
        """Measured at the lowest level, and forecast without pump and inotrope."""
        limit = now.criteria.number("late_explant_chance" if now.label_ending else "explant_chance")
        return (
            now.time_at_level(self.shortest_trial),
            *now.criteria.judge("trial", now.values, f" at {now.level}"),
            *_vasopressor_reserve(now),
            lactate_without_pump(now, limit),
            _trust(now),
            probability_without_pump(now, limit, averaged=True),
        )


def _vasopressor_reserve(now: WeaningState) -> tuple[Reason, ...]:
    """While there is time, some of the vasopressor that is borne is kept for what may come."""
    dose = now.values.get(_VASOPRESSOR, math.nan)
    at_explant = now.criteria["trial"][_VASOPRESSOR].high
    highest = min(now.criteria.number("early_vasopressor"), at_explant)
    if now.label_ending or not dose > highest:
        return ()
    text = f"vasopressor {dose:.2g} ug/kg/min, at most {highest:g} while there is time"
    return (Reason(text, _VASOPRESSOR, dose, highest),)


def _trust(now: WeaningState) -> Reason:
    if now.forecasts.trusted:
        return Reason("the tracker agrees with the measurements", met=True)
    return Reason(f"the tracker is not trusted: {now.forecasts.reason}")
