"""Detection of suction from what the console knows: motor current, placement signal and speed.

A small network (one hidden layer) weighs the features of the last seconds, level and shape of the
motor current against what an open inlet would give and against the best of the last half minute
(:mod:`controllers.suction.features`). Its coefficients are fitted to simulated courses; the command
``impellab suction --fit`` does it again.

What it cannot know: an inlet that is shut through the whole beat and an outlet that lies in the
valve give the same flat, low current. The network tells them apart by how much each blocks, which
in the plant is a guess, and by what became of the pulse. How suddenly the flow was lost would tell
more in the courses it is fitted to, but suction that comes at once would then go unnoticed. Suction
that outlasts the memory is held as long as the flow stays far below that of an open inlet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from controllers.suction.features import (
    FEATURES,
    LEAST_SPEED,
    MEMORY,
    flow_above_open_inlet,
    suction_features,
)
from controllers.suction.settings import DetectorSettings
from plants import InputError, Pump
from plants.quantities import Array, Parameter, check_number

# An alarm is held while even the highest tenth of the flow is this far below an open inlet's.
_HELD_BELOW = -0.3
_HELD_AFTER = 0.5 * MEMORY  # s: well before the memory forgets what was before
# The log-odds follow what the network says with a time constant of this (s) times the noise: slower
# the less a single window can be trusted.
_TIME_CONSTANT = 0.5
# No further than this, or they come back late.
_LARGEST_LOG_ODDS = 6.0
_DT = Parameter("dt", "s", "time between two samples", 1e-3, 0.04)
_SPEED = Parameter("speed", "rpm", "rotor speed", 0.0, 60000.0)
_NOISE, _HIGHEST = (list(FEATURES).index(name) for name in ("noise", "highest"))


class SuctionDetector:
    """Watches the console's signals and tells whether the inlet sucks.

    Parameters
    ----------
    pump : Pump or str
        The device, as its maker knows it.
    settings : DetectorSettings, optional
        Coefficients; by default the fitted ones.

    Attributes
    ----------
    active : bool
        Whether there is suction by what was measured so far.
    log_odds : float
        Of suction at the last update, averaged over some time when there is noise; NaN until the
        first window is full.
    features : ndarray or None
        Those of the last update.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers import SuctionDetector
    >>> detector = SuctionDetector("CP")
    >>> time = np.arange(0.0, 3.0, 0.01)
    >>> beating = 690 + 25 * np.sin(2 * np.pi * time / 0.6)
    >>> detector.update(beating, np.full_like(time, 68.0), 44_000, 0.01)
    False
    >>> dips = np.where(time % 0.6 < 0.2, 330.0, 700.0)
    >>> detector.update(dips, np.full_like(time, 60.0), 44_000, 0.01)
    True
    """

    def __init__(self, pump: Pump | str, settings: DetectorSettings | None = None):
        self.pump = Pump.load(pump) if isinstance(pump, str) else pump
        self.settings = DetectorSettings.load() if settings is None else settings
        self.reset()

    def reset(self) -> None:
        """Forget everything: a new run begins."""
        self.active = False
        self.log_odds = math.nan
        self.features: Array | None = None
        self._samples = np.empty((3, 0))  # flow above an open inlet's, placement signal, speed
        self._dt = math.nan
        self._alarm_seconds = 0.0

    def update(
        self,
        current: Sequence[float] | Array,
        placement: Sequence[float] | Array,
        speed: float | Sequence[float] | Array,
        dt: float,
    ) -> bool:
        """Take the samples since the last update.

        Samples that are missing (NaN) are left out, and a pause in the samples therefore only
        delays the detection.

        Parameters
        ----------
        current, placement : array_like, shape (n,)
            Motor current (mA) and placement signal (mmHg).
        speed : float or array_like, shape (n,)
            Rotor speed, rpm.
        dt : float
            Time between two samples, s.

        Returns
        -------
        bool
            Whether there is suction.

        Raises
        ------
        InputError
            The arrays differ in length, the interval changes or is out of range, or a speed is.
        """
        milliampere, pressure, rpm = self._checked(current, placement, speed, dt)
        flow = flow_above_open_inlet(self.pump, milliampere, pressure, rpm, dt)
        new = np.stack([flow, pressure, rpm / self.pump.max_rpm])
        self._samples = np.hstack([self._samples, new])[:, -round(MEMORY / dt) :]
        if self._samples.shape[1] < round(self.settings.window / dt) or not len(milliampere):
            return self.active
        flows, pressures, speeds = self._samples
        self.features = suction_features(flows, pressures, speeds, dt, self.settings.window)
        log_odds = self.settings.log_odds(self.features)
        if speeds[-1] < LEAST_SPEED:
            log_odds = -_LARGEST_LOG_ODDS
        seconds = dt * len(milliampere)
        self.log_odds = self._smoothed(log_odds, seconds)
        far_below = self.features[_HIGHEST] < _HELD_BELOW
        held = self._alarm_seconds > _HELD_AFTER and far_below
        above = self.log_odds > (self.settings.release if self.active else 0.0)
        self.active = bool(above or held)
        self._alarm_seconds = self._alarm_seconds + seconds if self.active else 0.0
        return self.active

    def _smoothed(self, log_odds: float, seconds: float) -> float:
        """The log-odds followed over some time, longer where there is noise."""
        assert self.features is not None
        limited = min(max(log_odds, -_LARGEST_LOG_ODDS), _LARGEST_LOG_ODDS)
        if math.isnan(self.log_odds):
            return limited
        time_constant = _TIME_CONSTANT * self.features[_NOISE]
        change = limited - self.log_odds
        return float(self.log_odds + change * seconds / (seconds + time_constant))

    def _checked(
        self, current: Any, placement: Any, speed: Any, dt: float
    ) -> tuple[Array, Array, Array]:
        check_number(dt, _DT, "dt", None)
        if not math.isnan(self._dt) and not math.isclose(dt, self._dt, rel_tol=1e-6):
            raise InputError("dt", dt, f"the interval of the run, {self._dt:g} s")
        self._dt = float(dt)
        milliampere, pressure = (np.asarray(x, dtype=np.float64) for x in (current, placement))
        if milliampere.ndim != 1 or milliampere.shape != pressure.shape:
            raise InputError("placement", pressure.shape, f"as many samples as {milliampere.shape}")
        rpm = np.asarray(speed, dtype=np.float64)
        if rpm.ndim and rpm.shape != milliampere.shape:
            raise InputError("speed", rpm.shape, f"one speed, or as many as {milliampere.shape}")
        rpm = np.broadcast_to(rpm, milliampere.shape)
        measured = np.isfinite(milliampere) & np.isfinite(pressure) & np.isfinite(rpm)
        milliampere, pressure, rpm = milliampere[measured], pressure[measured], rpm[measured]
        if np.any((rpm < _SPEED.low) | (rpm > _SPEED.high)):
            raise InputError("speed", float(rpm.max()), f"{_SPEED.low:g} to {_SPEED.high:g} rpm")
        return milliampere, pressure, rpm
