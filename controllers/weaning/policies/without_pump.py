"""What is asked for without the pump, by forecast."""

from __future__ import annotations

import math
from collections.abc import Sequence

from controllers.weaning.criteria import Criterion
from controllers.weaning.decision import Reason
from controllers.weaning.evidence import Beliefs, chance
from controllers.weaning.policies.situation import Situation

# An explanation of the patient of this probability may be hoped for (a guess).
_NOT_UNLIKELY = 0.2


def out_chance(
    now: Situation, limit: float, ahead: float = 0.0, *, hopeful: bool = False, steady: bool = False
) -> Reason:
    """The chance that the patient does well without pump and inotrope some hours ahead, and how.

    Where the pressure would be too low, with the vasopressor that clinicians then give, as far as a
    patient may leave with it. Hopeful is by the better explanation of the patient, steady by the
    last looks.
    """
    weigh = _hopeful if hopeful else chance
    needed = [one for one in now.criteria["out"].values() if one.needed]
    dose, most = now.outlook.doses["vasopressor"], now.criteria["trial"]["vasopressor_effect"].high
    # Nobody leaves with more.
    free = now.outlook.free(ahead, vasopressor=min(dose, most))
    found = weigh(needed, free)
    low = now.criteria["out"]["map"].low + now.criteria.number("pressure_aim")
    held = f" and vasopressor {most:.2g} ug/kg/min" if dose > most else ""
    if found < limit and dose < most and free is not None and free["map"].median < low:
        given, dose = now.outlook.pressed(ahead, most, low)
        if weigh(needed, given) > found:
            free, found = given, weigh(needed, given)
            held = f" and vasopressor {dose:.2g} ug/kg/min"
    when = f" in {ahead:.3g} h" if ahead else ""
    if steady and free is not None:
        found, when = now.steady("out", found), f"{when} by the last looks"
    said = f"chance {found:.2f} to hold without pump and inotrope{held}{when}"
    said = f"{said}{_expected(needed, free)}, at least {limit:g}"
    return Reason(said, "", found, limit, met=found >= limit)


def _hopeful(needed: Sequence[Criterion], free: Beliefs | None) -> float:
    """The chance by the best explanation that is not unlikely."""
    likely = (told for weight, told in getattr(free, "explanations", ()) if weight >= _NOT_UNLIKELY)
    return max((chance(needed, told) for told in likely), default=chance(needed, free))


def lactate_chance(now: Situation, expected: Beliefs | None) -> float:
    """The chance that an expected flow keeps lactate low for a day; 0 where that is not known."""
    if now.lactate is None:
        return 0.0
    least = now.lactate.least_flow(now.criteria.number("lactate_out"))
    return chance([Criterion("cardiac_index", low=least)], expected)


def out_lactate(now: Situation, chance_limit: float) -> Reason:
    """The chance, by the last looks, that lactate stays low for a day without the pump."""
    high, free = now.criteria.number("lactate_out"), now.outlook.free()
    if now.lactate is None or free is None:
        return Reason("lactate without the pump is not known", "lactate", math.nan, high)
    index = free["cardiac_index"].median
    found = now.steady("lactate", lactate_chance(now, free))
    said = f"chance {found:.2f} that lactate stays below {high:g} mmol/L without the pump"
    said = f"{said} (up to {now.lactate.highest(index):.3g}), at least {chance_limit:g}"
    return Reason(said, "lactate", found, chance_limit, met=found >= chance_limit)


def _expected(needed: Sequence[Criterion], free: Beliefs | None) -> str:
    if free is None:
        return " (no beat is found)"
    told = (f"{one.signal} {free[one.signal].centre:.3g}" for one in needed)
    return f" ({', '.join(told)})"
