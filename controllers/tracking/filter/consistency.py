"""Whether the tracker's readings lie where its own uncertainty says that they should.

The normalised innovation squared of a consistent filter follows a chi-square distribution with as
many degrees of freedom as there are readings; so does its sum over a window.

References
----------
Bar-Shalom Y, Li XR, Kirubarajan T (2001) Estimation with Applications to Tracking and Navigation,
section 5.4.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

from controllers.tracking.filter.square_root_filter import chi_square_quantile


@dataclass(frozen=True)
class Innovation:
    """How an update agreed with its readings.

    Attributes
    ----------
    nis : float
        Normalised innovation squared of the update, before anything was done about it; NaN where
        nothing was read.
    readings : int
        Readings that were taken.
    window_nis, window_low, window_high : float
        The same summed over the window, and the band that it should lie in.
    consistent : bool
        Whether the sum is not above its band.
    rejected : tuple of str
        Readings that no state of the patient explains beside the others.
    jumped : bool
        Whether an abrupt change was assumed: readings together were too far from what was expected.
    reason : str
        Why nothing was learned from the measurement; "" where something was.
    """

    nis: float = math.nan
    readings: int = 0
    window_nis: float = 0.0
    window_low: float = 0.0
    window_high: float = math.inf
    consistent: bool = True
    rejected: tuple[str, ...] = ()
    jumped: bool = False
    reason: str = ""

    @property
    def per_reading(self) -> float:
        """Normalised innovation squared per reading: about 1 when the uncertainty is honest."""
        return self.nis / self.readings if self.readings else math.nan


class Consistency:
    """The test over a window of updates.

    Parameters
    ----------
    window : int
        Updates in the window.
    probability : float
        With which the sum of a consistent filter lies within its band.

    Examples
    --------
    >>> from controllers.tracking.filter import Consistency
    >>> test = Consistency(window=4, probability=0.99)
    >>> for _ in range(4):
    ...     test.add(10.0, 10)
    >>> test.consistent, test.excess
    (True, 1.0)
    >>> test.add(100.0, 10)
    >>> test.consistent
    False
    """

    def __init__(self, window: int, probability: float):
        self._past: deque[tuple[float, int]] = deque(maxlen=window)
        self._tail = 0.5 * (1.0 - probability)

    def add(self, nis: float, readings: int) -> None:
        """Take in the normalised innovation squared of an update."""
        self._past.append((nis, readings))

    def report(self, innovation: Innovation) -> Innovation:
        """The report of an update, with the sum over the window and its band."""
        low, high = self.band
        return replace(
            innovation,
            window_nis=self.nis,
            window_low=low,
            window_high=high,
            consistent=self.consistent,
        )

    @property
    def nis(self) -> float:
        """Sum over the window."""
        return sum(nis for nis, _ in self._past)

    @property
    def band(self) -> tuple[float, float]:
        """Within which the sum should lie."""
        count = sum(readings for _, readings in self._past)
        if not count:
            return 0.0, math.inf
        return chi_square_quantile(self._tail, count), chi_square_quantile(1 - self._tail, count)

    @property
    def consistent(self) -> bool:
        """Whether the sum is not above its band; below it the filter is needlessly unsure."""
        return self.nis <= self.band[1]

    @property
    def excess(self) -> float:
        """How many times the sum is above the middle of its band, at least 1."""
        count = sum(readings for _, readings in self._past)
        return max(self.nis / count, 1.0) if count and not self.consistent else 1.0
