"""Beats since a reset, counted so that no rounding adds up over hours."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants.plant import BEAT_SLACK
from plants.quantities import Array

# A stretch of time that is to end with a beat ends so much of a beat later: its last step then lies
# in the next beat whatever the rounding, in every kernel.
_BEYOND = 1e-9


class BeatCounter:
    """Whole beats and the fraction of the present one, of one plant or of many.

    The time loop adds up the phase step by step, in single precision too; that sum decides which
    step ends a beat, but it is not carried on. At the end of each stretch of time the fraction is
    what the heart rate makes of the stretch.

    Parameters
    ----------
    count : int
        How many plants.
    slack : float
        By how much of a beat the loop may end one early: more than it rounds off in a stretch.

    Attributes
    ----------
    completed : ndarray, shape (count,)
        Beats that have ended.
    """

    def __init__(self, count: int, slack: float = BEAT_SLACK["double"]):
        self.completed = np.zeros(count)
        self._fraction, self._slack = np.zeros(count), slack

    def reset(self, lanes: Any = slice(None)) -> None:
        """Back to the onset of the first beat."""
        self.completed[lanes] = self._fraction[lanes] = 0.0

    @property
    def start(self) -> Array:
        """Phase with which the loop goes on, in [0, 1); shape (count,)."""
        # What has not ended yet ends by a step of the loop, and not between two stretches.
        return np.clip(self._fraction, 0.0, 1.0 - 2 * self._slack)

    @property
    def left(self) -> Array:
        """Of a beat, what is left of the present one until it has surely ended, shape (count,)."""
        return 1.0 - self.start + _BEYOND

    @property
    def phase(self) -> Array:
        """Beats since the reset, shape (count,)."""
        return self.completed + self.start

    def advance(self, beats: Array | float, end: NDArray[Any]) -> None:
        """Count a stretch of time.

        Parameters
        ----------
        beats : ndarray, shape (count,)
            Time times heart rate.
        end : ndarray, shape (count,)
            Phase at which the loop ended, in its own precision.
        """
        ended = np.floor(end + end.dtype.type(self._slack))
        self.completed += ended
        self._fraction += beats - ended
