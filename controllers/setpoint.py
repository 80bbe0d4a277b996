"""What to aim at, which sensor shows it, and the frame of controllers that hold one signal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

from controllers.operating_points import operating_point, speed_limits
from controllers.protocol import Briefing, Command, not_reset
from controllers.supervision import Law, Supervisor, Used
from plants import SIGNALS, InputError, Measurement, tier_table


class Loop(Law, Protocol):
    """The state of one run of a controller."""

    target: float


class SetpointController:
    """Holds a signal at a target; the loop of each run is made at its reset.

    Parameters
    ----------
    signal : str
        What is controlled.
    target : float, optional
        In the signal's unit; by default it is chosen at the reset.

    Raises
    ------
    InputError
        The signal cannot have that target.
    """

    def __init__(self, signal: str, target: float | None):
        check_target(signal, target)
        self.signal, self._given_target = signal, target
        self._loop: Loop | None = None

    def _begin(self, loop: Loop, briefing: Briefing, used: Used) -> None:
        """Run this loop, supervised, between the lowest and the highest level that may be held."""
        low, high = speed_limits(briefing.pump)
        self._loop = loop
        self._supervisor = Supervisor(loop, briefing, used, low=low, high=high)

    @property
    def target(self) -> float:
        """The target in force, in the signal's unit; NaN before the first reset."""
        return self._loop.target if self._loop else math.nan

    def act(self, measurement: Measurement) -> Command:
        """The command for the coming period.

        Raises
        ------
        RuntimeError
            The controller was not reset first.
        """
        if self._loop is None:
            raise not_reset()
        return self._supervisor.act(measurement)


def sensor_for(briefing: Briefing, signal: str, *, choices: Iterable[str] = ("map",)) -> str:
    """The sensor of the briefing's tier that shows a signal.

    The mean arterial pressure is the mean of the placement signal where the tier has no arterial
    line and the pump's placement sensor lies in the aorta.

    Parameters
    ----------
    briefing : Briefing
        Tier and pump.
    signal : str
        What is to be measured.
    choices : iterable of str
        What else the controller could be asked to control, for the error message.

    Raises
    ------
    InputError
        No sensor of the tier shows it; the message names the signals that would do, and all shown.

    Examples
    --------
    >>> from controllers import Briefing
    >>> from controllers.setpoint import sensor_for
    >>> from plants import Patient, Pump, Therapy
    >>> briefing = Briefing(
    ...     patient=Patient.load("shock-d"), pump=Pump.load("CP"), therapy=Therapy.default(),
    ...     period=1.0, tier="console", start_speed=44_000.0,
    ... )
    >>> sensor_for(briefing, "map")
    'placement_signal'
    """
    shown = [sensor.signal for sensor in tier_table(briefing.tier)]

    def sensor_of(name: str) -> str | None:
        if name in shown:
            return name
        aortic = briefing.pump["placement_differential"] == 0.0
        if name == "map" and aortic and "placement_signal" in shown:
            return "placement_signal"
        return None

    sensor = sensor_of(signal)
    if sensor is None:
        usable = ", ".join(name for name in choices if sensor_of(name)) or "nothing"
        tier = f"tier {briefing.tier} with the {briefing.pump.name} shows {', '.join(shown)}"
        raise InputError("signal", signal, f"{usable}, because {tier}")
    return sensor


def check_target(signal: str, target: float | None) -> None:
    """Refuse a target that the signal cannot have; None is none.

    Raises
    ------
    InputError
        It is out of the signal's range, or not finite.
    """
    declared = SIGNALS[signal]
    if target is not None and not declared.low <= target <= declared.high:
        allowed = f"{declared.low:g} to {declared.high:g} {declared.unit}"
        raise InputError("target", target, allowed)


def therapy_target(briefing: Briefing, signal: str) -> float:
    """The value of a signal to aim at.

    The middle of the range of the therapy's goal; one scale above a low end or below a high end
    that stands alone. A signal without a goal is wanted where it would be in the believed patient
    at the level that costs least by the therapy.

    Examples
    --------
    >>> from controllers import Briefing
    >>> from controllers.setpoint import therapy_target
    >>> from plants import Patient, Pump, Therapy
    >>> briefing = Briefing(
    ...     patient=Patient.load("shock-d"), pump=Pump.load("CP"), therapy=Therapy.default(),
    ...     period=1.0, tier="icu", start_speed=44_000.0,
    ... )
    >>> therapy_target(briefing, "map")
    77.5
    """
    for goal in briefing.therapy.goals:
        if goal.signal == signal:
            if goal.low is None:
                assert goal.high is not None  # a goal has at least one end
                return goal.high - goal.scale
            return goal.low + goal.scale if goal.high is None else (goal.low + goal.high) / 2
    point = operating_point(
        briefing.patient, briefing.pump, briefing.therapy, briefing.right_pump, briefing.right_level
    )
    return point.steady.metrics[signal]
