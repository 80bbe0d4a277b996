"""What a controller is: measurements in, speed commands out."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from numbers import Real
from typing import Protocol, TypeGuard, runtime_checkable

from plants import InputError, Measurement, Patient, Plant, Pump, Therapy, individual_therapy


class Outcome(enum.Enum):
    """How an optimiser's solve ended; the value is advice.

    Examples
    --------
    >>> from controllers import Outcome
    >>> Outcome.SOLVED.name
    'SOLVED'
    """

    SOLVED = "the plan is optimal to the tolerance, or to its one step; it was applied"
    LATE = "out of time or iterations with a valid, improved plan, which was applied; allow more"
    CLIPPED = "the plan left the range or rate of the speed and was clipped to them; it was applied"
    INFEASIBLE = "no plan meets the hard limits; the last good plan was shifted and applied"
    FAILED = "the solver broke down; the last good plan was shifted and applied"
    FALLBACK = "too many failures or no measurement; the safe speed is applied until one succeeds"


@dataclass(frozen=True)
class SolveStatus:
    """Report of one solve.

    Attributes
    ----------
    outcome : Outcome
        How it ended.
    iterations : int
        Iterations taken.
    milliseconds : float
        Wall time from the measurement to the command.
    preparation_milliseconds : float
        Wall time of what was done for it before the measurement came.
    """

    outcome: Outcome
    iterations: int
    milliseconds: float
    preparation_milliseconds: float = 0.0

    @property
    def advice(self) -> str:
        """What the outcome means and what to do about it."""
        return self.outcome.value


#: Status of a fallback for which nothing was solved: no measurement came for too long.
FALLBACK_STATUS = SolveStatus(Outcome.FALLBACK, 0, 0.0)


@dataclass(frozen=True)
class Command:
    """What a controller asks for.

    Attributes
    ----------
    speed : float
        Rotor speed, rpm.
    status : SolveStatus, optional
        How the optimiser fared, from controllers that have one.

    Raises
    ------
    InputError
        The speed is no number, or the status none.
    """

    speed: float
    status: SolveStatus | None = None

    def __post_init__(self) -> None:
        if not _is_number(self.speed):
            raise InputError("speed", self.speed, "a number in rpm")
        if not isinstance(self.status, SolveStatus | None):
            raise InputError("status", self.status, "a SolveStatus or None")
        object.__setattr__(self, "speed", float(self.speed))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool)


class CommandError(InputError):
    """What a controller's ``act`` gave is no command."""


def check_command(command: object, highest: float) -> Command:
    """The command, where it is one that a pump can be given.

    Parameters
    ----------
    command : Command
        What ``act`` gave; anything with a ``speed`` and perhaps a ``status`` will do. A speed that
        is not finite is for the device, which holds the last one.
    highest : float
        The pump's highest speed, rpm.

    Raises
    ------
    CommandError
        It has no speed, or one out of the pump's range.
    """
    speed, status = getattr(command, "speed", None), getattr(command, "status", None)
    if (
        not _is_number(speed)
        or (math.isfinite(speed) and not 0.0 <= speed <= highest)
        or not isinstance(status, SolveStatus | None)
    ):
        allowed = f"a Command(speed), with the speed in rpm from 0 to {highest:g}"
        raise CommandError("what act returns", command, allowed)
    return command if isinstance(command, Command) else Command(speed, status)


@dataclass(frozen=True)
class Briefing:
    """All that a controller is told; never the truth about the patient at hand.

    Attributes
    ----------
    patient : Patient
        The patient as believed: a model of the profile, not of the individual.
    pump : Pump
        The device that the command drives.
    therapy : Therapy
        Targets, limits and weights. Goals that are shares of what a patient has without a pump
        become numbers of the patient as believed, unless they are numbers already.
    period : float
        Control period, s.
    tier : str
        Which sensors there are.
    start_speed : float
        Speed (rpm) at which the pump runs when the controller takes over.
    seed : int
        For controllers that draw random numbers.
    right_pump : Pump, optional
        A right pump beside the one that is driven.
    right_level : str, optional
        P-level at which it is held; None for the default of :class:`plants.Plant`.
    """

    patient: Patient
    pump: Pump
    therapy: Therapy
    period: float
    tier: str
    start_speed: float
    seed: int = 0
    right_pump: Pump | None = None
    right_level: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "therapy", individual_therapy(self.therapy, self.patient))

    @property
    def plant(self) -> Plant:
        """The patient as believed, on the pumps."""
        return Plant(self.patient, self.pump, self.right_pump, right_level=self.right_level)

    def check_left_pump(self, controller: str) -> None:
        """Refuse to drive a right pump, for a controller that is made for the left ventricle's.

        Raises
        ------
        InputError
            The pump is one for the right ventricle.
        """
        if self.pump.side != "left":
            allowed = f"a pump for the left ventricle, which {controller} is made for"
            raise InputError("device", self.pump.name, allowed, source=self.pump.path)


def not_reset() -> RuntimeError:
    """The error of a controller that is asked before it was reset."""
    return RuntimeError("reset(briefing) comes before the first act(measurement)")


@runtime_checkable
class Controller(Protocol):
    """Any object with a name, `reset` and `act` is a controller.

    Examples
    --------
    >>> from controllers import Command, Controller
    >>> class Half:
    ...     name = "half"
    ...     def reset(self, briefing):
    ...         self.speed = briefing.pump.max_rpm / 2
    ...     def act(self, measurement):
    ...         return Command(self.speed)
    >>> isinstance(Half(), Controller)
    True
    """

    name: str

    def reset(self, briefing: Briefing) -> None:
        """Begin a new run.

        Raises
        ------
        InputError
            The controller cannot work with these sensors or this pump.
        """
        ...

    def act(self, measurement: Measurement) -> Command:
        """The command for the coming period."""
        ...


@runtime_checkable
class Preparing(Controller, Protocol):
    """A controller that can do a part of its work before the measurement comes.

    Whether it is asked to changes no command, only how long :meth:`act` takes.

    Examples
    --------
    >>> from controllers import PI, NmpcController, Preparing
    >>> isinstance(NmpcController(), Preparing), isinstance(PI(), Preparing)
    (True, False)
    """

    def prepare(self) -> None:
        """What the next command needs; to be called once a command has been sent."""
        ...
