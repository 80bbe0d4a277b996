"""Whether a heart that holds without the pump today still does in two days.

Without the pump less pressure drives blood through the myocardium. What recovered may be stunned
anew, the pressure falls with the contractility, and so on: a heart goes on recovering or slides
back, and which of the two it will be shows hours after the pump is out. What tells them apart is
the sign of the first change. The balance is that of the plant's myocardium
(:mod:`plants.slow.laws.myocardium`), with the tracker's trend, weighed against the usual one, for
the recovery and the forecast for the perfusion.
"""

from __future__ import annotations

import math

import casadi as ca

from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Reason
from controllers.weaning.evidence import Forecasts
from controllers.weaning.policies import WeaningState
from plants.circulation import gate
from plants.quantities import HOURS_PER_DAY

_PERFUSION = "coronary_driving_pressure"


def expected_trend(forecasts: Forecasts, level: str, criteria: WeaningCriteria) -> float:
    """Relative change of the contractility in a day (1/d) that begins when the pump is out.

    NaN where the tracker tells no trend or finds no beat.

    Parameters
    ----------
    forecasts : Forecasts
        Forecasts.
    level : str
        Level at which the trend was observed.
    criteria : WeaningCriteria
        Of which the numbers of the myocardium are taken.
    """
    trend = forecasts.contractility_trend
    at_level, without_pump = forecasts.at_level(level), forecasts.without_pump()
    if not math.isfinite(trend) or at_level is None or without_pump is None:
        return math.nan
    number = criteria.number

    def perfused(pressure: float) -> float:
        above = ca.SX(pressure - number("coronary_critical_pressure"))
        return float(gate(above, number("coronary_pressure_width")))

    before = perfused(at_level[_PERFUSION].median)
    after = perfused(without_pump[_PERFUSION].median)
    # The trend of a single course is known badly: what is usual says more. A fall is mostly noise;
    # a relapse is answered as such.
    weight = number("observed_trend_weight")
    observed = weight * max(trend, 0.0) + (1.0 - weight) * number("usual_trend")
    stunning = max(forecasts.contractility_gain, 0.0) * HOURS_PER_DAY / number("stunning_time")
    # What is observed at the level is recovery less stunning there.
    recovery = observed + (1.0 - before) * stunning
    return recovery * after / before - (1.0 - after) * stunning


def sustained_recovery_reason(now: WeaningState) -> Reason | None:
    """Whether the heart goes on recovering, by the last assessments.

    Near the label's end without a margin. None, so that nothing is asked for, where the tracker
    is not trusted (which refuses by itself) or tells no trend.
    """
    trend = expected_trend(now.forecasts, now.level, now.criteria)
    if not (now.forecasts.trusted and math.isfinite(trend)):
        return None
    limit = "late_trend_without_pump" if now.label_ending else "trend_without_pump"
    least = now.criteria.number(limit)
    trend = now.averaged("trend", trend)
    text = f"contractility without the pump expected to change by {trend:+.2f}/d"
    return Reason(f"{text}, at least {least:+.2g}", "", trend, least, met=trend >= least)
