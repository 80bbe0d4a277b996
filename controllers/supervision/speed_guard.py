"""The last hand that every command passes: range and rate."""

from __future__ import annotations

import math

from controllers.protocol import Briefing


class SpeedGuard:
    """Keeps commands within a range, and within what the motor follows in a period.

    A speed outside the range (the pump may have been stopped) is brought into it at once, whatever
    the rate.

    Parameters
    ----------
    briefing : Briefing
        Pump, period and the speed at the start.
    low, high : float, optional
        Range, rpm; by default from standstill to the pump's highest speed.

    Attributes
    ----------
    speed : float
        The last command, rpm.

    Examples
    --------
    >>> from controllers import Briefing
    >>> from controllers.supervision import SpeedGuard
    >>> from plants import Patient, Pump, Therapy
    >>> pump = Pump.load("CP")
    >>> briefing = Briefing(Patient.load("shock-d"), pump, Therapy.default(), 0.1, "icu", 40_000.0)
    >>> guard = SpeedGuard(briefing, 31_000.0, 46_000.0)
    >>> guard.limited(40_500.0), guard.limited(0.0), guard.limited(float("nan"))
    (40500.0, 38500.0, 38500.0)
    """

    def __init__(self, briefing: Briefing, low: float = 0.0, high: float = math.inf):
        self._low, self._high = low, min(high, briefing.pump.max_rpm)
        # A controller cannot ask for more than the motor does.
        self._largest = briefing.pump["motor_rate_limit"] * briefing.period
        self.speed = briefing.start_speed

    def limited(self, speed: float) -> float:
        """The speed that is commanded, rpm; what is not finite holds the last one."""
        if not math.isfinite(speed):
            speed = self.speed
        reachable = min(max(speed, self.speed - self._largest), self.speed + self._largest)
        self.speed = min(max(reachable, self._low), self._high)
        return self.speed
