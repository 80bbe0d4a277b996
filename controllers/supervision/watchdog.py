"""How long a measurement has been missing."""

from __future__ import annotations

#: A fallback takes over when nothing was measured for longer than this, s.
LONGEST_BLACKOUT = 1.0


class Watchdog:
    """Tells when a signal has been missing for too long.

    Parameters
    ----------
    interval : float
        Time between two values of the signal that is normal, s.
    patience : float
        How much longer it is waited for, s.

    Examples
    --------
    >>> from controllers.supervision import Watchdog
    >>> watchdog = Watchdog()
    >>> [watchdog.lost(time, present=time < 0.5) for time in (0.0, 0.5, 1.0, 1.5)]
    [False, False, False, True]
    """

    def __init__(self, interval: float = 0.0, patience: float = LONGEST_BLACKOUT):
        self._longest = interval + patience
        self._last_present: float | None = None

    def lost(self, time: float, *, present: bool) -> bool:
        """Whether the last value is further back than the interval and the patience.

        A signal that was never there counts as missing from the first call on.

        Parameters
        ----------
        time : float
            Now, by the clock of the controller, s.
        present : bool
            Whether there is a value now.
        """
        if present or self._last_present is None:
            self._last_present = time
        # Times are sums of periods, so that the limit may be met up to a rounding error.
        rounding = 1e-9 * max(1.0, abs(time))
        return not present and time - self._last_present > self._longest + rounding
