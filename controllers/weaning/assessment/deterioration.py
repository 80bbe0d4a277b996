"""Deterioration: what calls for more support at once."""

from __future__ import annotations

import math

from controllers.weaning.decision import Reason
from controllers.weaning.policies import WeaningState
from controllers.weaning.progress import Progress


def deterioration_reasons(now: WeaningState, progress: Progress) -> tuple[Reason, ...]:
    """Why support must go up, if it must.

    A pressure far below its limit counts from a single reading; the rest from the best present
    values; in a trial also a rise of lactate and a contractility that surely fell.

    Parameters
    ----------
    now : WeaningState
        The present.
    progress : Progress
        Where the course stands; a relapse is noted there.
    """
    reasons = list(now.criteria.violated("deterioration", now.values))
    low = low_reading_limit(now)
    pressure = now.measurements.latest.get("map", math.nan)
    if pressure < low and all(reason.signal != "map" for reason in reasons):
        text = f"a reading of the mean pressure of {pressure:.0f} mmHg, below {low:g}"
        reasons.append(Reason(text, "map", pressure, low))
    # Asked at every assessment, because the best of late is remembered there.
    relapse = now.forecasts.relapse(now.criteria.number("relapse_share"))
    if relapse is not None and (now.forecasts.trusted or progress.weaning):
        progress.findings.setdefault("relapse", now.hours)
    if not progress.weaning:
        return tuple(reasons)
    # A heart that fails abruptly is beyond the tracker's belief: that is no reason to wait.
    if relapse is not None:
        contractility, limit = relapse
        text = f"contractility {contractility:.2f} mmHg/mL, surely below {limit:.2f}: relapse"
        reasons.append(Reason(text, "", contractility, limit))
    rise = _lactate_rise(now, progress.trial_began)
    if rise is not None:
        reasons.append(rise)
    return tuple(reasons)


def low_reading_limit(now: WeaningState) -> float:
    """Mean pressure (mmHg) below which a single reading is deterioration."""
    return now.criteria["deterioration"]["map"].low - now.criteria.number("single_reading_margin")


def _lactate_rise(now: WeaningState, trial_began: float) -> Reason | None:
    values = now.measurements.values_since("lactate")
    in_trial = now.measurements.values_since("lactate", trial_began)
    if not in_trial or len(values) == len(in_trial):
        return None
    before = values[-len(in_trial) - 1]
    limit = before + now.criteria.number("lactate_rise")
    lactate = in_trial[-1]
    normal = now.criteria["ready"]["lactate"].high
    if lactate <= max(limit, normal):
        return None
    text = f"lactate rose to {lactate:.1f} mmol/L in the trial, at most {limit:.1f}"
    return Reason(text, "lactate", lactate, limit)
