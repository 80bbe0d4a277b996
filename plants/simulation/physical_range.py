"""The physical range: what a simulated plant must not leave, of one or of all lanes of a batch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants.plant import ACCUMULATOR, N_VOLUMES, STATES
from plants.quantities import SIGNALS, WAVEFORMS, FailureKind, PhysicsError

Array = NDArray[Any]

N_STATE = len(STATES)
_MIN_LV_VOLUME = N_STATE + ACCUMULATOR.index["min_lv_volume"]
_PRESSURES = ("aortic_pressure", "lv_pressure", "pa_pressure", "la_pressure", "ra_pressure")
_PRESSURE_ROWS = [WAVEFORMS.index(name) for name in _PRESSURES]
_LOW = np.array([[SIGNALS[name].low] for name in _PRESSURES])
_HIGH = np.array([[SIGNALS[name].high] for name in _PRESSURES])


def in_physical_range(carry: Array, waveforms: Array) -> NDArray[np.bool_]:
    """Which lanes are in the physical range.

    Parameters
    ----------
    carry : ndarray, shape (blocks, n, width)
        State and accumulator of this beat, and what follows.
    waveforms : ndarray, shape (blocks, n_waveforms, width)
        Waveforms at that state.

    Returns
    -------
    ndarray of bool, shape (blocks, width)
    """
    finite = np.isfinite(carry[:, :N_STATE]).all(axis=1)
    # The comparison is the other way round for volumes: one that is no number is caught above.
    filled = ~(carry[:, :N_VOLUMES] < 0.0).any(axis=1) & ~(carry[:, _MIN_LV_VOLUME] < 0.0)
    pressures = waveforms[:, _PRESSURE_ROWS]
    plausible = ((pressures >= _LOW) & (pressures <= _HIGH)).all(axis=1)
    return finite & filled & plausible


def physical_range_breach(carry: Array, waveforms: Array, where: str) -> PhysicsError | None:
    """The error of a plant that is out of the physical range; None where it is not.

    Parameters
    ----------
    carry : ndarray, shape (n,)
        State and accumulator of this beat, and what follows.
    waveforms : ndarray, shape (n_waveforms,)
        Waveforms at that state.
    where : str
        Whose plant, and when, for the message.
    """
    if not np.isfinite(carry[:N_STATE]).all():
        text = f"{where}: the state is no longer finite"
        return PhysicsError(text, kind=FailureKind.NOT_FINITE)
    volumes = carry[:N_VOLUMES]
    lowest, name = volumes.min(), STATES.names[int(volumes.argmin())]
    if carry[_MIN_LV_VOLUME] < lowest:  # earlier in this beat
        lowest, name = carry[_MIN_LV_VOLUME], "lv_volume"
    if lowest < 0.0:
        text = f"{where}: {name} is {lowest:.3g} mL, below 0"
        return PhysicsError(text, kind=FailureKind.OUT_OF_PHYSICAL_RANGE)
    for name, row in zip(_PRESSURES, _PRESSURE_ROWS, strict=True):
        low, high = SIGNALS[name].low, SIGNALS[name].high
        if not low <= waveforms[row] <= high:
            text = f"{where}: {name} is {waveforms[row]:.3g} mmHg, outside {low:g} to {high:g}"
            return PhysicsError(text, kind=FailureKind.OUT_OF_PHYSICAL_RANGE)
    return None


def check_finite(metrics: Mapping[str, float], who: str) -> None:
    """Refuse metrics of which one is no number any more.

    Raises
    ------
    PhysicsError
        One is not; the message begins with `who`.
    """
    for name, value in metrics.items():
        if not math.isfinite(value):
            text = f"{who}: {name} is no longer finite"
            raise PhysicsError(text, kind=FailureKind.NOT_FINITE)
