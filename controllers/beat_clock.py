"""From control periods to whole beats: predictions go beat by beat, commands period by period."""

from __future__ import annotations

from plants.quantities import SECONDS_PER_MINUTE


class BeatClock:
    """Counts the beats that complete as time passes.

    Parameters
    ----------
    heart_rate : float
        Heart rate, 1/min; may be changed at any time.

    Examples
    --------
    >>> from controllers.beat_clock import BeatClock
    >>> clock = BeatClock(90.0)
    >>> [clock.advance(1.0) for _ in range(4)]
    [1, 2, 1, 2]
    """

    def __init__(self, heart_rate: float):
        self.heart_rate = heart_rate
        self._phase = 0.0

    def advance(self, seconds: float) -> int:
        """Number of beats completed in the coming `seconds`."""
        self._phase += seconds * self.heart_rate / SECONDS_PER_MINUTE
        # A beat that ends at the very instant counts, whatever rounding says.
        beats = int(self._phase + 1e-9)
        self._phase = max(0.0, self._phase - beats)
        return beats
