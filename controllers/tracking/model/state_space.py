"""The state of the recovery tracker's filter: its quantities, how they drift, and their limits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from controllers.tracking.model.tracked_quantities import (
    PATIENT_STATES,
    STATE_INDEX,
    TREND,
    TREND_DAYS,
    bias_of,
)
from plants import Sensor
from plants.quantities import HOURS_PER_DAY, Array

# How far a pressure measured before support may be from the reflex's operating point, mmHg (guess).
_MEASURED_PRESSURE_SD = 2.5


class StateSpace:
    """The tracked quantities of a tier: the patient's, the trend, and the sensors' biases.

    Parameters
    ----------
    biased : iterable of Sensor
        Sensors with a constant error.
    recovery : mapping of str to float, optional
        What the trend moves, by its logarithm: of :func:`recovery_of`; by default LV contractility
        alone.
    reflex_known : bool
        Whether the operating point of the reflex is known.

    Examples
    --------
    >>> from controllers.tracking.model import StateSpace
    >>> StateSpace(()).names[-1]
    'recovery_trend'
    """

    def __init__(
        self,
        biased: Iterable[Sensor],
        recovery: Mapping[str, float] | None = None,
        *,
        reflex_known: bool = False,
    ):
        self.tracked = (*PATIENT_STATES, TREND, *(bias_of(sensor) for sensor in biased))
        self.names = tuple(quantity.name for quantity in self.tracked)
        self.index = {name: index for index, name in enumerate(self.names)}
        self.mean = np.array([quantity.mean for quantity in self.tracked], dtype=float)
        self.sd = np.array([quantity.sd for quantity in self.tracked], dtype=float)
        if reflex_known:
            self.sd[STATE_INDEX["reflex_pressure"]] = _MEASURED_PRESSURE_SD
        self.jump_sd = np.array([quantity.jump_sd for quantity in self.tracked])
        self.min_sd = np.array([quantity.min_sd for quantity in self.tracked])
        self.limit = np.array([quantity.limit for quantity in self.tracked])
        self._random_walk_sd = np.array([quantity.random_walk_sd for quantity in self.tracked])
        self._recovery = self.shift_of(recovery or {"lv_contractility": 1.0})

    def transition(self, hours: float) -> Array:
        """Matrix that moves the mean over some hours: the trend moves what recovers."""
        fading = HOURS_PER_DAY * TREND_DAYS
        moved = np.eye(len(self.names))
        trend = self.index[TREND.name]
        moved[:, trend] += self._recovery * TREND_DAYS * -math.expm1(-hours / fading)
        moved[trend, trend] = math.exp(-hours / fading)
        return moved

    def process_noise(self, hours: float, share: float = 1.0) -> Array:
        """A root of the covariance of the drift over some hours.

        Parameters
        ----------
        hours : float
            How long, h.
        share : float
            Factor on the standard deviations of the random walks.
        """
        root = np.diag(share * self._random_walk_sd * math.sqrt(hours))
        trend = self.index[TREND.name]
        # A trend that fades and is renewed (Ornstein-Uhlenbeck), and its integral.
        z = hours / (HOURS_PER_DAY * TREND_DAYS)
        left = math.exp(-z)
        own = math.sqrt(-math.expm1(-2.0 * z))
        joint = TREND_DAYS * (1.0 - left) ** 2 / own if own > 0 else 0.0
        variance = TREND_DAYS**2 * max(2.0 * z - 3.0 + 4.0 * left - left**2, 0.0) - joint**2
        column = np.zeros((len(self.names), 2))
        column[:, 0] = TREND.sd * joint * self._recovery
        column[:, 1] = TREND.sd * math.sqrt(max(variance, 0.0)) * self._recovery
        column[trend, 0] = TREND.sd * own
        return np.concatenate([root, column], axis=1)

    def shift_of(self, by: Mapping[str, float]) -> Array:
        """A shift of the mean by some of its entries."""
        shift = np.zeros(len(self.names))
        for name, amount in by.items():
            shift[self.index[name]] = amount
        return shift

    def clipped(self, mean: Array) -> Array:
        """The mean within its limits."""
        return np.clip(mean, -self.limit, self.limit)
