"""Whether a heart that holds without the pump today still does in two days.

Without the pump the myocardium is perfused by less pressure. What recovered may be stunned anew,
the pressure falls with the contractility, and so on: a heart goes on recovering or slides back, and
which of the two it will be shows hours after the pump is out. The balance is that of the plant's
myocardium (:mod:`plants.slow.myocardium`), with the tracker's trend for the recovery and the
forecast for the perfusion.
"""

from __future__ import annotations

import math
from statistics import fmean

from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Reason
from controllers.weaning.looks import LOOKS
from controllers.weaning.outlook import Outlook
from controllers.weaning.progress import Progress
from controllers.weaning.steps import Situation

_PERFUSION = "coronary_perfusion_pressure"
_HOURS, _DAY = 48, 24.0


def expected_loss(outlook: Outlook, level: str, criteria: WeaningCriteria) -> float:
    """Share of the contractility that would be lost within two days without the pump.

    0 where none would; NaN where the tracker tells no trend or finds no beat.

    Parameters
    ----------
    outlook : Outlook
        Forecasts.
    level : str
        Level at which the trend was seen.
    criteria : WeaningCriteria
        Of which the numbers of the myocardium are taken.
    """
    trend, here, free = outlook.trend, outlook.at(level), outlook.free()
    if not math.isfinite(trend) or here is None or free is None:
        return math.nan
    number = criteria.number

    def perfused(pressure: float) -> float:
        # The plant's gate: half of what there is at the critical pressure.
        away = (pressure - number("coronary_critical")) / number("coronary_width")
        return 0.5 * (1.0 + away / math.sqrt(1.0 + away * away))

    before, after = here[_PERFUSION].median, free[_PERFUSION].median
    gained, stunning = outlook.gained, number("stunning_time")
    # What is seen at the level is recovery less stunning there.
    recovery = trend / _DAY + (1.0 - perfused(before)) * gained / stunning
    change = lowest = 0.0  # of the logarithm of the contractility
    for _ in range(_HOURS):
        share = perfused(after + number("perfusion_slope") * change)
        left = max(1.0 - (1.0 - gained) * math.exp(-change), 0.0)
        change += recovery * share / perfused(before) - (1.0 - share) * left / stunning
        lowest = min(lowest, change)
    return -math.expm1(lowest)


def lasts(now: Situation, state: Progress) -> Reason | None:
    """Whether little contractility would be lost, by the last looks; None where none is told."""
    if not state.losses:
        return None
    limit = min(now.criteria.number("loss"), _borne(now))
    loss = fmean(state.losses[-LOOKS:])
    said = f"expected loss of contractility in two days without the pump {loss:.2f}"
    return Reason(f"{said}, at most {limit:.2g}", "", loss, limit, met=loss <= limit)


def _borne(now: Situation) -> float:
    """Loss of contractility that the flow without the pump bears; it falls by less than that."""
    free, least = now.outlook.free(), now.criteria["step"]["cardiac_index"].low
    if free is None or free["cardiac_index"].median <= least:
        return 0.0
    return (1.0 - least / free["cardiac_index"].median) / now.criteria.number("index_slope")


def note_loss(now: Situation, state: Progress) -> None:
    """Take down the expected loss at the lowest level; elsewhere what was noted is forgotten."""
    if state.place > 0:
        state.losses.clear()
        return
    loss = expected_loss(now.outlook, now.level, now.criteria) if now.outlook.trusted else math.nan
    if math.isfinite(loss):
        state.losses.append(loss)
