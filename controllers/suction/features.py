"""What a window of console signals says about the inlet: level and shape of the motor current.

The motor current tells the flow through the pump (torque of the blood, known friction), and the
placement signal with the head-flow law tells the least flow that an open inlet would give: that
against a ventricle without any pressure. Flow below it means that something is in the way. Over a
beat suction shows as dips: down when the ventricle is empty, back when it has filled.

Three spans are looked at: the window of some beats, its second half, in which an onset shows first,
and the memory before it. Against the best window in memory the errors of the head-flow law and of
the motor's constants drop out, which are as large as what light contact with a wall costs.

Every feature is built so that white noise on the samples shifts it little: lagged products in
place of squares, and tails of smoothed samples less what noise alone would give.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from plants import Pump
from plants.quantities import (
    J_PER_MMHG_ML,
    KRPM_PER_RPM,
    L_MIN_PER_ML_S,
    RPM_PER_KRPM,
    SECONDS_PER_MINUTE,
    Array,
)

#: Features in the order of the vector, with their meaning. Flows are shares of the flow that the
#: pump gives against no head at that speed.
FEATURES: dict[str, str] = {
    "lowest": "lowest tenth of the flow above the least flow of an open inlet",
    "highest": "highest tenth of the same",
    "mean": "mean of the same",
    "pulsatility": "standard deviation of the same without its noise",
    "skewness": "cube root of its third moment: dips make it negative",
    "lowest_now": "lowest tenth in the second half of the window",
    "mean_now": "mean in the second half of the window",
    "steepest_swing": "the smaller of the steepest falls and rises there in a sixth of a second",
    "noise": "standard deviation of the white noise on the flow",
    "pressure": "mean of the placement signal, mmHg",
    "pulse": "standard deviation of the placement signal without its noise, mmHg",
    "flow_pressure_covariance": "signed root of the covariance of flow and placement signal",
    "speed": "rotor speed, a share of the highest",
    "flow_drop": "how far mean_now lies below the mean of the best window in memory",
    "pulse_drop": "pulse of that best window above the pulse now, mmHg",
}

#: How far the features reach back, s: longer than a spell of suction that nobody answers. A guess.
MEMORY = 30.0

_RAD_S_PER_KRPM = 2 * math.pi * RPM_PER_KRPM / SECONDS_PER_MINUTE
_SMOOTHED, _PLACEMENT_SMOOTHED = 0.08, 0.05  # s
_LAG = 0.02  # s: at this distance noise is white and the signal is still the same
_TAIL = 0.1  # share of the samples
# Means of the tails of smoothed white noise, in its standard deviations: measured by drawing it.
_TAIL_OF_NOISE, _SWING_OF_NOISE = 1.6, 2.4
_STEEPEST = 5  # samples averaged for the steepest falls and rises
_MEMORY_STEP = 0.25  # s
_LEAST_TOP = 0.3  # L/min: what shares are taken of at the lowest speeds
_SPEED_GRID = 100.0  # rpm
#: Share of the highest speed below which the current says nothing and no inlet can suck.
LEAST_SPEED = 0.3
_HEADS = np.linspace(-40.0, 260.0, 151)  # mmHg


def flow_from_current(pump: Pump, current: Array, speed: Array) -> Array:
    """Flow (L/min) that a motor current (mA) at a speed (rpm) stands for; with noise below 0.

    The inverse of :func:`plants.pumps.motor.motor_current` for forward flow.
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
        at_step = steps == step
        least[at_step] = np.interp(placement[at_step], _HEADS, table)
        top[at_step] = np.interp(0.0, _HEADS, table)
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
    return np.where(speed >= LEAST_SPEED * pump.max_rpm, above, 0.0)


def suction_features(y: Array, placement: Array, speed: Array, dt: float, window: float) -> Array:
    """Features of the last window and the memory before it, in the order of :data:`FEATURES`.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Flow above the least flow of an open inlet; see :func:`flow_above_open_inlet`. At least a
        window, at most :data:`MEMORY`.
    placement, speed : ndarray, shape (n,)
        Placement signal (mmHg) and rotor speed (share of the highest).
    dt, window : float
        Time between two samples, and length of the window, s.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.suction import FEATURES
    >>> from controllers.suction.features import suction_features
    >>> time = np.arange(0.0, 8.0, 0.01)
    >>> dips = np.where((time > 4.0) & (time % 0.6 < 0.15), -0.5, 0.1)
    >>> values = suction_features(dips, 0 * time + 70.0, 0 * time + 0.9, 0.01, 2.0)
    >>> named = dict(zip(FEATURES, values))
    >>> bool(named["lowest"] < -0.45), bool(named["flow_drop"] > 0.1)
    (True, True)
    """
    count, lag, width = (max(1, round(span / dt)) for span in (window, _LAG, _SMOOTHED))
    now, pressure = y[-count:], placement[-count:]
    recent = now[count // 2 :]
    noise = float(np.median(np.abs(now[2:] - 2 * now[1:-1] + now[:-2]))) / (0.6745 * math.sqrt(6))
    mean_noise = noise / math.sqrt(width)
    smooth, smooth_now = _running_mean(now, width), _running_mean(recent, width)
    lowest, highest = _tails(smooth, mean_noise)
    change = np.sort(smooth_now[width:] - smooth_now[:-width])
    falls, rises = -float(change[:_STEEPEST].mean()), float(change[-_STEEPEST:].mean())
    deviation = now - now.mean()
    third = float(np.mean(deviation[: -2 * lag] * deviation[lag:-lag] * deviation[2 * lag :]))
    covariance = float(np.mean(deviation[:-lag] * (pressure - pressure.mean())[lag:]))
    pulse, mean_now = _spread(pressure, lag), float(recent.mean())
    best, best_mean = _best(y, dt, count)
    return np.array(
        [
            lowest,
            highest,
            float(now.mean()),
            _spread(now, lag),
            math.copysign(abs(third) ** (1 / 3), third),
            _tails(smooth_now, mean_noise)[0],
            mean_now,
            min(falls, rises) - _SWING_OF_NOISE * mean_noise,
            noise,
            float(pressure.mean()),
            pulse,
            math.copysign(math.sqrt(abs(covariance)), covariance),
            float(speed[-count:].mean()),
            best_mean - mean_now,
            _spread(placement[best : best + count], lag) - pulse,
        ]
    )


def _best(y: Array, dt: float, count: int) -> tuple[int, float]:
    """Begin and mean of the window with the highest mean.

    Steps are counted back from the last sample, so that it does not matter in which portions the
    samples came.
    """
    step = max(1, round(_MEMORY_STEP / dt))
    means = _running_mean(y[len(y) % step :].reshape(-1, step).mean(axis=1), max(1, count // step))
    best = int(np.argmax(means))
    return len(y) % step + best * step, float(means[best])


def _tails(smooth: Array, noise: float) -> tuple[float, float]:
    """Means of the lowest and of the highest tenth, without what noise adds to them."""
    ordered = np.sort(smooth)
    tail = max(1, round(_TAIL * len(ordered)))
    lowest, highest = float(ordered[:tail].mean()), float(ordered[-tail:].mean())
    return lowest + _TAIL_OF_NOISE * noise, highest - _TAIL_OF_NOISE * noise


def _spread(x: Array, lag: int) -> float:
    """Standard deviation without the part of white noise."""
    deviation = x - x.mean()
    return math.sqrt(max(0.0, float(np.mean(deviation[:-lag] * deviation[lag:]))))


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
