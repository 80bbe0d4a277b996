"""LQG: a Kalman filter and an LQR with integral action on the linearised beat."""

from __future__ import annotations

import math

import numpy as np

from controllers.beat_clock import BeatClock
from controllers.lqg.kalman_filter import KalmanFilter
from controllers.lqg.synthesis import REGULATED, LQGSettings, synthesise
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing, Command
from controllers.setpoint import SetpointController, sensor_for
from controllers.supervision import Reading, Used
from plants.quantities import KRPM_PER_RPM, Array


class LQG(SetpointController):
    """Linear-quadratic-Gaussian control of the mean arterial pressure by the speed.

    The believed patient is linearised at the level that costs least by the therapy. In every beat
    a Kalman filter estimates the state and four slowly drifting disturbances (systemic and
    pulmonary resistance, left-ventricular contractility, blood volume) from what is measured; a
    patient who differs from the one believed shows up in them. An LQR changes the speed. It prices
    deviations of all the therapy's goals from where they settle, changes of the speed, and, as a
    further state, the sum of the measured errors of the pressure, which therefore ends on its
    target though the patient is not the one believed.

    Parameters
    ----------
    target : float, optional
        Mean arterial pressure to aim at, mmHg. By default that of the believed patient at the
        level that costs least, moved into the range of the therapy's goal.
    settings : LQGSettings, optional
        Tuning.

    Notes
    -----
    With one input one output can be held without offset. The others settle where the patient lets
    them: an LQG that holds the pressure of a constricted patient slows the pump down.

    Where the state settles, and the sum of errors with it, depends on the patient and is not known.
    The gain is therefore applied to differences: with ``x`` the estimated state, ``u`` the speed
    and ``e`` the error, ``v' = v - Kx (x' - x) - Ku (u' - u) - Ke e`` is the next change of speed.
    ``v`` is the change that was made in fact, within the limits of speed and rate, so that nothing
    winds up at a limit.

    The model steps from beat to beat. A period advances it by the beats that fit, the rest of a
    beat is kept for the next; readings belong to the last of them. Readings that are missing or not
    believed are left out, and with none at all the filter coasts on its prediction; after more than
    1 s without any, or 30 s without the pressure, the fallback level of the therapy is commanded,
    and filter and feedback start anew from it (:class:`controllers.supervision.Supervisor`).

    References
    ----------
    Anderson BDO, Moore JB (1990) Optimal Control: Linear Quadratic Methods. Prentice Hall.
    Pannocchia G, Rawlings JB (2003) Disturbance models for offset-free model predictive control.
    AIChE J 49:426 (estimated disturbances; equivalence with the form in differences).

    Examples
    --------
    >>> from controllers import LQG, Briefing
    >>> from plants import Patient, Plant, Pump, Sensors, Simulator, Therapy
    >>> pump = Pump.load("5.5")
    >>> simulator = Simulator(Plant("shock-d", pump))
    >>> simulator.reset(speed=25_000)
    >>> controller = LQG(target=80.0)
    >>> controller.reset(
    ...     Briefing(Patient.load("shock-d"), pump, Therapy.default(), 1.0, "icu", 25_000))
    >>> reading = Sensors("icu", seed=0).measure(0.0, simulator.metrics())
    >>> controller.act(reading).speed > 25_000
    True
    """

    name = "lqg"

    def __init__(self, *, target: float | None = None, settings: LQGSettings | None = None):
        super().__init__(REGULATED, target)
        self.settings = settings or LQGSettings()

    def reset(self, briefing: Briefing) -> None:
        """Begin a new run.

        Raises
        ------
        InputError
            The tier does not show the mean arterial pressure, or the pump has no such fallback
            level or is one for the right ventricle.
        PhysicsError
            The believed patient has no periodic beat.
        """
        briefing.check_left_pump(self.name)
        sensor = sensor_for(briefing, REGULATED)
        loop = _Loop(self.settings, briefing, sensor, self._given_target)
        self._begin(loop, briefing, Used(loop.observed, held=(sensor,)))


class _Loop:
    """The state of one run; speeds without a unit in their name are deviations, krpm."""

    def __init__(
        self, settings: LQGSettings, briefing: Briefing, sensor: str, target: float | None
    ):
        self._design = design = synthesise(briefing, settings)
        steady = design.point.steady.metrics[REGULATED]
        self.target = _within_goal(briefing, steady) if target is None else target
        self._sensor = sensor
        self._operating_speed = design.point.level.rpm * KRPM_PER_RPM
        low, high = speed_limits(briefing.pump)
        self._low, self._high = self._deviation(low), self._deviation(high)
        self._rate = settings.rate_limit * KRPM_PER_RPM
        self._period = briefing.period
        self._clock = BeatClock(briefing.patient["heart_rate"])
        self.restart(briefing.start_speed)

    @property
    def observed(self) -> tuple[str, ...]:
        """Signals that the filter takes in."""
        return self._design.observed

    def restart(self, speed: float) -> None:
        self._speed = self._deviation(speed)
        self._filter = KalmanFilter(self._design, self._speed)
        self._change = 0.0  # of the last decision
        self._decided_at: Array | None = None  # state and speed at the last decision
        self._since_decision = 0.0  # s

    def _deviation(self, rpm: float) -> float:
        return rpm * KRPM_PER_RPM - self._operating_speed

    def advance(self, reading: Reading) -> Command:
        measurement = reading.values
        # A call may be late; the speed does not change faster for it.
        self._since_decision += min(reading.seconds, self._period)
        rate = measurement.get("heart_rate", math.nan)
        if math.isfinite(rate):
            self._clock.heart_rate = rate
        observed = {name: measurement[name] for name in self._design.observed}
        readings = np.array(list(observed.values()))
        missing = np.full_like(readings, np.nan)
        beats = self._clock.advance(reading.seconds)
        for k in range(beats):
            self._filter.advance(self._speed, readings if k == beats - 1 else missing)
        if beats:  # Between beats nothing new is known.
            error = measurement[self._sensor] - self.target
            self._speed = self._next(error if math.isfinite(error) else 0.0)
            self._since_decision = 0.0
        return Command(self._rpm())

    def _rpm(self) -> float:
        return (self._speed + self._operating_speed) / KRPM_PER_RPM

    def _next(self, error: float) -> float:
        """The next speed, by the error (mmHg) of the last beat."""
        present = np.append(self._filter.state, self._speed)
        before = present if self._decided_at is None else self._decided_at
        self._decided_at = present
        change = self._change - float(self._design.gain @ np.append(present - before, error))
        largest = self._rate * self._since_decision
        speed = self._speed + min(max(change, -largest), largest)
        # From outside its range (the pump may have been stopped) the rate limit gives way.
        speed = min(max(speed, self._low), self._high)
        self._change = speed - self._speed
        return speed


def _within_goal(briefing: Briefing, pressure: float) -> float:
    """A pressure (mmHg) moved into the range of the therapy's goal."""
    for goal in briefing.therapy.goals:
        if goal.signal == REGULATED:
            return float(np.clip(pressure, goal.low, goal.high))
    return pressure
