"""Pump flow at 60 and 100 mmHg against the range that each P-level displays.

Twice: by the steady law of the pump, and as the mean flow of a pulsating patient whose systemic
resistance is set so that the mean head is 60 or 100 mmHg.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plants import DISTURBANCES, PhysicsError, Plant, Pump, steady_state

if TYPE_CHECKING:
    import pandas

    from plants.pump_file import Level

#: Mean heads (mmHg) between which the displayed ranges are read.
HEADS = (60.0, 100.0)
#: Whose heart beats.
PATIENT = "shock-d"
#: The console shows tenths: a flow rounds into the range if it misses it by less than half of one.
DISPLAY_HALF = 0.05  # L/min
_LEAST_FACTOR = 0.2  # on the systemic resistance
_TOLERANCE = 1e-4  # of its logarithm


def head_flow_table(
    devices: Sequence[str] | None = None,
    *,
    heads: Sequence[float] = HEADS,
    pulsatile: bool = True,
    progress: Callable[[float], None] | None = None,
) -> pandas.DataFrame:
    """Flow of every running level at the given heads, and whether the console's range holds it.

    Parameters
    ----------
    devices : sequence of str, optional
        Names of pumps; by default all.
    heads : sequence of float
        Mean heads, mmHg.
    pulsatile : bool
        Whether the pulsating patient is computed too; else its column is empty.
    progress : callable, optional
        Called with the number of devices done.

    Returns
    -------
    DataFrame
        Columns device, level, speed [rpm], head [mmHg], displayed range [L/min], its confidence,
        steady and pulsatile flow [L/min], by how much each misses the range (0: within), the
        verdict on both together and the reason of a miss.
    """
    import pandas

    rows = []
    names = Pump.names() if devices is None else devices
    for done, name in enumerate(names):
        pump = Pump.load(name)
        for level in pump.levels:
            if level.rpm == 0:
                continue
            for head in heads:
                rows.append(_row(pump, level, head, pulsatile))
        if progress is not None:
            progress(done + 1)
    return pandas.DataFrame(rows)


def _row(pump: Pump, level: Level, head: float, pulsatile: bool) -> dict[str, Any]:
    steady = float(pump.flow_at(level.rpm, head))
    beating = flow_at_mean_head(pump, level.rpm, head) if pulsatile else math.nan
    flows = [flow for flow in (steady, beating) if math.isfinite(flow)]
    misses = [miss(flow, level) for flow in flows]
    known = level.flow_low is not None or level.flow_high is not None
    verdict = "no range known" if not known else "miss" if any(misses) else "within"
    return {
        "device": pump.name,
        "level": level.name,
        "speed_rpm": level.rpm,
        "head_mmHg": head,
        "flow_low": level.flow_low,
        "flow_high": level.flow_high,
        "tag": level.tag,
        "steady_flow": steady,
        "pulsatile_flow": beating,
        "steady_miss": miss(steady, level),
        "pulsatile_miss": miss(beating, level) if math.isfinite(beating) else math.nan,
        "verdict": verdict,
        "reason": _reason(pump, level, head, steady, beating) if verdict == "miss" else "",
    }


def miss(flow: float, level: Level) -> float:
    """By how much (L/min) the displayed flow lies outside the level's range; below it negative.

    The console displays no flow below zero.

    Examples
    --------
    >>> from experiments.head_flow_study import miss
    >>> from plants import Pump
    >>> level = Pump.load("CP").level("P-9")
    >>> miss(3.5, level), round(miss(3.8, level), 3), round(miss(3.0, level), 3)
    (0.0, 0.1, -0.3)
    """
    shown = max(flow, 0.0)
    if level.flow_high is not None and shown > level.flow_high + 1e-3:
        return shown - level.flow_high
    if level.flow_low is not None and shown < level.flow_low - 1e-3:
        return shown - level.flow_low
    return 0.0


def _reason(pump: Pump, level: Level, head: float, steady: float, beating: float) -> str:
    by_law = miss(steady, level)
    bound = pump["shutoff_limit"] * (level.rpm * 1e-3) ** 2
    if by_law and head > bound:
        return (
            f"the head is above the shut-off head of this speed ({bound:.0f} mmHg by the tip-speed "
            "bound, a guess): blood runs back, while the range is given for lower heads"
        )
    if by_law and abs(by_law) < DISPLAY_HALF:
        return f"by {abs(by_law):.2f} L/min: within the rounding of the display (0.1 L/min)"
    if by_law:
        return (
            f"by {abs(by_law):.2f} L/min: one law with three coefficients is fitted to all levels "
            "together, and the head of the published lower flows is not known"
        )
    if math.isfinite(beating):
        return (
            f"by {abs(miss(beating, level)):.2f} L/min in the pulsating patient only: the law "
            "bends, so that the mean flow is not the flow at the mean head"
        )
    return ""


def flow_at_mean_head(pump: Pump, speed: float, head: float, *, patient: str = PATIENT) -> float:
    """Mean flow (L/min) of a pump in a patient whose mean head is brought to a value.

    Parameters
    ----------
    pump : Pump
        The pump.
    speed : float
        Its speed, rpm.
    head : float
        Mean head, mmHg; reached by a factor on the systemic resistance.
    patient : str
        Whose heart beats.

    Returns
    -------
    float
        NaN where no factor in the plant's range gives that head.

    Examples
    --------
    >>> from experiments.head_flow_study import flow_at_mean_head
    >>> from plants import Pump
    >>> 2.0 < flow_at_mean_head(Pump.load("CP"), 37_000, 60.0) < 3.0
    True
    """
    from scipy.optimize import brentq

    plant = Plant(patient, pump)
    start: NDArray[np.float64] | None = None
    flow = math.nan

    def above(log_factor: float) -> float:
        nonlocal start, flow
        outside = {"systemic_resistance": math.exp(log_factor)}
        found = steady_state(plant, speed, outside, start=start)
        start, flow = found.state, found.metrics["pump_flow"]
        return found.metrics["pump_head"] - head

    limits = DISTURBANCES["systemic_resistance"]
    try:
        brentq(above, math.log(_LEAST_FACTOR), math.log(limits.high), xtol=_TOLERANCE)
    except (ValueError, PhysicsError):  # That head is not to be had, or without a periodic beat.
        return math.nan
    return flow
