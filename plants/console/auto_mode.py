"""AUTO as the console has it: the highest speed without suction, for three hours at most.

The speed ramps up, over 30 s from standstill to the highest that may be held. When suction is
told, it backs off at once, and again while suction lasts; a while after the last suction it ramps
up once more. After three hours the console goes back to P-level mode, at the highest level that
is not above the speed in use.

Suction is told from outside, by a detector on console signals: AUTO knows no pressure in the
ventricle. The ramp and the three hours are the device's; how far to back off, how soon to do so
again and when to try again are guesses. It never goes below P-2: less lets blood leak back.
"""

from __future__ import annotations

import math

import numpy as np

from plants.pumps import LOWEST_LEVEL, Level, Pump
from plants.quantities import SECONDS_PER_HOUR, InputError, Parameter, check_number

#: Time of the ramp from standstill to the highest speed, s.
RAMP_TIME = 30.0
#: Time after which AUTO hands back to P-level mode, s.
DURATION = 3 * SECONDS_PER_HOUR
#: Guess: share of the highest speed by which suction is answered, about one P-level.
BACKOFF_SHARE = 0.05
#: Guess: time (s) that a back-off is given to work, some beats and the detector's delay.
SETTLE_TIME = 5.0
#: Guess: time (s) without suction after which the speed is raised again.
RETRY_TIME = 60.0
_LATEST = 1e12  # s
# Calls at even intervals add up to a time by rounding.
_ROUNDING = 1e-9

_TIME = Parameter("time", "s", "time", 1e-3, 1e7)
_SHARE = Parameter("backoff_share", "1", "share of the highest speed", 1e-3, 1)


class AutoMode:
    """Seeks the highest speed without suction, then hands back to P-level mode.

    Parameters
    ----------
    pump : Pump
        The device.
    ramp_time : float
        Time from standstill to the highest speed, s.
    duration : float
        Time after :meth:`reset` at which AUTO ends, s.
    backoff_share : float
        Share of the highest speed that suction takes away.
    settle_time : float
        Time between two back-offs while suction lasts, s.
    retry_time : float
        Time without suction after which the speed is raised again, s.
    lowest_level : str
        P-level below which AUTO does not go.

    Attributes
    ----------
    speed : float
        Speed in force, rpm.
    mode : {"auto", "p-level"}
        Which mode the console is in.
    level : Level or None
        The P-level handed back to; None in AUTO.
    backoffs : int
        How often suction was answered.
    highest : float
        The highest speed that may be held, rpm: below the boost level where there is one.

    Raises
    ------
    InputError
        A time or the share is out of range, or the device has no such level.

    Examples
    --------
    >>> from plants import AutoMode
    >>> from plants import Pump
    >>> auto = AutoMode(Pump.load("CP"))
    >>> auto.reset(speed=0.0, time=0.0)
    >>> auto.apply(suction=False, time=15.0), auto.apply(suction=False, time=30.0)
    (23000.0, 46000.0)
    >>> auto.apply(suction=True, time=31.0)
    43700.0
    >>> auto.apply(suction=False, time=3 * 3600.0), auto.mode, auto.level.name
    (46000.0, 'p-level', 'P-9')
    """

    def __init__(
        self,
        pump: Pump,
        *,
        ramp_time: float = RAMP_TIME,
        duration: float = DURATION,
        backoff_share: float = BACKOFF_SHARE,
        settle_time: float = SETTLE_TIME,
        retry_time: float = RETRY_TIME,
        lowest_level: str = LOWEST_LEVEL,
    ):
        self.pump = pump
        self.ramp_time = check_number(ramp_time, _TIME, "ramp_time", None)
        self.duration = check_number(duration, _TIME, "duration", None)
        self.settle_time = check_number(settle_time, _TIME, "settle_time", None)
        self.retry_time = check_number(retry_time, _TIME, "retry_time", None)
        share = check_number(backoff_share, _SHARE, "backoff_share", None)
        boost = None if pump.boost is None else pump.speed(pump.boost.level)
        self._levels = [
            level for level in pump.levels if level.rpm and (boost is None or level.rpm < boost)
        ]
        self.highest = self._levels[-1].rpm
        self._lowest = min(pump.speed(lowest_level), self.highest)
        self._backoff = share * self.highest
        self._rate = self.highest / self.ramp_time
        self.reset()

    def reset(self, speed: float = 0.0, time: float = 0.0) -> None:
        """Begin AUTO.

        Parameters
        ----------
        speed : float
            Speed at which the pump runs, rpm; above :attr:`highest` it is brought down to it.
        time : float
            Now, s.

        Raises
        ------
        InputError
            The speed is not between 0 and the device's maximum, or the time is not finite.
        """
        allowed = Parameter("speed", "rpm", "speed", 0.0, self.pump.max_rpm)
        wanted = check_number(speed, allowed, "speed", None)
        self._time = self._begin = _checked_time(time, -_LATEST)
        self.speed = min(wanted, self.highest)
        self.mode = "auto"
        self.level: Level | None = None
        self.backoffs = 0
        self._last_suction = self._last_backoff = -math.inf

    def apply(self, suction: bool, time: float) -> float:
        """The speed to run at from now on.

        Parameters
        ----------
        suction : bool
            Whether there is suction now, as far as the console can tell.
        time : float
            Now, s; not before the last call.

        Returns
        -------
        float
            Speed, rpm.

        Raises
        ------
        InputError
            Suction is neither true nor false, or time runs backwards or is not finite.
        """
        if not isinstance(suction, bool | np.bool_):
            raise InputError("suction", suction, "True or False")
        elapsed = -self._time
        self._time = _checked_time(time, self._time)
        elapsed += self._time
        if self.mode == "p-level":
            return self.speed
        if suction:
            self._last_suction = self._time
            self._back_off()
        # How long the wait after the last suction has been over; a ramp begins with its end.
        free = self._time - self._last_suction - self.retry_time + _ROUNDING
        # A start goes on to the lowest level whatever is told: below it blood leaks back.
        ceiling = self.highest if free >= 0 else max(self.speed, self._lowest)
        ramping = min(elapsed, free) if free >= 0 else elapsed
        self.speed = min(self.speed + self._rate * ramping, ceiling)
        if self._time - self._begin >= self.duration - _ROUNDING:
            self._hand_back()
        return self.speed

    def _back_off(self) -> None:
        settled = self._time - self._last_backoff >= self.settle_time - _ROUNDING
        if settled and self.speed > self._lowest:
            self._last_backoff = self._time
            self.backoffs += 1
            self.speed = max(self.speed - self._backoff, self._lowest)

    def _hand_back(self) -> None:
        """To the highest level not above the speed in use, so that no new suction is sought."""
        held = [level for level in self._levels if level.rpm >= self._lowest]
        reached = [level for level in held if level.rpm <= self.speed + _ROUNDING]
        self.level = reached[-1] if reached else held[0]
        self.mode = "p-level"
        self.speed = self.level.rpm


def _checked_time(time: float, earliest: float) -> float:
    return check_number(time, Parameter("time", "s", "time", earliest, _LATEST), "time", None)
