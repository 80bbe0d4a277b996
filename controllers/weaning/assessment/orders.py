"""What a weaning controller asks for: fewer drugs, more vasopressor, a check of the position."""

from __future__ import annotations

import math

from controllers.weaning.evidence import joint_probability
from controllers.weaning.policies import WeaningState, lactate_chance
from controllers.weaning.progress import Progress
from plants.quantities import HOUR_SLACK


def drug_reduction_orders(now: WeaningState, progress: Progress) -> dict[str, float]:
    """The next lower dose (ug/kg/min) of a drug without which this level holds; or no order.

    The inotrope first, and not before lactate is normal or, in a trial, will stay low without it:
    what clears it is the flow. The vasopressor down to what a patient leaves with while there is
    time, as far as the pressure of readiness is kept; what is left of it perfuses the heart. An
    inotrope that was lowered is not given again by those who would keep it; deterioration leaves
    that to them.
    """
    inotrope = _less_inotrope(now) if now.forecasts.trusted else {}
    if inotrope:
        progress.remaining_inotrope = inotrope["inotrope"]
        return inotrope
    left = progress.remaining_inotrope
    lowered = {} if math.isnan(left) else {"inotrope": left}
    return lowered | (_less_vasopressor(now) if now.forecasts.trusted else {})


def _less_inotrope(now: WeaningState) -> dict[str, float]:
    dose = now.forecasts.doses["inotrope"]
    if dose <= 0.0:
        return {}
    needed = now.criteria.needed("step")
    without = now.forecasts.doses | {"inotrope": 0.0}
    expected = now.forecasts.at_level(now.level, 0.0, without)
    limit = now.criteria.number("step_chance")
    cleared = now.criteria["ready"]["lactate"].holds(now.values.get("lactate", math.nan))
    if not cleared and not (now.level_index == 0 and lactate_chance(now, expected) >= limit):
        return {}
    holds = joint_probability(needed, expected) >= limit
    return {"inotrope": _lower_dose(now, "inotrope", dose)} if holds else {}


def _less_vasopressor(now: WeaningState) -> dict[str, float]:
    dose = now.forecasts.doses["vasopressor"]
    at_explant = now.criteria["trial"]["vasopressor_effect"].high
    early = min(now.criteria.number("early_vasopressor"), at_explant)
    if dose <= (at_explant if now.label_ending else early):
        return {}
    lower = {"vasopressor": _lower_dose(now, "vasopressor", dose)}
    expected = now.forecasts.at_level(now.level, 0.0, now.forecasts.doses | lower)
    limit = now.criteria.number("step_chance")
    if joint_probability([now.criteria["ready"]["map"]], expected) >= limit:
        return lower
    # In the last trial what counts is whether it would do without the pump.
    if dose <= at_explant:
        return {}
    last_trial = now.level_index == 0 and now.reassessment_due
    without_pump = now.forecasts.without_pump(vasopressor=at_explant) if last_trial else None
    chance = joint_probability(now.criteria.needed("without_pump"), without_pump)
    does_well = chance >= now.criteria.number("late_explant_chance")
    return {"vasopressor": at_explant} if does_well else {}


def _lower_dose(now: WeaningState, drug: str, dose: float) -> float:
    number = now.criteria.number
    return max(dose - max(number(f"{drug}_step"), number(f"{drug}_step_share") * dose), 0.0)


def rescue_orders(now: WeaningState) -> dict[str, float]:
    """More vasopressor (ug/kg/min) for a low pressure; or no order."""
    number = now.criteria.number
    dose = now.values.get("vasopressor_effect", math.nan)
    known = (now.values.get("map", math.nan), now.measurements.latest.get("map", math.nan))
    pressure = min((x for x in known if math.isfinite(x)), default=math.nan)
    deficit = now.criteria["rescue"]["map"].low - pressure
    highest = number("highest_vasopressor")
    if not (deficit > 0.0 and math.isfinite(dose) and dose < highest):
        return {}
    raised = max(number("rescue_gain") * deficit, number("smallest_rescue"))
    return {"vasopressor": min(dose + min(raised, number("largest_rescue")), highest)}


def position_check_orders(
    now: WeaningState, progress: Progress, *, fallen: bool
) -> dict[str, float]:
    """An echo of the pump's position, where the circulation fell or readings are beyond belief.

    Parameters
    ----------
    now : WeaningState
        The present.
    progress : Progress
        Where the course stands; the order is noted there.
    fallen : bool
        Whether pressure or flow is too low.
    """
    number = now.criteria.number
    untrusted = now.forecasts.tracker is not None and not now.forecasts.trusted
    if not untrusted:
        progress.tracker_untrusted_since = math.nan
    elif math.isnan(progress.tracker_untrusted_since):
        progress.tracker_untrusted_since = now.hours
    untrusted_for = now.hours - progress.tracker_untrusted_since
    wanted = fallen or (untrusted and untrusted_for >= number("untrusted_time") - HOUR_SLACK)
    next_check = progress.position_checked_at + number("position_check_interval")
    if not wanted or now.hours < next_check - HOUR_SLACK:
        return {}
    progress.position_checked_at = now.hours
    return {"position_check": 1.0}
