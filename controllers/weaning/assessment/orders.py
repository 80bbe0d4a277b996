"""What a weaning controller asks for: fewer drugs, a rescue, a look at the pump's position."""

from __future__ import annotations

import math

from controllers.weaning.evidence import chance
from controllers.weaning.policies import Situation, lactate_chance
from controllers.weaning.progress import Progress

# Guesses: dobutamine and norepinephrine that are taken off in an hour, ug/kg/min and as a share of
# the dose; norepinephrine that is added at a look for each mmHg that the pressure lacks, the least
# and the most of it, and the most that is asked for at all, ug/kg/min.
_LESS = {"inotrope": (0.5, 0.15), "vasopressor": (0.02, 0.2)}
_RAISE, _LEAST_RAISE, _MOST_RAISE, _MOST = 0.01, 0.02, 0.12, 1.0
# An echo of the pump's position is not asked for more often than this, h, nor before the tracker
# has been at a loss for so long (guesses).
_LOOK_AGAIN, _AT_A_LOSS = 1.0, 2.0


def fewer_drugs(now: Situation, state: Progress) -> dict[str, float]:
    """The next lower dose (ug/kg/min) of a drug without which this level holds; or no order.

    The inotrope first, and not before lactate is normal or, in a trial, will stay low without it:
    what clears it is the flow. The vasopressor down to what a patient leaves with while there is
    time, as far as the pressure of readiness is kept; what is left of it perfuses the heart. An
    inotrope that was taken down is not given again by those who would keep it; deterioration leaves
    that to them.
    """
    less = _less_inotrope(now) if now.outlook.trusted else {}
    if less:
        state.inotrope_left = less["inotrope"]
    held = {} if math.isnan(state.inotrope_left) else {"inotrope": state.inotrope_left}
    return less or (held | (_less_vasopressor(now) if now.outlook.trusted else {}))


def _less_inotrope(now: Situation) -> dict[str, float]:
    dose = now.outlook.doses["inotrope"]
    if dose <= 0.0:
        return {}
    needed = [one for one in now.criteria["step"].values() if one.needed]
    expected = now.outlook.at(now.level, 0.0, now.outlook.doses | {"inotrope": 0.0})
    limit = now.criteria.number("chance")
    cleared = now.criteria["ready"]["lactate"].holds(now.values.get("lactate", math.nan))
    if not cleared and not (now.place == 0 and lactate_chance(now, expected) >= limit):
        return {}
    holds = chance(needed, expected) >= limit
    return {"inotrope": _lower("inotrope", dose)} if holds else {}


def _less_vasopressor(now: Situation) -> dict[str, float]:
    dose = now.outlook.doses["vasopressor"]
    leaves = now.criteria["trial"]["vasopressor_effect"].high
    if dose <= (leaves if now.last else min(now.criteria.number("early_vasopressor"), leaves)):
        return {}
    less = {"vasopressor": _lower("vasopressor", dose)}
    expected = now.outlook.at(now.level, 0.0, now.outlook.doses | less)
    if chance([now.criteria["ready"]["map"]], expected) >= now.criteria.number("chance"):
        return less
    # In the last trial what counts is whether it would do without the pump.
    if dose <= leaves:
        return {}
    needed = [one for one in now.criteria["out"].values() if one.needed]
    ending = now.place == 0 and now.left <= now.criteria.number("reassess_lead")
    free = now.outlook.free(vasopressor=leaves) if ending else None
    does = chance(needed, free) >= now.criteria.number("last_chance")
    return {"vasopressor": leaves} if does else {}


def _lower(drug: str, dose: float) -> float:
    step, share = _LESS[drug]
    return max(dose - max(step, share * dose), 0.0)


def rescue(now: Situation) -> dict[str, float]:
    """More vasopressor (ug/kg/min) for a low pressure; or no order."""
    dose = now.values.get("vasopressor_effect", math.nan)
    known = (now.values.get("map", math.nan), now.seen.raw.get("map", math.nan))
    pressure = min((x for x in known if math.isfinite(x)), default=math.nan)
    lacking = now.criteria["rescue"]["map"].low - pressure
    if not (lacking > 0.0 and math.isfinite(dose) and dose < _MOST):
        return {}
    raised = min(max(_RAISE * lacking, _LEAST_RAISE), _MOST_RAISE)
    return {"vasopressor": min(dose + raised, _MOST)}


def position_check(now: Situation, state: Progress, *, fallen: bool) -> dict[str, float]:
    """An echo of the pump's position, where the circulation fell or readings are beyond belief.

    Parameters
    ----------
    now : Situation
        The present.
    state : Progress
        Where the course stands; the order is taken down there.
    fallen : bool
        Whether pressure or flow is too low.
    """
    lost = now.outlook.tracker is not None and not now.outlook.trusted
    if not lost:
        state.lost_since = math.nan
    elif math.isnan(state.lost_since):
        state.lost_since = now.hours
    asked = fallen or (lost and now.hours - state.lost_since >= _AT_A_LOSS - 1e-6)
    if not asked or now.hours < state.position_checked + _LOOK_AGAIN - 1e-6:
        return {}
    state.position_checked = now.hours
    return {"position_check": 1.0}
