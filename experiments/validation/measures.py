"""Measures of a beat that only the validation takes: shape of the loop, signals of the console."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments.validation.slow import resting_lactate
from plants import Plant
from plants.quantities import SECONDS_PER_MINUTE, Array

_HEAD = 60.0  # mmHg
_LOW, _HIGH = 0.1, 0.9  # of the range of the LV pressure


def measures(
    metrics: Mapping[str, float], waves: Mapping[str, Array], plant: Plant
) -> dict[str, float]:
    """The measures of :data:`~experiments.validation.bands.MEASURES` that a beat has by itself.

    Parameters
    ----------
    metrics : mapping of str to float
        Metrics of the beat.
    waves : mapping of str to ndarray
        Its waveforms.
    plant : Plant
        Patient and pump.
    """
    volume, pressure = waves["lv_volume"], waves["lv_pressure"]
    upstroke, downstroke = stroke_shares(volume, pressure)
    values = {
        "loop_fill": loop_fill(volume, pressure),
        "loop_least_volume": float(volume.min()),
        "loop_upstroke_share": upstroke,
        "loop_downstroke_share": downstroke,
        "lv_peak_less_map": metrics["lv_peak_pressure"] - metrics["map"],
        "cvp_over_pcwp": metrics["cvp"] / metrics["pcwp"],
        "lactate": resting_lactate(plant, metrics),
        "rv_stroke_work": loop_area(waves["rv_volume"], waves["rv_pressure"]),
    }
    if plant.right is None:
        values["pulmonary_time_constant"] = pulmonary_time_constant(metrics)
    if plant.left is not None:
        speed = float(waves["pump_speed"].mean())
        values |= {
            "flow_at_60": float(plant.left.flow_at(speed, _HEAD)),
            "pump_flow_pulsatility": metrics["pump_flow_max"] - metrics["pump_flow_min"],
            "placement_over_diastolic": float(waves["placement_signal"].min())
            / metrics["diastolic"],
        }
    return values


def pulmonary_time_constant(metrics: Mapping[str, float]) -> float:
    """Pulmonary resistance times compliance as a right-heart catheter gives them, s.

    Resistance is the drop from mean arterial to wedge pressure over the output, compliance the
    stroke volume over the pulse pressure; the output cancels.

    Examples
    --------
    >>> from experiments.validation.measures import pulmonary_time_constant
    >>> pulmonary_time_constant(
    ...     {"mpap": 16, "pcwp": 8, "pa_systolic": 24, "pa_diastolic": 8, "heart_rate": 60})
    0.5
    """
    drop = metrics["mpap"] - metrics["pcwp"]
    pulse = metrics["pa_systolic"] - metrics["pa_diastolic"]
    return drop / pulse * SECONDS_PER_MINUTE / metrics["heart_rate"]


def loop_area(volume: Array, pressure: Array) -> float:
    """Area of a closed loop, in the units of volume and pressure multiplied.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.validation.measures import loop_area
    >>> loop_area(np.array([0.0, 2.0, 1.0]), np.array([0.0, 0.0, 5.0]))
    5.0
    """
    steps = np.roll(volume, -1) - volume
    return float(abs(0.5 * np.sum((pressure + np.roll(pressure, -1)) * steps)))


def loop_fill(volume: Array, pressure: Array) -> float:
    """Area of a closed loop over that of its bounding box: 1 a rectangle, 0.5 a triangle.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.validation.measures import loop_fill
    >>> loop_fill(np.array([0.0, 2.0, 1.0]), np.array([0.0, 0.0, 5.0]))
    0.5
    """
    return loop_area(volume, pressure) / float(np.ptp(volume) * np.ptp(pressure))


def stroke_shares(volume: Array, pressure: Array) -> tuple[float, float]:
    """Fall of volume while the pressure climbs, and while it falls, as shares of the loop's width.

    Both between 10 and 90 % of the range of the pressure, next to its peak; an isovolumic phase
    has a share of 0.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.validation.measures import stroke_shares
    >>> pressure = np.concatenate([np.full(50, 5.0), np.linspace(5, 100, 20),
    ...                            np.full(30, 100.0), np.linspace(100, 5, 20)])
    >>> volume = np.concatenate([np.linspace(60, 120, 50), np.full(20, 120.0),
    ...                          np.linspace(120, 60, 30), np.full(20, 60.0)])
    >>> stroke_shares(volume, pressure)
    (0.0, 0.0)
    """
    # The beat begins at its lowest pressure, so that no stroke is cut in two.
    first = int(np.argmin(pressure))
    volume, pressure = np.roll(volume, -first), np.roll(pressure, -first)
    share = (pressure - pressure[0]) / np.ptp(pressure)
    peak = int(np.argmax(pressure))
    width = np.ptp(volume)
    rise = _between(share[: peak + 1][::-1])
    fall = _between(share[peak:])
    up = volume[peak - rise[1]] - volume[peak - rise[0]]
    down = volume[peak + fall[0]] - volume[peak + fall[1]]
    return float(up / width), float(down / width)


def _between(falling: Array) -> tuple[int, int]:
    """Where a stroke that starts at the peak passes 90 and 10 % of it first."""
    high = int(np.argmax(falling <= _HIGH))
    low = int(np.argmax(falling <= _LOW))
    return high, low
