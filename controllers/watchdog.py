"""How long a measurement has been missing."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: A fallback takes over when nothing was measured for longer than this, s.
LONGEST_BLACKOUT = 1.0


class Watchdog:
    """Tells when a signal has been missing for too long.

    Parameters
    ----------
    interval : float
        Time between two values of the signal that is normal, s.

    Examples
    --------
    >>> from controllers.watchdog import Watchdog
    >>> watchdog = Watchdog()
    >>> [watchdog.lost(time, present=time < 0.5) for time in (0.0, 0.5, 1.0, 1.5)]
    [False, False, False, True]
    """

    def __init__(self, interval: float = 0.0):
        self._longest = interval + LONGEST_BLACKOUT
        self._last_present: float | None = None

    def lost(self, time: float, *, present: bool) -> bool:
        """Whether the last value is further back than the interval and :data:`LONGEST_BLACKOUT`.

        A signal that was never there counts as missing from the first call on.

        Parameters
        ----------
        time : float
            Now, s.
        present : bool
            Whether there is a value now.
        """
        if present or self._last_present is None:
            self._last_present = time
        # Times are sums of periods, so that the limit may be met up to a rounding error.
        rounding = 1e-9 * max(1.0, abs(time))
        return not present and time - self._last_present > self._longest + rounding


def anything_measured(measurement: Mapping[str, float]) -> bool:
    """Whether there is a value of any signal but the speed, which the console commands itself.

    Examples
    --------
    >>> import math
    >>> from controllers.watchdog import anything_measured
    >>> from plants import Measurement
    >>> anything_measured(Measurement(0.0, "icu", {"pump_speed": 44e3, "map": math.nan}))
    False
    """
    return any(math.isfinite(v) for name, v in measurement.items() if name != "pump_speed")
