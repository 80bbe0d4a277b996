"""What a window of console signals says about the inlet: level and shape of the motor current.

The motor current tells the flow through the pump (torque of the blood, known friction), and the
placement signal with the head-flow law tells the least flow that an open inlet would give: that
against a ventricle without any pressure. Flow below it means that something is in the way. Over a
beat suction shows as dips: down when the ventricle is empty, back when it has filled.

Every feature is built so that white noise on the samples shifts it little: lagged products in
place of squares, and tails of smoothed samples less what noise alone would give.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from plants import Pump
from plants.units import J_PER_MMHG_ML, KRPM_PER_RPM, L_MIN_PER_ML_S

Array = NDArray[np.float64]

#: Features in the order of the vector, with their meaning. Flows are shares of the flow that the
#: pump gives against no head at that speed.
FEATURES: dict[str, str] = {
    "lowest": "lowest tenth of the flow above the least flow of an open inlet",
    "depth": "square of how far the lowest tenth lies below zero",
    "highest": "highest tenth of the same",
    "mean": "mean of the same",
    "pulsatility": "standard deviation of the same without its noise",
    "skewness": "cube root of its third moment: dips make it negative",
    "swing": "the smaller of its steepest falls and steepest rises within a sixth of a second",
    "dip": "root of how deep the lowest tenth lies times how far below the highest",
    "placement": "standard deviation over mean of the placement signal without its noise",
    "noise": "standard deviation of the white noise on the flow",
}

_RAD_S_PER_KRPM = 2e3 * math.pi / 60
_SMOOTHED, _PLACEMENT_SMOOTHED = 0.08, 0.05  # s
_LAG = 0.02  # s: at this distance noise is white and the signal is still the same
_TAIL = 0.1  # share of the samples
# Means of the tails of smoothed white noise, in its standard deviations: measured by drawing it.
_TAIL_OF_NOISE, _SWING_OF_NOISE = 1.6, 2.4
_STEEPEST = 5  # samples averaged for the steepest falls and rises
_LEAST_TOP = 0.3  # L/min: what shares are taken of at the lowest speeds
_SPEED_GRID = 100.0  # rpm
# Share of the highest speed below which the current says nothing and no inlet can suck.
_LEAST_SPEED = 0.3
_HEADS = np.linspace(-40.0, 260.0, 151)  # mmHg


def flow_from_current(pump: Pump, current: Array, speed: Array) -> Array:
    """Flow (L/min) that a motor current (mA) at a speed (rpm) stands for; with noise below 0.

    The inverse of :func:`plants.rotary_pump.motor_current` for forward flow.
    """
    krpm = np.maximum(speed * KRPM_PER_RPM, 1.0)
    torque = 1e-3 * (current - pump["idle_current"]) * pump["torque_constant"]  # mN.m
    of_blood = torque - pump["friction_torque"] * krpm**2
    per_flow = pump["shutoff_limit"] * krpm * J_PER_MMHG_ML / _RAD_S_PER_KRPM
    return 1e-3 * of_blood / per_flow * L_MIN_PER_ML_S


def open_inlet_flow(pump: Pump, placement: Array, speed: Array) -> tuple[Array, Array]:
    """Least flow of an open inlet, and flow against no head, L/min.

    Parameters
    ----------
    pump : Pump
        The device.
    placement : ndarray
        Placement signal, mmHg: the aortic pressure, which is the head over a ventricle without
        pressure, or with a differential sensor the head itself.
    speed : ndarray
        Rotor speed, rpm; as long as `placement`.
    """
    least, top = np.empty_like(placement), np.empty_like(placement)
    steps = np.round(np.clip(speed, 0.0, pump.max_rpm) / _SPEED_GRID).astype(int)
    for step in np.unique(steps):
        table = _flow_table(pump, min(step * _SPEED_GRID, pump.max_rpm))
        there = steps == step
        least[there] = np.interp(placement[there], _HEADS, table)
        top[there] = np.interp(0.0, _HEADS, table)
    return least, top


@functools.lru_cache(maxsize=2048)
def _flow_table(pump: Pump, rpm: float) -> Array:
    return np.maximum(0.0, pump.flow_at(rpm, _HEADS))


def flow_above_open_inlet(
    pump: Pump, current: Array, placement: Array, speed: Array, dt: float
) -> Array:
    """Flow by the current above the least flow of an open inlet, a share of the flow at no head.

    Parameters
    ----------
    pump : Pump
        The device.
    current, placement, speed : ndarray, shape (n,)
        Samples of motor current (mA), placement signal (mmHg) and speed (rpm).
    dt : float
        Time between two samples, s.
    """
    least, top = open_inlet_flow(pump, _smooth(placement, _PLACEMENT_SMOOTHED, dt), speed)
    above = (flow_from_current(pump, current, speed) - least) / np.maximum(top, _LEAST_TOP)
    return np.where(speed >= _LEAST_SPEED * pump.max_rpm, above, 0.0)


def suction_features(y: Array, placement: Array, dt: float) -> Array:
    """Features of a window, in the order of :data:`FEATURES`.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Flow above the least flow of an open inlet; see :func:`flow_above_open_inlet`.
    placement : ndarray, shape (n,)
        Placement signal, mmHg.
    dt : float
        Time between two samples, s.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.suction_features import FEATURES, suction_features
    >>> time = np.arange(0.0, 2.0, 0.01)
    >>> dips = np.where(time % 0.6 < 0.15, -0.5, 0.1)
    >>> found = dict(zip(FEATURES, suction_features(dips, 0 * time + 70.0, 0.01)))
    >>> bool(found["lowest"] < -0.45), bool(found["skewness"] < -0.1)
    (True, True)
    """
    lag, width = max(1, round(_LAG / dt)), max(1, round(_SMOOTHED / dt))
    second = y[2:] - 2 * y[1:-1] + y[:-2]
    noise = float(np.median(np.abs(second))) / (0.6745 * math.sqrt(6))
    smooth = _running_mean(y, width)
    mean_noise = noise / math.sqrt(width)
    ordered = np.sort(smooth)
    tail = max(1, round(_TAIL * len(ordered)))
    lowest = float(ordered[:tail].mean()) + _TAIL_OF_NOISE * mean_noise
    highest = float(ordered[-tail:].mean()) - _TAIL_OF_NOISE * mean_noise
    change = np.sort(smooth[width:] - smooth[:-width])
    falls, rises = -float(change[:_STEEPEST].mean()), float(change[-_STEEPEST:].mean())
    deviation = y - y.mean()
    third = float(np.mean(deviation[: -2 * lag] * deviation[lag:-lag] * deviation[2 * lag :]))
    return np.array(
        [
            lowest,
            min(0.0, lowest) ** 2,
            highest,
            float(y.mean()),
            math.sqrt(max(0.0, _covariance(y, lag))),
            math.copysign(abs(third) ** (1 / 3), third),
            min(falls, rises) - _SWING_OF_NOISE * mean_noise,
            math.sqrt(max(0.0, -lowest) * max(0.0, highest - lowest)),
            math.sqrt(max(0.0, _covariance(placement, lag))) / max(10.0, float(placement.mean())),
            noise,
        ]
    )


def _covariance(x: Array, lag: int) -> float:
    deviation = x - x.mean()
    return float(np.mean(deviation[:-lag] * deviation[lag:]))


def _running_mean(x: Array, width: int) -> Array:
    total = np.concatenate([[0.0], np.cumsum(x)])
    return (total[width:] - total[:-width]) / width


def _smooth(x: Array, seconds: float, dt: float) -> Array:
    """Centred running mean of the same length; at both ends over the samples there are."""
    half = max(0, round(0.5 * seconds / dt))
    total = np.concatenate([[0.0], np.cumsum(x)])
    index = np.arange(len(x))
    low, high = np.maximum(0, index - half), np.minimum(len(x), index + half + 1)
    return (total[high] - total[low]) / (high - low)
