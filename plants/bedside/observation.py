"""The observation at a bedside as one flat vector, the same in an environment and at a policy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from plants.bedside.sensors import bedside_signals
from plants.pumps import level_number
from plants.sensors import SampleAndHold

Vector = NDArray[np.float32]

#: Entries behind the signals: name, unit, low, high.
EXTRA = (
    ("level", "1", 0.0, 9.0),
    ("hours", "h", 0.0, 1000.0),
    ("label_remaining", "h", 0.0, 1000.0),
)


class BedsideObservation:
    """Measurements of a bedside, level and time as a vector without gaps.

    Parameters
    ----------
    tier : {"console", "icu", "full"}
        Which sensors there are.

    Attributes
    ----------
    names : tuple of str
        Of the entries, in their order.
    low, high : ndarray of float32, shape (n,)
        Bounds of the vector, in the entries' units.

    Raises
    ------
    InputError
        No tier has that name.

    Examples
    --------
    >>> from plants.bedside import BedsideObservation
    >>> observation = BedsideObservation("console")
    >>> seen = dict.fromkeys(observation.names[:-3], 1.0)
    >>> vector = observation.update(seen, level="P-6", hours=12.0, label_remaining=84.0)
    >>> vector[-3:].tolist(), observation.names[-3:]
    ([6.0, 12.0, 84.0], ('level', 'hours', 'label_remaining'))
    """

    def __init__(self, tier: str):
        self._held = SampleAndHold(bedside_signals(tier))
        self.names = (*self._held.signals, *(row[0] for row in EXTRA))
        low, high = (np.array([row[i] for row in EXTRA], np.float32) for i in (2, 3))
        self.low = np.concatenate([self._held.low, low])
        self.high = np.concatenate([self._held.high, high])

    @property
    def signals(self) -> tuple[str, ...]:
        """Signals that a measurement must have."""
        return self._held.signals

    @property
    def missing(self) -> tuple[str, ...]:
        """Signals that have had no value since the reset."""
        return self._held.missing

    def reset(self) -> None:
        """Forget every value."""
        self._held.reset()

    def update(
        self, measurement: Mapping[str, float], *, level: str, hours: float, label_remaining: float
    ) -> Vector:
        """Take in a measurement.

        Parameters
        ----------
        measurement : mapping of str to float
            At least the signals; NaN is no value, and the last one is kept.
        level : str
            P-level in force.
        hours, label_remaining : float
            Time on the pump and use left by its label, h.

        Returns
        -------
        ndarray of float32, shape (n,)
            A new vector, finite and within the bounds.

        Raises
        ------
        InputError
            A signal is not in the measurement.
        """
        extra = np.array([level_number(level), hours, label_remaining], np.float32)
        seen = np.concatenate([self._held.update(measurement), extra])
        return np.clip(seen, self.low, self.high)
