"""The clock of a controller: it goes on whatever the clock of the measurements does."""

from __future__ import annotations

from dataclasses import dataclass

#: A longer time between two calls is a jump of the clock, unless two control periods are longer;
#: s (a guess: a few missed calls are none).
LONGEST_GAP = 10.0
#: A clock that goes on by less than this share of the period from call to call stands still (a
#: guess: far below any jitter).
SLOWEST_CLOCK = 0.1


@dataclass(frozen=True)
class Tick:
    """A call by the clock of the controller.

    Attributes
    ----------
    time : float
        Now, s; never before the last call.
    seconds : float
        Time to account for since the last call, s: positive and bounded.
    jumped : bool
        Whether the clock of the measurements jumped, so that nothing of before is known to hold.
    """

    time: float
    seconds: float
    jumped: bool = False


class ControlClock:
    """Counts time by the measurements, and by the calls where their clock is no clock.

    Calls come once a period. A clock that stands still counts a period for each call. One that
    runs back, or goes on by more than :data:`LONGEST_GAP` and two periods, has jumped: the call
    counts as one period, and the controller starts again. After a jump forward the time is that of
    the measurements, so that what is missing is known to be old.

    Parameters
    ----------
    period : float
        Control period, s.

    Examples
    --------
    >>> from controllers.supervision import ControlClock
    >>> clock = ControlClock(1.0)
    >>> ticks = [clock.advance(time) for time in (0.0, 1.0, 1.0, 10_001.0, 9_996.0)]
    >>> [tick.seconds for tick in ticks], [tick.jumped for tick in ticks]
    ([1.0, 1.0, 1.0, 1.0, 1.0], [False, False, False, True, True])
    >>> [tick.time for tick in ticks]
    [0.0, 1.0, 2.0, 10002.0, 10003.0]
    """

    def __init__(self, period: float):
        self._period = period
        self._longest = max(LONGEST_GAP, 2 * period)
        self._last: float | None = None
        self._correction = 0.0

    def advance(self, time: float) -> Tick:
        """The tick of a measurement that says it was taken at `time` (s)."""
        last, self._last = self._last, time
        if last is None:
            return Tick(time, self._period)
        step = time - last
        if SLOWEST_CLOCK * self._period <= step <= self._longest:
            return Tick(time + self._correction, step)
        if step < SLOWEST_CLOCK * self._period:
            self._correction += self._period - step
        jumped = step < 0 or step > self._longest
        return Tick(time + self._correction, self._period, jumped)
