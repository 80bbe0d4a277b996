"""Deterioration: what calls for more support at once."""

from __future__ import annotations

import math

from controllers.weaning.decision import Reason
from controllers.weaning.policies import Situation
from controllers.weaning.progress import Progress


def falls(now: Situation, state: Progress) -> tuple[Reason, ...]:
    """Why support must go up, if it must.

    A pressure far below its limit counts from a single reading; the rest from the best present
    values; in a trial also a rise of lactate and a contractility that surely fell.

    Parameters
    ----------
    now : Situation
        The present.
    state : Progress
        Where the course stands; a relapse is taken down there.
    """
    found = list(now.criteria.broken("fall", now.values))
    low = now.criteria["fall"]["map"].low - now.criteria.number("map_margin")
    pressure = now.seen.raw.get("map", math.nan)
    if pressure < low and all(one.signal != "map" for one in found):
        said = f"a reading of the mean pressure of {pressure:.0f} mmHg, below {low:g}"
        found.append(Reason(said, "map", pressure, low))
    # Asked at every look, because the best of late is remembered there.
    fallen = now.outlook.relapse(now.criteria.number("fallen"))
    if fallen is not None and (now.outlook.trusted or state.weaning):
        state.findings.setdefault("relapse", now.hours)
    if not state.weaning:
        return tuple(found)
    # A heart that falls abruptly is beyond the tracker's belief: that is no reason to wait.
    if fallen is not None:
        said = f"contractility {fallen[0]:.2f} mmHg/mL, surely below {fallen[1]:.2f}: relapse"
        found.append(Reason(said, "", fallen[0], fallen[1]))
    rise = _lactate_rise(now, state.began)
    if rise is not None:
        found.append(rise)
    return tuple(found)


def _lactate_rise(now: Situation, began: float) -> Reason | None:
    past, later = now.seen.history("lactate"), now.seen.history("lactate", began)
    if not later or len(past) == len(later):
        return None
    limit = past[-len(later) - 1] + now.criteria.number("lactate_rise")
    value = later[-1]
    normal = now.criteria["ready"]["lactate"].high
    if value <= max(limit, normal):
        return None
    said = f"lactate rose to {value:.1f} mmol/L in the trial, at most {limit:.1f}"
    return Reason(said, "lactate", value, limit)
