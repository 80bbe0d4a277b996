"""One rule for all controllers: what they see, when they start again, when the fallback runs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from controllers.protocol import FALLBACK_STATUS, Briefing, Command, Outcome
from controllers.supervision.control_clock import ControlClock
from controllers.supervision.plausibility_gate import PlausibilityGate
from controllers.supervision.speed_guard import SpeedGuard
from controllers.supervision.watchdog import Watchdog
from plants import Measurement, tier_table
from plants.sensors import Sensor

#: Commands are told as clipped from this much on, rpm: less is rounding.
_CLIPPED_FROM = 1.0
#: A value may be held for two intervals of its sensor and this, s (a guess).
LONGEST_HOLD = 30.0


@dataclass(frozen=True)
class Reading:
    """What a controller's law is given in a period.

    Attributes
    ----------
    values : Measurement
        What was measured; NaN for what is missing or not believed.
    time : float
        By the clock of the controller, s.
    seconds : float
        Time to account for since the last call, s.
    """

    values: Measurement
    time: float
    seconds: float


class Law(Protocol):
    """What a supervisor supervises."""

    def advance(self, reading: Reading) -> Command:
        """The command for the coming period."""
        ...

    def restart(self, speed: float) -> None:
        """Begin again at a speed (rpm): nothing of before is known to hold."""
        ...


@dataclass(frozen=True)
class Used:
    """Which readings a controller works with.

    Attributes
    ----------
    signals : tuple of str
        Without a value of any of them for more than 1 s it is blind. The speed counts for nothing:
        the console commands it itself.
    needed : tuple of str
        Signals without any of which it cannot work for more than 1 s beyond the interval of the
        sensor.
    held : tuple of str
        Signals whose last value it goes on with, for two intervals and :data:`LONGEST_HOLD`.
        Sensors that need the position of the pump may be silent for longer: that is a state of the
        pump, no loss.
    """

    signals: tuple[str, ...]
    needed: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    def watchdogs(self, sensors: Iterable[Sensor]) -> dict[str, Watchdog]:
        """Of the signals that are each looked for."""
        dogs = {}
        for sensor in sensors:
            if sensor.signal in self.needed:
                dogs[sensor.signal] = Watchdog(sensor.interval)
            elif sensor.signal in self.held and not sensor.needs_position:
                dogs[sensor.signal] = Watchdog(2 * sensor.interval, LONGEST_HOLD)
        return dogs


class Supervisor:
    """Runs a law: one clock, one gate for readings, one rule of fallback, one guard of commands.

    - Time goes by :class:`ControlClock`; where it jumped the law starts again.
    - Readings that cannot be (:class:`PlausibilityGate`) are missing.
    - While the controller is blind by :class:`Used` the fallback level of the therapy is commanded,
      with outcome ``FALLBACK``, and the law starts again from there.
    - Every command passes :class:`SpeedGuard`; a plan that is changed there is told as ``CLIPPED``.

    Parameters
    ----------
    law : Law
        What is supervised.
    briefing : Briefing
        Of the run.
    used : Used
        Which readings the law works with.
    low, high : float
        Range of the commands, rpm.
    """

    def __init__(
        self, law: Law, briefing: Briefing, used: Used, *, low: float = 0.0, high: float = math.inf
    ):
        self._law = law
        self.fallback_speed = briefing.pump.speed(briefing.therapy.fallback_level)
        self._clock, self._gate = ControlClock(briefing.period), PlausibilityGate()
        self._guard = SpeedGuard(briefing, low, high)
        self._signals = [name for name in used.signals if name != "pump_speed"]
        self._blackout = Watchdog()
        self._watchdogs = used.watchdogs(tier_table(briefing.tier))
        self._fallen = False

    def act(self, measurement: Measurement) -> Command:
        """The command for the coming period."""
        tick = self._clock.advance(measurement.time)
        if tick.jumped:
            self._gate.reset()
            self._law.restart(self._guard.speed)
        values = self._gate.accept(measurement, tick.time)
        if self._blind(values, tick.time):
            if not self._fallen:
                self._law.restart(self.fallback_speed)
            self._fallen = True
            return Command(self._guard.limited(self.fallback_speed), FALLBACK_STATUS)
        self._fallen = False
        return self._guarded(self._law.advance(Reading(values, tick.time, tick.seconds)))

    def _blind(self, values: Measurement, time: float) -> bool:
        seen = {name for name, value in values.items() if math.isfinite(value)}
        lost = [
            watchdog.lost(time, present=name in seen) for name, watchdog in self._watchdogs.items()
        ]
        return any(lost) | self._blackout.lost(time, present=not seen.isdisjoint(self._signals))

    def _guarded(self, command: Command) -> Command:
        speed, status = self._guard.limited(command.speed), command.status
        if not math.isfinite(command.speed):
            return command  # The device holds the last one, and it is counted.
        if speed == command.speed:
            return command
        if status is not None and abs(speed - command.speed) > _CLIPPED_FROM:
            status = replace(status, outcome=Outcome.CLIPPED)
        return Command(speed, status)
