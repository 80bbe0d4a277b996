"""Pump flow at low and high heads against the range that each P-level displays.

Twice: by the steady law of the pump, and as the mean flow of a pulsating patient whose vascular
resistance, systemic for a left-sided pump and pulmonary for a right-sided one, is set so that the
mean head has that value.

A flow is judged as the console would show it, in tenths of a L/min and never below zero: it lies
in a range when it misses it by less than half a tenth. The distances, and their root mean squares,
are not rounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from experiments.runs import render
from experiments.statistics import DataFrame, Series, data_frame
from plants import DISTURBANCES, Level, PhysicsError, Plant, Pump, steady_state
from plants.quantities import Array

#: Whose heart beats, with a left-sided and with a right-sided pump.
PATIENT, RIGHT_PATIENT = "shock-d", "rv-failure"
#: The console shows tenths: a flow rounds into the range if it misses it by less than half of one.
DISPLAY_HALF = 0.05  # L/min
#: Name of the row of all levels together in :func:`head_flow_rmse`.
ALL_LEVELS = "all"
#: Verdicts on a flow.
WITHIN, MISS, UNKNOWN = "within", "miss", "no range known"
_LEAST_FACTOR = 0.2  # on the vascular resistance
_TOLERANCE, _STEP = 1e-4, 0.7  # of its logarithm
_ROUNDING = 1e-9  # L/min: half a tenth is not exact in binary


def head_flow_table(
    devices: Sequence[str] | None = None,
    *,
    heads: Sequence[float] | None = None,
    pulsatile: bool = True,
) -> DataFrame:
    """Flow of every running level at the given heads, and whether the console's range holds it.

    Parameters
    ----------
    devices : sequence of str, optional
        Names of pumps; by default all.
    heads : sequence of float, optional
        Mean heads, mmHg; by default the two between which the displayed ranges are read,
        ``Pump.heads``. Flow falls with head: a range that holds at both holds between them.
    pulsatile : bool
        Whether the pulsating patient is computed too; else its column is empty.

    Returns
    -------
    DataFrame
        Columns device, level, speed [rpm], head [mmHg], displayed range [L/min], its confidence,
        steady and pulsatile flow [L/min], by how much each misses the range (0: within), the
        verdict on both together as displayed (within, miss, no range known) and the reason of a
        miss.
    """

    names = Pump.names() if devices is None else devices
    rows = [row for name in names for row in head_flow_rows(name, heads, pulsatile=pulsatile)]
    return data_frame(rows)


def head_flow_rows(
    device: str, heads: Sequence[float] | None = None, *, pulsatile: bool = True
) -> list[dict[str, Any]]:
    """The rows of :func:`head_flow_table` for one device."""
    pump = Pump.load(device)
    return [
        _row(pump, level, head, pulsatile)
        for level in pump.levels
        if level.rpm > 0
        for head in (pump.heads if heads is None else heads)
    ]


def head_flow_rmse(table: DataFrame) -> DataFrame:
    """How far the flow of every level lies from its displayed range, as a root mean square.

    Parameters
    ----------
    table : DataFrame
        From :func:`head_flow_table`.

    Returns
    -------
    DataFrame
        A row for each level whose range is known and one, :data:`ALL_LEVELS`, for each device:
        columns device, level, the number of rows, and in L/min the root mean square over the
        heads of the distance from the range and from its middle, of the steady flow and of the
        pulsating patient's. Not a number where the range has no middle or no patient has that
        head.

    Examples
    --------
    >>> from experiments.studies.support import head_flow_rmse, head_flow_table
    >>> rmse = head_flow_rmse(head_flow_table(["CP"], pulsatile=False))
    >>> bool((rmse["steady_range_rmse"] < 0.05).all())
    True
    """

    rows = []
    known = table[table["verdict"] != UNKNOWN]
    for device, of_device in known.groupby("device", sort=False):
        for level, of_level in of_device.groupby("level", sort=False):
            rows.append({"device": device, "level": level} | _rmse(of_level))
        rows.append({"device": device, "level": ALL_LEVELS} | _rmse(of_device))
    return data_frame(rows)


def _rmse(rows: DataFrame) -> dict[str, float]:
    middle = (rows["flow_low"].astype(float) + rows["flow_high"].astype(float)) / 2
    values: dict[str, float] = {"rows": len(rows)}
    for kind in ("steady", "pulsatile"):
        shown = rows[f"{kind}_flow"].clip(lower=0.0)
        values[f"{kind}_range_rmse"] = _root_mean_square(rows[f"{kind}_miss"])
        values[f"{kind}_middle_rmse"] = _root_mean_square(shown - middle)
    return values


def _root_mean_square(distances: Series[float]) -> float:
    there = distances.dropna()
    return math.sqrt(float((there**2).mean())) if len(there) else math.nan


def _row(pump: Pump, level: Level, head: float, pulsatile: bool) -> dict[str, Any]:
    steady = float(pump.flow_at(level.rpm, head))
    beating = flow_at_mean_head(pump, level.rpm, head) if pulsatile else math.nan
    flows = [flow for flow in (steady, beating) if math.isfinite(flow)]
    misses = [miss(flow, level) for flow in flows]
    known = level.flow_low is not None or level.flow_high is not None
    outside = any(abs(distance) > DISPLAY_HALF + _ROUNDING for distance in misses)
    verdict = UNKNOWN if not known else MISS if outside else WITHIN
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
        "reason": _reason(pump, level, head, steady, beating) if verdict == MISS else "",
    }


def miss(flow: float, level: Level) -> float:
    """By how much (L/min) the flow lies outside the level's range, not rounded; below it negative.

    The console displays no flow below zero.

    Examples
    --------
    >>> from experiments.studies.support.head_flow import miss
    >>> from plants import Pump
    >>> level = Pump.load("CP").level("P-9")
    >>> miss(3.5, level), round(miss(3.8, level), 3), round(miss(3.0, level), 3)
    (0.0, 0.1, -0.3)
    """
    shown = max(flow, 0.0)
    if level.flow_high is not None and shown > level.flow_high:
        return shown - level.flow_high
    if level.flow_low is not None and shown < level.flow_low:
        return shown - level.flow_low
    return 0.0


def shut_off_head(pump: Pump, speed: Any) -> Any:
    """Head (mmHg) above which blood runs back at a speed (rpm), one or several: a guess."""
    return pump["shutoff_limit"] * (speed * 1e-3) ** 2


def _reason(pump: Pump, level: Level, head: float, steady: float, beating: float) -> str:
    return render(
        "head_flow_miss.md",
        head=head,
        shut_off_head=shut_off_head(pump, level.rpm),
        by_law=miss(steady, level),
        in_patient=miss(beating, level) if math.isfinite(beating) else None,
        display_half=DISPLAY_HALF,
        heads_known=pump.level_heads is not None,
    )


class _Circuit(NamedTuple):
    """What brings a head about, and where it and the flow are read."""

    resistance: str
    flow: str
    patient: str
    head: Callable[[Mapping[str, float]], float]


_CIRCUITS = {
    "left": _Circuit("systemic_resistance", "pump_flow", PATIENT, lambda m: m["pump_head"]),
    "right": _Circuit(
        "pulmonary_resistance",
        "right_pump_flow",
        RIGHT_PATIENT,
        lambda m: m["pa_pressure"] - m["ra_pressure"],
    ),
}


def flow_at_mean_head(
    pump: Pump, speed: float, head: float, *, patient: str | None = None
) -> float:
    """Mean flow (L/min) of a pump in a patient whose mean head is brought to a value.

    Parameters
    ----------
    pump : Pump
        The pump.
    speed : float
        Its speed, rpm.
    head : float
        Mean head, mmHg; reached by a factor on the systemic resistance, or with a right-sided
        pump on the pulmonary resistance.
    patient : str, optional
        Whose heart beats; by default :data:`PATIENT` or :data:`RIGHT_PATIENT`.

    Returns
    -------
    float
        NaN where no factor in the plant's range gives that head.

    Examples
    --------
    >>> from experiments.studies.support.head_flow import flow_at_mean_head
    >>> from plants import Pump
    >>> 2.0 < flow_at_mean_head(Pump.load("CP"), 37_000, 60.0) < 3.0
    True
    """
    from scipy.optimize import brentq

    circuit = _CIRCUITS[pump.side]
    plant = Plant(circuit.patient if patient is None else patient, pump)
    start: Array | None = None
    flow = math.nan

    def above(log_factor: float) -> float:
        nonlocal start, flow
        outside = {circuit.resistance: math.exp(log_factor)}
        beat = steady_state(plant, speed, outside, start=start)
        start, flow = beat.state, beat.metrics[circuit.flow]
        return circuit.head(beat.metrics) - head

    highest = math.log(DISTURBANCES[circuit.resistance].high)
    try:
        near, far = _bracket(above, math.log(_LEAST_FACTOR), highest)
        brentq(above, near, far, xtol=_TOLERANCE)
    except (ValueError, PhysicsError):  # That head is not to be had, or without a periodic beat.
        return math.nan
    return flow


def _bracket(above: Callable[[float], float], lowest: float, highest: float) -> tuple[float, float]:
    """Two logarithms of the factor between which the head is met, sought from the factor 1.

    Outwards in steps, because at the ends of the range there may be no periodic beat.
    """
    rising = above(0.0) < 0
    end = highest if rising else lowest
    near = 0.0
    while near != end:
        far = min(near + _STEP, end) if rising else max(near - _STEP, end)
        if (above(far) < 0) != rising:
            return near, far
        near = far
    raise ValueError("the head is met by no factor in the range")
