"""The Kalman filter of the LQG controller, over beats."""

from __future__ import annotations

import numpy as np

from controllers.kalman_correction import kalman_correction
from controllers.lqg.synthesis import Design
from plants.quantities import Array


class KalmanFilter:
    """Kalman filter over beats, whose gain follows which readings there are."""

    def __init__(self, design: Design, speed: float):
        self._design = design
        self._n = len(design.state_by_speed)
        self._estimate = np.zeros(len(design.a))
        self._estimate[: self._n] = design.state_by_speed * speed
        self._covariance = design.covariance

    @property
    def state(self) -> Array:
        """Deviation of the state at the onset of the coming beat."""
        return self._estimate[: self._n]

    @property
    def disturbances(self) -> Array:
        """Deviation of the disturbances."""
        return self._estimate[self._n :]

    def advance(self, speed: float, readings: Array) -> None:
        """Go on by one beat at a speed, of which these readings were taken; NaN for none."""
        design = self._design
        measured = np.isfinite(readings)
        if measured.any():
            c, noise = design.c[measured], design.noise[measured]
            predicted = design.start[measured] + c @ self._estimate + design.d[measured] * speed
            gain, self._covariance = kalman_correction(self._covariance, c, noise)
            self._estimate = self._estimate + gain @ (readings[measured] - predicted)
        self._estimate = design.a @ self._estimate + design.b * speed
        self._covariance = design.a @ self._covariance @ design.a.T + design.drift
