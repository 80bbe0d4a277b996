"""The device driver: from the speed a controller asks for to the speed the pump is given."""

from __future__ import annotations

import math

from plants.pumps import Pump
from plants.quantities import InputError, Parameter, check_number

_RATE = Parameter("rate_limit", "rpm/s", "fastest change of the speed", 1e-3, 1e9)


class DeviceDriver:
    """Keeps a command within what the device does.

    In this order: what is not finite holds the last speed; the rest is brought into 0 to the
    device's maximum, to the nearest P-level where asked, within the rate limit, and below the
    boost level once the boost time is used up. The rate limit comes after the levels: between two
    levels the speed takes values that are no level.

    The level below the boost level is the highest that may be held. The boost time counts every
    second above it, with or without a break, and is given back by :meth:`reset` only: how long a
    device must rest before the next boost is not known here, and a rest of one period would void
    the limit.

    Parameters
    ----------
    pump : Pump
        The device.
    quantise : bool
        Whether a command goes to the nearest P-level.
    rate_limit : float, optional
        Fastest change of the speed, rpm/s; none without it (the motor of the plant has its own).

    Attributes
    ----------
    speed : float
        The speed in force, rpm.
    held : int
        Commands that were not finite, for which the last speed was held.
    boosted : float
        Time above the highest speed that may be held, s.

    Raises
    ------
    InputError
        The rate limit is not a positive finite number.

    Examples
    --------
    >>> from plants import DeviceDriver, Pump
    >>> driver = DeviceDriver(Pump.load("CP"), quantise=True)
    >>> driver.apply(43900.0, time=0.0), driver.apply(1e6, time=1.0)
    (44000.0, 46000.0)
    >>> driver.apply(float("nan"), time=2.0), driver.held
    (46000.0, 1)
    """

    def __init__(self, pump: Pump, *, quantise: bool = False, rate_limit: float | None = None):
        self.pump = pump
        self.quantise = quantise
        self.rate_limit = (
            None if rate_limit is None else check_number(rate_limit, _RATE, "rate_limit", None)
        )
        self._sustained = self._boost_seconds = math.inf
        if pump.boost is not None:
            self._boost_seconds = pump.boost.seconds
            boosted = pump.speed(pump.boost.level)
            self._sustained = max(level.rpm for level in pump.levels if level.rpm < boosted)
        self.reset()

    def reset(self, speed: float = 0.0, time: float = 0.0) -> None:
        """Begin a new run.

        Parameters
        ----------
        speed : float
            Speed at which the pump runs, rpm; a first command that is not finite holds it.
        time : float
            Now, s.

        Raises
        ------
        InputError
            The speed is not between 0 and the device's maximum, or the time is not finite.
        """
        allowed = Parameter("speed", "rpm", "speed", 0.0, self.pump.max_rpm)
        self.speed = check_number(speed, allowed, "speed", None)
        if not math.isfinite(time):
            raise InputError("time", time, "a finite time in s")
        self.held = 0
        self.boosted = 0.0
        self._time = float(time)
        self._period = 0.0

    def apply(self, command_rpm: float, time: float) -> float:
        """The speed to run at from now on.

        Parameters
        ----------
        command_rpm : float
            The speed asked for, rpm.
        time : float
            Now, s; not before the last call.

        Returns
        -------
        float
            Speed, rpm, from 0 to the device's maximum.

        Raises
        ------
        InputError
            Time runs backwards.
        """
        if not math.isfinite(time) or time < self._time:
            raise InputError("time", time, f"a finite time from {self._time:g} s on")
        self._period, self._time = time - self._time, float(time)
        if self.speed > self._sustained:
            self.boosted += self._period
        if math.isfinite(command_rpm):
            wanted = min(max(float(command_rpm), 0.0), self.pump.max_rpm)
            if self.quantise:
                wanted = self.pump.nearest_level(wanted).rpm
        else:
            self.held += 1
            wanted = self.speed
        self.speed = min(self._within_rate(wanted), self._ceiling())
        return self.speed

    def _within_rate(self, wanted: float) -> float:
        if self.rate_limit is None:
            return wanted
        most = self.rate_limit * self._period
        return min(max(wanted, self.speed - most), self.speed + most)

    def _ceiling(self) -> float:
        # The speed stays in force until the next call, taken to be as far away as the last one.
        if self.boosted + self._period > self._boost_seconds + 1e-9:
            return self._sustained
        return math.inf
