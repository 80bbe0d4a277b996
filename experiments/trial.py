"""One trial: a controller keeps a pump on an individual patient through a scenario."""

from __future__ import annotations

import functools
import hashlib
import math
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from controllers import Briefing, Command, Controller, SolveStatus, load_controller
from experiments.catalogue import load_device
from experiments.output import to_json
from plants import (
    DeviceDriver,
    InputError,
    Measurement,
    Patient,
    PhysicsError,
    Plant,
    Pump,
    Scenario,
    Sensors,
    Simulator,
    Therapy,
    held_speed,
    individual,
    run_course,
)

if TYPE_CHECKING:
    import xarray

#: Longest course, s: longer ones belong to the slow clock, and waveforms would fill the memory.
LONGEST = 3600.0
#: Control periods are whole multiples of this, s: of the integration step, and of the interval at
#: which waveforms are recorded.
PERIOD_UNIT = 0.01
#: The controller that holds the speed at which the run begins.
HOLD = "fixed"


@dataclass(frozen=True)
class Trial:
    """Everything that determines a trial.

    Parameters
    ----------
    patient, device, scenario, therapy : str
        Names of presets or paths of TOML files; device ``"none"`` for a patient without a pump.
    controller : str
        As :func:`controllers.load_controller` takes it.
    seed : int
        Of the individual, the sensor noise and the controller.
    tier : str
        What the controller sees.
    duration, period : float
        Length and control period, s.
    level : str, optional
        P-level that the pump runs at when the controller takes over.
    speed : float, optional
        Speed (rpm) in place of a level.
    spread : float
        How far the individual may be from the patient that the controller is told of; see
        :func:`plants.individual`.

    Raises
    ------
    InputError
        A duration or period is out of range.

    Examples
    --------
    >>> from experiments.trial import Trial
    >>> Trial(level="P-6", controller="fixed:P-8").key == Trial(level="P-6").key
    False
    """

    patient: str = "shock-d"
    device: str = "CP"
    scenario: str = "none"
    controller: str = HOLD
    seed: int = 0
    tier: str = "icu"
    duration: float = 30.0
    period: float = 1.0
    level: str | None = None
    speed: float | None = None
    spread: float = 0.0
    therapy: str = "default"

    def __post_init__(self) -> None:
        units = self.period / PERIOD_UNIT
        if not math.isfinite(units) or units < 1 - 1e-9 or abs(units - round(units)) > 1e-6:
            raise InputError("period", self.period, f"a whole multiple of {PERIOD_UNIT:g} s")
        if not self.period <= self.duration <= LONGEST:
            allowed = f"one period ({self.period:g} s) to {LONGEST:g} s"
            raise InputError("duration", self.duration, allowed)

    @property
    def key(self) -> str:
        """The same for two trials that are the same, and for no others."""
        return hashlib.sha256(to_json(asdict(self)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class TrialRun:
    """A trial that has been run.

    Attributes
    ----------
    trial : Trial
        What was run.
    patient : Patient
        The individual.
    pump : Pump or None
        The device.
    therapy : Therapy
        What was wanted.
    rollout : Rollout
        The course; its attribute ``ended`` says why it ended before its time, if it did.
    statuses : tuple of SolveStatus
        What the optimiser reported, if the controller has one.
    act_milliseconds : tuple of float
        Wall time of each call of the controller.
    held_commands : int
        Commands that were no finite speed, for which the device held the last one.
    simulator : Simulator
        The plant as the course left it.
    """

    trial: Trial
    patient: Patient
    pump: Pump | None
    therapy: Therapy
    rollout: xarray.Dataset
    statuses: tuple[SolveStatus, ...]
    act_milliseconds: tuple[float, ...]
    held_commands: int
    simulator: Simulator


def run_trial(
    trial: Trial,
    *,
    log_interval: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> TrialRun:
    """Run a trial: the plant is the individual, the controller is told of the profile.

    Parameters
    ----------
    trial : Trial
        What to run.
    log_interval : float, optional
        Interval (s) of the recorded waveforms; None records none.
    progress : callable, optional
        Called with the simulated time (s).

    Raises
    ------
    InputError
        A name is unknown, or the controller cannot work here or raised an error.
    PhysicsError
        There is no steady state to start from.

    Examples
    --------
    >>> from experiments.trial import Trial, run_trial
    >>> run = run_trial(Trial(level="P-8", duration=3.0))
    >>> run.rollout.sizes["step_time"], run.held_commands
    (3, 0)
    """
    profile = Patient.load(trial.patient)
    pump = load_device(trial.device)
    therapy = Therapy.load(trial.therapy)
    sensors = Sensors(trial.tier, seed=trial.seed)
    scenario = Scenario.load(trial.scenario)
    start_speed = held_speed(pump, trial.level, trial.speed)
    patient = _individual(profile, trial.seed, trial.spread)
    simulator = Simulator(Plant(patient, pump), scenario)
    guard = _Held() if pump is None else _briefed(trial, profile, pump, therapy, start_speed)
    if pump is None and trial.controller != HOLD:
        raise InputError("controller", trial.controller, "none: without a device nothing runs")
    driver = None if pump is None else DeviceDriver(pump)
    rollout = run_course(
        simulator,
        guard.act,
        sensors,
        duration=trial.duration,
        period=trial.period,
        start_speed=start_speed,
        driver=driver,
        log_interval=log_interval,
        progress=progress,
    )
    rollout.attrs.update(
        controller=trial.controller,
        # As text: the file format holds integers of 32 bits only.
        seed=str(trial.seed),
        spread=trial.spread,
    )
    return TrialRun(
        trial, patient, pump, therapy, rollout, tuple(guard.statuses),
        tuple(guard.milliseconds), driver.held if driver is not None else 0, simulator,
    )  # fmt: skip


@functools.lru_cache(maxsize=64)
def _individual(profile: Patient, seed: int, spread: float) -> Patient:
    """The individual; the trials of a suite meet the same ones over and over."""
    return individual(profile, seed=seed, spread=spread)


def check_controller(trial: Trial) -> None:
    """Load and brief the controller of a trial, to refuse it before anything has run.

    Raises
    ------
    InputError
        It is unknown or cannot work with this patient, pump or tier.
    """
    pump = load_device(trial.device)
    if pump is None:
        raise InputError("device", trial.device, "a pump: there is nothing to control without one")
    start = held_speed(pump, trial.level, trial.speed)
    _briefed(trial, Patient.load(trial.patient), pump, Therapy.load(trial.therapy), start)


class _Held:
    """Stands in for a controller where there is no pump."""

    def __init__(self) -> None:
        self.statuses: list[SolveStatus] = []
        self.milliseconds: list[float] = []

    def act(self, measurement: Measurement) -> Command:
        return Command(0.0)


class _Guarded(_Held):
    """A controller, timed, whose own errors become those of an input: it may be a user's."""

    def __init__(self, controller: Controller, spec: str):
        super().__init__()
        self._controller, self._spec = controller, spec

    def reset(self, briefing: Briefing) -> None:
        try:
            self._controller.reset(briefing)
        except (InputError, PhysicsError):
            raise
        except (Exception, SystemExit) as error:
            raise self._refused("reset", _not_terminated(error)) from error

    def act(self, measurement: Measurement) -> Command:
        began = time.perf_counter()
        try:
            command = self._controller.act(measurement)
            float(command.speed)
        # A controller that exits must not end the program as if all were done.
        except (Exception, SystemExit) as error:
            raise self._refused("act", _not_terminated(error)) from error
        self.milliseconds.append(1e3 * (time.perf_counter() - began))
        status = getattr(command, "status", None)
        if status is not None:
            self.statuses.append(status)
        return command

    def _refused(self, where: str, error: BaseException) -> InputError:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return InputError("controller", self._spec, f"one whose {where} works; it raised {text}")


def _not_terminated(error: BaseException) -> BaseException:
    """The error, unless it is the end of the program by a signal, which goes on."""
    if isinstance(error, SystemExit) and error.code == 128 + signal.SIGTERM:
        raise error
    return error


def _briefed(
    trial: Trial, profile: Patient, pump: Pump, therapy: Therapy, start_speed: float
) -> _Guarded:
    controller = _Guarded(load_controller(trial.controller), trial.controller)
    controller.reset(
        Briefing(
            patient=profile,
            pump=pump,
            therapy=therapy,
            period=trial.period,
            tier=trial.tier,
            start_speed=start_speed,
            seed=trial.seed,
        )
    )
    return controller
