"""What is asked for without the pump, by forecast."""

from __future__ import annotations

from collections.abc import Sequence

from controllers.weaning.criteria import Criterion, WeaningCriteria
from controllers.weaning.decision import Reason
from controllers.weaning.outlook import Beliefs, Outlook, chance
from controllers.weaning.steps import Situation


def out_chance(now: Situation, limit: float, ahead: float = 0.0) -> Reason:
    """The chance that the patient does well without pump and inotrope some hours ahead, and how.

    Where the pressure would be too low, with the vasopressor that clinicians then give, as far as a
    patient may leave with it.
    """
    needed = out_criteria(now.criteria, now.outlook)
    free = now.outlook.free(ahead)
    found = chance(needed, free)
    dose, most = now.outlook.doses["vasopressor"], now.criteria["trial"]["vasopressor_effect"].high
    low, held = now.criteria["out"]["map"].low + now.criteria.number("pressure_aim"), ""
    if found < limit and dose < most and free is not None and free["map"].median < low:
        given, dose = now.outlook.pressed(ahead, most, low)
        if chance(needed, given) > found:
            free, found = given, chance(needed, given)
            held = f" and vasopressor {dose:.2g} ug/kg/min"
    when = f" in {ahead:.3g} h" if ahead else ""
    said = f"chance {found:.2f} to hold without pump and inotrope{held}{when}"
    said = f"{said}{_expected(needed, free)}, at least {limit:g}"
    return Reason(said, "", found, limit, met=found >= limit)


def out_criteria(criteria: WeaningCriteria, outlook: Outlook) -> list[Criterion]:
    """What must hold without the pump.

    Perfusion of the heart is asked for by what it has to lose: myocardium that recovered is stunned
    anew where it is too low.
    """
    needed = [one for one in criteria["out"].values() if one.needed]
    if outlook.gained < criteria.number("gained"):
        needed = [one for one in needed if one.signal != "coronary_perfusion_pressure"]
    return needed


def _expected(needed: Sequence[Criterion], free: Beliefs | None) -> str:
    if free is None:
        return " (no beat is found)"
    told = (f"{one.signal} {free[one.signal].centre:.3g}" for one in needed)
    return f" ({', '.join(told)})"
