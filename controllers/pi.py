"""PI control of one measured signal by the speed: the workhorse of published pump controllers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType

from controllers.clamped_pi import LONGEST_STEP, ClampedPI
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing, Command
from controllers.setpoint import SetpointController, sensor_for, therapy_target
from controllers.supervision import Reading, Used
from plants import tier_table, unknown_name


@dataclass(frozen=True)
class Gains:
    """Gains as shares of the pump's highest speed, so that they carry over from pump to pump.

    Attributes
    ----------
    proportional : float
        Share of the highest speed per unit of the error.
    integral : float
        Share of the highest speed per unit of the error and second.
    """

    proportional: float
    integral: float


#: Gains by signal, tuned on the built-in patients: a grid of gains was tried on individuals around
#: five presets with two pumps in five scenarios, for tracking and effort in the therapy's own
#: terms. The optimum is flat; of nearly equal gains the lower were taken.
GAINS = MappingProxyType(
    {
        "map": Gains(0.002, 0.005),
        "displayed_flow": Gains(0.01, 0.05),
        "cardiac_output": Gains(0.01, 0.05),
    }
)


class PI(SetpointController):
    """Discrete PI control towards a target, faster when the signal is too low.

    Parameters
    ----------
    signal : {"map", "displayed_flow", "cardiac_output"}
        What is controlled; each rises with the speed. In suction a flow does not, and no PI
        controller can tell.
    target : float, optional
        In the signal's unit; by default that of :func:`controllers.setpoint.therapy_target`.
    gains : Gains, optional
        By default those of :data:`GAINS`.

    Notes
    -----
    With the error ``e = target - y`` of a new value ``y`` that came ``dt`` after the last one, the
    speed is ``I + Kp e``, where ``I`` grows by ``Ki min(dt, 2 s) e``. ``I`` starts at the speed at
    which the pump runs, so that the first command is no jump. While the command lies on a limit of
    the speed, ``I`` does not grow further beyond it (clamping) [1]_: a target that cannot be
    reached saturates the speed, and the speed leaves the limit as soon as the error changes sign.

    The speed stays between P-2 and the highest level without a time limit. A value that is missing
    or not believed leaves the last command; after more than 1 s beyond the interval of the sensor,
    or 1 s without a value of any sensor, the fallback level of the therapy is commanded and ``I``
    starts anew from it (:class:`controllers.supervision.Supervisor`).

    References
    ----------
    .. [1] Astrom KJ, Hagglund T (2006) Advanced PID Control. ISA (integrator windup, conditional
       integration).

    Examples
    --------
    >>> from controllers import PI, Briefing
    >>> from plants import Measurement, Patient, Pump, Therapy
    >>> controller = PI("map", target=70.0)
    >>> controller.reset(Briefing(
    ...     patient=Patient.load("shock-d"), pump=Pump.load("5.5"), therapy=Therapy.default(),
    ...     period=1.0, tier="icu", start_speed=25_000.0,
    ... ))
    >>> controller.act(Measurement(0.0, "icu", {"map": 60.0})).speed > 25_000
    True
    """

    def __init__(
        self, signal: str = "map", *, target: float | None = None, gains: Gains | None = None
    ):
        if signal not in GAINS:
            raise unknown_name("signal", signal, GAINS)
        super().__init__(signal, target)
        self.gains = gains or GAINS[signal]
        self.name = f"pi:{signal}"

    def reset(self, briefing: Briefing) -> None:
        """Begin a new run.

        Raises
        ------
        InputError
            The tier does not show the signal, or the pump has no such fallback level or is one for
            the right ventricle.
        PhysicsError
            The target has to come from the believed patient, who has no periodic beat.
        """
        briefing.check_left_pump(self.name)
        sensor = sensor_for(briefing, self.signal, choices=tuple(GAINS))
        target = self._given_target
        if target is None:
            target = therapy_target(briefing, self.signal)
        # A slow sensor is waited for, but not while all the others are silent too.
        shown = tuple(sensor.signal for sensor in tier_table(briefing.tier))
        loop = _Loop(self.gains, briefing, sensor, target)
        self._begin(loop, briefing, Used(shown, needed=(sensor,)))


class _Loop:
    """The state of one run."""

    def __init__(self, gains: Gains, briefing: Briefing, sensor: str, target: float):
        self.target = target
        self._sensor = sensor
        self._low, self._high = speed_limits(briefing.pump)
        highest = briefing.pump.max_rpm
        self._action = ClampedPI(gains.proportional * highest, gains.integral * highest)
        self._period = briefing.period
        self.restart(briefing.start_speed)

    def restart(self, speed: float) -> None:
        self._action.restart(min(max(speed, self._low), self._high))
        self._speed = speed
        self._last_time: float | None = None  # of the last value

    def advance(self, reading: Reading) -> Command:
        value, now = reading.values[self._sensor], reading.time
        if math.isfinite(value):
            elapsed = self._period if self._last_time is None else now - self._last_time
            self._last_time = now
            self._speed = self._action.next_speed(
                self.target - value, min(elapsed, LONGEST_STEP), self._low, self._high
            )
        return Command(self._speed)
