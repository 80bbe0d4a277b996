"""One trial: a controller keeps a pump on an individual patient through a scenario."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from controllers import Briefing, Controller, SolveStatus, load_controller
from experiments.runs import check_all, to_json
from experiments.trials.catalogue import device_plant
from experiments.trials.guarded_controller import GuardedController, Standstill
from plants import (
    Conditions,
    DeviceDriver,
    InputError,
    Patient,
    Plant,
    Pump,
    Scenario,
    Sensors,
    Simulator,
    Therapy,
    held_speed,
    individual,
    individual_therapy,
    run_course,
    tier_table,
)
from plants.scenarios import check_blood_budget
from plants.simulation import PERIOD_UNIT, is_whole_multiple

if TYPE_CHECKING:
    import xarray

#: Longest course, s: longer ones belong to the slow clock, and waveforms would fill the memory.
LONGEST = 3600.0
#: The controller that holds the speed at which the run begins.
HOLD = "fixed"


@dataclass(frozen=True)
class Trial:
    """Everything that determines a trial.

    Parameters
    ----------
    patient, device, scenario, therapy : str
        Names of presets or paths of TOML files; device ``"none"`` for a patient without a pump,
        ``"CP+RP"`` for a left and a right one. The controller drives the left one of two.
    controller : str
        As :func:`controllers.load_controller` takes it.
    seed : int
        Of the individual, the sensor noise, the rhythm and the controller.
    tier : str
        What the controller sees.
    duration, period : float
        Length and control period, s; the last period is short where the length is no whole number
        of them.
    level : str, optional
        P-level that the pump runs at when the controller takes over.
    speed : float, optional
        Speed (rpm) in place of a level.
    spread : float
        How far the individual may be from the patient that the controller is told of; see
        :func:`plants.individual`.
    believed : str
        Name or path of another patient whom the controller is told of in place of the profile; ""
        for the profile.
    conditions : Conditions
        Rhythm, valve diseases, reflex, slow clock, the level of a right pump and the way in. The
        controller is told of the diseases and of the right pump.

    Raises
    ------
    InputError
        A duration or period is out of range, or a condition is unknown.

    Examples
    --------
    >>> from experiments.trials import Trial
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
    believed: str = ""
    conditions: Conditions = field(default_factory=Conditions)

    def __post_init__(self) -> None:
        # What was written to disk comes back as plain data.
        object.__setattr__(self, "conditions", Conditions.of(self.conditions))
        check_all([self._check_period, self._check_duration])

    def _check_period(self) -> None:
        if not is_whole_multiple(self.period):
            raise InputError("period", self.period, f"a whole multiple of {PERIOD_UNIT:g} s")

    def _check_duration(self) -> None:
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
        The pump that the controller drove.
    therapy : Therapy
        What was wanted, in the individual's own numbers.
    rollout : Rollout
        The course; its attribute ``ended`` says why it ended before its time, if it did.
    statuses : tuple of SolveStatus
        What the optimiser reported, if the controller has one.
    act_milliseconds : tuple of float
        Wall time of each call of the controller.
    held_commands : int
        Commands that were no finite speed, for which the device held the last one.
    boosted : float
        Time above the highest speed that may be held, s.
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
    boosted: float
    simulator: Simulator

    @property
    def act_overruns(self) -> int:
        """How often the controller took longer than the control period."""
        return sum(each > 1e3 * self.trial.period for each in self.act_milliseconds)


def run_trial(
    trial: Trial,
    *,
    controller: Controller | None = None,
    log_interval: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> TrialRun:
    """Run a trial: the plant is the individual, the controller is told of the profile.

    The patient's death by the therapy ends it, and so does a plant that leaves the physical range.

    Parameters
    ----------
    trial : Trial
        What to run.
    controller : Controller, optional
        Drives in place of the one that the trial names.
    log_interval : float, optional
        Interval (s) of the recorded waveforms; None records none.
    progress : callable, optional
        Called with the simulated time (s).

    Raises
    ------
    InputError
        A name is unknown, the conditions make no sense with this patient and pump, the scenario
        takes more blood than there is, or the controller cannot work here or raised an error.
    PhysicsError
        There is no steady state to start from.

    Examples
    --------
    >>> from experiments.trials import Trial, run_trial
    >>> run = run_trial(Trial(level="P-8", duration=3.0))
    >>> run.rollout.sizes["step_time"], run.held_commands
    (3, 0)
    """
    sensors = Sensors(trial.tier, seed=trial.seed)
    scenario = Scenario.load(trial.scenario)
    plant = trial_plant(trial)
    therapy = individual_therapy(Therapy.load(trial.therapy), plant.patient)
    pump = plant.pump
    start_speed = held_speed(pump, trial.level, trial.speed)
    check_blood_budget(plant.patient, scenario, trial.duration)
    if pump is None and trial.controller != HOLD:
        raise InputError("controller", trial.controller, "only with a device")
    guard = (
        Standstill() if pump is None else _briefed(trial, plant, therapy, start_speed, controller)
    )
    simulator = trial.conditions.simulator(plant, scenario, seed=trial.seed)
    driver = None if pump is None else DeviceDriver(pump)
    rollout = run_course(
        simulator,
        guard.act,
        sensors,
        duration=trial.duration,
        period=trial.period,
        start_speed=start_speed,
        driver=driver,
        death=therapy.death,
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
        trial,
        plant.patient,
        pump,
        therapy,
        rollout,
        tuple(guard.statuses),
        tuple(guard.milliseconds),
        driver.held if driver is not None else 0,
        driver.boosted if driver is not None else 0.0,
        simulator,
    )


def trial_plant(trial: Trial) -> Plant:
    """The individual of a trial, with every disease, on the device.

    Raises
    ------
    InputError
        A name is unknown, or the conditions make no sense with this patient and pump.
    """
    profile = Patient.load(trial.patient)
    own = _individual(profile, trial.seed, trial.spread)
    return device_plant(own, trial.device, trial.conditions)


@functools.lru_cache(maxsize=64)
def _individual(profile: Patient, seed: int, spread: float) -> Patient:
    """The individual; the trials of a suite meet the same ones over and over."""
    return individual(profile, seed=seed, spread=spread)


def check_names(trial: Trial) -> None:
    """Refuse what a trial names that is not there, all of it at once, before anything has run.

    Raises
    ------
    InputError
        A name is unknown, or a file is refused.
    """
    check_all(
        [
            partial(Patient.load, trial.patient),
            partial(Patient.load, trial.believed or trial.patient),
            partial(_start_speed, trial),
            partial(Scenario.load, trial.scenario),
            partial(Therapy.load, trial.therapy),
            partial(tier_table, trial.tier),
            partial(load_controller, trial.controller),
        ]
    )


def _start_speed(trial: Trial) -> float:
    # Any patient will do: whether the pump helps this one is asked once the patient is known.
    plant = device_plant(Patient.load("rv-failure"), trial.device, Conditions())
    return held_speed(plant.pump, trial.level, trial.speed)


def check_controller(trial: Trial) -> None:
    """Load and brief the controller of a trial, to refuse it before anything has run.

    Raises
    ------
    InputError
        It is unknown or cannot work with this patient, pump or tier.
    """
    plant = device_plant(Patient.load(trial.patient), trial.device, trial.conditions)
    if plant.pump is None:
        raise InputError("device", trial.device, "a pump: there is nothing to control without one")
    start = held_speed(plant.pump, trial.level, trial.speed)
    _briefed(trial, plant, Therapy.load(trial.therapy), start)


def _briefed(
    trial: Trial, plant: Plant, therapy: Therapy, start_speed: float, own: Controller | None = None
) -> GuardedController:
    """The controller, told of the profile or of whom the trial believes the patient to be."""
    controller = GuardedController(own or load_controller(trial.controller), trial.controller)
    assert plant.pump is not None  # Asked only where there is a device.
    beside = plant.right if plant.left is not None else None
    controller.reset(
        Briefing(
            patient=trial.conditions.diseased(trial.believed or trial.patient),
            pump=plant.pump,
            therapy=therapy,
            period=trial.period,
            tier=trial.tier,
            start_speed=start_speed,
            seed=trial.seed,
            right_pump=beside,
            right_level=trial.conditions.right_level,
        )
    )
    return controller
