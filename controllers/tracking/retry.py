"""When readings that no patient explained are met again."""

from __future__ import annotations

import math

# Looks in a row that may fail before any is left out, and the longest time between two that are
# met, h (guesses).
_PATIENCE, _LONGEST = 3, 8.0


class Retry:
    """Waits the longer, the more looks in a row failed at a speed.

    A look that fails searches for beats that do not exist, which takes as long as a hundred that
    succeed: under suction that lasts, nearly all of a course.

    Attributes
    ----------
    reason : str
        Why the last look that was met failed; "" where it did not.

    Examples
    --------
    >>> from controllers.tracking.retry import Retry
    >>> retry = Retry()
    >>> for hour in range(4):
    ...     retry.record(float(hour), 46_000.0, "no beat")
    >>> retry.waits(4.0, 46_000.0), retry.waits(5.0, 46_000.0), retry.waits(4.0, 44_000.0)
    (True, False, False)
    """

    def __init__(self) -> None:
        self.reason = ""
        self._failed = 0
        self._speed = self._until = math.nan

    def record(self, hours: float, speed: float, reason: str) -> None:
        """Take down a look at an hour and a speed (rpm), and why it failed, or ""."""
        self._failed = self._failed + 1 if reason and speed == self._speed else int(bool(reason))
        wait = min(2.0 ** (self._failed - _PATIENCE), _LONGEST) if self._failed > _PATIENCE else 0.0
        self.reason, self._speed, self._until = reason, speed, hours + wait

    def waits(self, hours: float, speed: float) -> bool:
        """Whether a look at an hour and a speed (rpm) is left out."""
        return bool(self.reason) and speed == self._speed and hours < self._until
