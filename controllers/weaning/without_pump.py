"""What is asked for without the pump, by forecast."""

from __future__ import annotations

import math
from collections.abc import Sequence

from controllers.weaning.criteria import Criterion
from controllers.weaning.decision import Reason
from controllers.weaning.outlook import Beliefs, chance
from controllers.weaning.steps import Situation

# Lactate at rest rises with this power of the flow that is lost (a guess: a hepatic clearance and
# an oxygen debt that both go with the flow).
_FLOW_POWER = 5.0
# An explanation of the patient of this probability may be hoped for (a guess).
_NOT_UNLIKELY = 0.2


def out_chance(
    now: Situation, limit: float, ahead: float = 0.0, *, hopeful: bool = False
) -> Reason:
    """The chance that the patient does well without pump and inotrope some hours ahead, and how.

    Where the pressure would be too low, with the vasopressor that clinicians then give, as far as a
    patient may leave with it. Hopeful is by the better explanation of the patient.
    """
    weigh = _hopeful if hopeful else chance
    needed = [one for one in now.criteria["out"].values() if one.needed]
    free = now.outlook.free(ahead)
    found = weigh(needed, free)
    dose, most = now.outlook.doses["vasopressor"], now.criteria["trial"]["vasopressor_effect"].high
    low, held = now.criteria["out"]["map"].low + now.criteria.number("pressure_aim"), ""
    if found < limit and dose < most and free is not None and free["map"].median < low:
        given, dose = now.outlook.pressed(ahead, most, low)
        if weigh(needed, given) > found:
            free, found = given, weigh(needed, given)
            held = f" and vasopressor {dose:.2g} ug/kg/min"
    when = f" in {ahead:.3g} h" if ahead else ""
    said = f"chance {found:.2f} to hold without pump and inotrope{held}{when}"
    said = f"{said}{_expected(needed, free)}, at least {limit:g}"
    return Reason(said, "", found, limit, met=found >= limit)


def _hopeful(needed: Sequence[Criterion], free: Beliefs | None) -> float:
    """The chance by the best explanation that is not unlikely."""
    likely = (told for weight, told in getattr(free, "explanations", ()) if weight >= _NOT_UNLIKELY)
    return max((chance(needed, told) for told in likely), default=chance(needed, free))


def out_lactate(now: Situation) -> Reason:
    """Lactate without the pump: its last rise goes on, and less flow clears less of it."""
    limit, lactate = now.criteria.number("lactate_out"), now.seen.carried_on("lactate")
    free, index = now.outlook.free(), now.values.get("cardiac_index", math.nan)
    if free is not None and free["cardiac_index"].median > 0.0 and math.isfinite(index):
        lactate *= max(index / free["cardiac_index"].median, 1.0) ** _FLOW_POWER
    said = f"lactate {lactate:.3g} mmol/L without the pump by its last rise and the lower flow"
    return Reason(f"{said}, at most {limit:g}", "lactate", lactate, limit, met=lactate <= limit)


def _expected(needed: Sequence[Criterion], free: Beliefs | None) -> str:
    if free is None:
        return " (no beat is found)"
    told = (f"{one.signal} {free[one.signal].centre:.3g}" for one in needed)
    return f" ({', '.join(told)})"
