"""What is asked for without the pump, by forecast."""

from __future__ import annotations

import math
from collections.abc import Sequence

from controllers.weaning.criterion import Criterion
from controllers.weaning.decision import Reason
from controllers.weaning.evidence import Estimates, joint_probability
from controllers.weaning.policies.interface import WeaningState

# An explanation of the patient of this probability may be hoped for (a guess).
_NOT_UNLIKELY = 0.2


def probability_without_pump(
    now: WeaningState,
    limit: float,
    hours_ahead: float = 0.0,
    *,
    best_explanation: bool = False,
    averaged: bool = False,
) -> Reason:
    """The chance that the patient does well without pump and inotrope some hours ahead, and how.

    Where the pressure would be too low, with the vasopressor that clinicians then give, as far as a
    patient may leave with it.

    Parameters
    ----------
    now : WeaningState
        The present.
    limit : float
        Least chance.
    hours_ahead : float
        When the pump is out, h from now.
    best_explanation : bool
        Whether the better explanation of the patient counts, not all by their probabilities.
    averaged : bool
        Whether the chance is averaged over the last assessments.
    """
    chance_of = _by_best_explanation if best_explanation else joint_probability
    needed = now.criteria.needed("without_pump")
    dose = now.forecasts.doses["vasopressor"]
    highest = now.criteria["trial"]["vasopressor_effect"].high
    # Nobody leaves with more.
    estimates = now.forecasts.without_pump(hours_ahead, vasopressor=min(dose, highest))
    chance = chance_of(needed, estimates)
    aim = now.criteria["without_pump"]["map"].low + now.criteria.number("vasopressor_margin")
    held = f" and vasopressor {highest:.2g} ug/kg/min" if dose > highest else ""
    more_helps = estimates is not None and dose < highest and estimates["map"].median < aim
    if chance < limit and more_helps:
        raised, dose = now.forecasts.without_pump_at_pressure(hours_ahead, highest, aim)
        if chance_of(needed, raised) > chance:
            estimates, chance = raised, chance_of(needed, raised)
            held = f" and vasopressor {dose:.2g} ug/kg/min"
    when = f" in {hours_ahead:.3g} h" if hours_ahead else ""
    if averaged and estimates is not None:
        chance, when = now.averaged("without_pump", chance), f"{when} by the last looks"
    text = f"chance {chance:.2f} to hold without pump and inotrope{held}{when}"
    text = f"{text}{_expected_values(needed, estimates)}, at least {limit:g}"
    return Reason(text, "", chance, limit, met=chance >= limit)


def _by_best_explanation(needed: Sequence[Criterion], estimates: Estimates | None) -> float:
    """The chance by the best explanation that is not unlikely."""
    explanations = () if estimates is None else estimates.explanations
    likely = (explained for weight, explained in explanations if weight >= _NOT_UNLIKELY)
    chances = (joint_probability(needed, explained) for explained in likely)
    return max(chances, default=joint_probability(needed, estimates))


def lactate_chance(now: WeaningState, expected: Estimates | None) -> float:
    """The chance that an expected flow keeps lactate low for a day; 0 where that is not known."""
    if now.lactate_balance is None:
        return 0.0
    least = now.lactate_balance.least_flow(now.criteria.number("lactate_without_pump"))
    return joint_probability([Criterion("cardiac_index", low=least)], expected)


def lactate_without_pump(now: WeaningState, limit: float) -> Reason:
    """The chance, by the last assessments, that lactate stays low for a day without the pump."""
    high, estimates = now.criteria.number("lactate_without_pump"), now.forecasts.without_pump()
    if now.lactate_balance is None or estimates is None:
        return Reason("lactate without the pump is not known", "lactate", math.nan, high)
    index = estimates["cardiac_index"].median
    chance = now.averaged("lactate", lactate_chance(now, estimates))
    text = f"chance {chance:.2f} that lactate stays below {high:g} mmol/L without the pump"
    text = f"{text} (up to {now.lactate_balance.highest(index):.3g}), at least {limit:g}"
    return Reason(text, "lactate", chance, limit, met=chance >= limit)


def _expected_values(needed: Sequence[Criterion], estimates: Estimates | None) -> str:
    if estimates is None:
        return " (no beat is found)"
    signals = (criterion.signal for criterion in needed)
    values = (f"{signal} {estimates[signal].centre:.3g}" for signal in signals)
    return f" ({', '.join(values)})"
