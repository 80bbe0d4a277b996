"""What a weaning controller asks to be given: less inotrope before less pump, and a rescue."""

from __future__ import annotations

import math

from controllers.weaning.outlook import chance
from controllers.weaning.steps import Situation

# Guesses, ug/kg/min: dobutamine that is taken off in an hour; norepinephrine that is added at a
# look, and the most that is asked for.
_STEP, _RAISE, _MOST = 0.5, 0.04, 0.3


def inotrope_order(now: Situation) -> dict[str, float]:
    """The next lower inotrope (ug/kg/min) where this level holds without any; or no order.

    Not before lactate is normal: what clears it is the flow.
    """
    dose = now.outlook.doses["inotrope"]
    if not now.outlook.trusted or dose <= 0.0:
        return {}
    if not now.criteria["ready"]["lactate"].holds(now.values.get("lactate", math.nan)):
        return {}
    needed = [one for one in now.criteria["step"].values() if one.needed]
    expected = now.outlook.at(now.level, 0.0, now.outlook.doses | {"inotrope": 0.0})
    holds = chance(needed, expected) >= now.criteria.number("chance")
    return {"inotrope": max(dose - _STEP, 0.0)} if holds else {}


def rescue_order(now: Situation) -> dict[str, float]:
    """More vasopressor (ug/kg/min) for a pressure that full support does not hold; or no order."""
    dose = now.values.get("vasopressor_effect", math.nan)
    pressure = now.values.get("map", math.nan)
    if not (pressure < now.criteria["fall"]["map"].low and math.isfinite(dose) and dose < _MOST):
        return {}
    return {"vasopressor": min(dose + _RAISE, _MOST)}
