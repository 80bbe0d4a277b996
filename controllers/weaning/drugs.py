"""Drugs go before the pump: what a plan on the forecast asks to be given."""

from __future__ import annotations

from controllers.weaning.outlook import chance
from controllers.weaning.steps import Situation

# Dobutamine that is taken off in an hour, ug/kg/min: a guess, as clinicians do.
_STEP = 0.5


def inotrope_order(now: Situation) -> dict[str, float]:
    """The next lower inotrope (ug/kg/min) where this level holds without any; or no order."""
    dose = now.outlook.doses["inotrope"]
    if not now.outlook.trusted or dose <= 0.0:
        return {}
    needed = [one for one in now.criteria["step"].values() if one.needed]
    expected = now.outlook.at(now.level, 0.0, now.outlook.doses | {"inotrope": 0.0})
    holds = chance(needed, expected) >= now.criteria.number("chance")
    return {"inotrope": max(dose - _STEP, 0.0)} if holds else {}
