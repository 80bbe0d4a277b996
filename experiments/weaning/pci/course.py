"""A high-risk coronary intervention under support: the plant beat by beat, from pump on to off."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from controllers import Briefing, PciController, load_controller
from experiments.trials import GuardedController
from plants import (
    STATES,
    TIERS,
    DeviceDriver,
    InputError,
    Intervention,
    Patient,
    PhysicsError,
    Plant,
    Pump,
    Sensors,
    Simulator,
    Therapy,
    individual,
    label_limit,
    unknown_name,
)
from plants.plant import PHASE
from plants.quantities import SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from plants.scenarios import intervention_numbers
from plants.simulation import deadly_steps, death_text

#: Signals that are noted every second.
NOTED = (
    "map",
    "cardiac_output",
    "pump_flow",
    "pcwp",
    "pulse_pressure",
    "heart_rate",
    "cardiac_power_output",
    "pump_speed",
    "suction",
)
#: How an intervention ends.
OUTCOMES = ("well", "failed", "died", "label")
#: Control period, s.
PERIOD = 1.0
# How long the unsupported patient is followed after the artery was told open, s.
_AFTER = 300.0
_NO_PUMP = {"pump_flow": 0.0, "pump_speed": 0.0, "occlusion": 0.0}


@dataclass(frozen=True)
class PciTrial:
    """Patient, pump, controller and seed of an intervention.

    Parameters
    ----------
    patient : str
        Name or path of the profile about which the patient is drawn.
    device : str
        A left pump with a label for high-risk coronary intervention.
    controller : str, optional
        Moves the speed within the band of the level; by default the level is held.
    tier : {"icu", "full"}
        Which sensors there are; the console alone shows no arterial pressure.
    seed : int
        Of the patient, the inflations and the noise of the sensors.
    spread : float
        How far the patient may be from the profile, as in :func:`plants.individual` (a guess).

    Raises
    ------
    InputError
        The tier is unknown or shows no arterial pressure, or the pump has no such label.

    Examples
    --------
    >>> from experiments.weaning.pci import PciTrial
    >>> PciTrial("hfref", "2.5").label_hours
    6.0
    """

    patient: str
    device: str = "CP"
    controller: str | None = None
    tier: str = "icu"
    seed: int = 0
    spread: float = 0.1

    def __post_init__(self) -> None:
        if self.tier not in TIERS:
            raise unknown_name("tier", self.tier, TIERS)
        if self.tier == "console":
            raise InputError("tier", self.tier, "icu or full, which show the arterial pressure")
        label_limit(Pump.load(self.device), "high-risk PCI")

    @property
    def label_hours(self) -> float:
        """Longest use by the label, h."""
        return label_limit(Pump.load(self.device), "high-risk PCI")


@dataclass(frozen=True)
class PciCourse:
    """What an intervention gave; plain data.

    Attributes
    ----------
    trial : PciTrial
        What was run.
    patient : str
        Name of the individual.
    outcome : str
        One of :data:`OUTCOMES`: off and well, off and too low a pressure, died, or still supported
        when the label's time ended.
    reason : str
        In words and numbers.
    seconds : float
        Time on the pump, s.
    intervention : Intervention
        When balloons were up.
    supported, unsupported : dict of str to list of float
        ``time`` (s) and the signals of :data:`NOTED`, every second; ``supported`` goes on after
        the pump is out.
    decisions : list of dict
        ``seconds``, ``level``, ``phase``, ``action``, ``reasons`` of every decision that changed
        something.
    boosted : float
        Time above the highest speed that may be held, s.
    unsupported_end : str
        Why the unsupported patient's course ended early; "" where it did not.
    """

    trial: PciTrial
    patient: str
    outcome: str
    reason: str
    seconds: float
    intervention: Intervention
    supported: dict[str, list[float]]
    unsupported: dict[str, list[float]]
    decisions: list[dict[str, Any]]
    boosted: float
    unsupported_end: str


def run_pci(
    trial: PciTrial,
    *,
    intervention: Intervention | None = None,
    numbers: Mapping[str, float] | None = None,
    progress: Callable[[float], None] | None = None,
) -> PciCourse:
    """Support a patient through balloon inflations, wean, and compare with no support.

    Parameters
    ----------
    trial : PciTrial
        What to run.
    intervention : Intervention, optional
        When balloons are inflated; by default that of the seed.
    numbers : Mapping of str to float, optional
        Limits and times of the controller in place of its own, by name.
    progress : callable, optional
        Called with the share that is done, about.

    Raises
    ------
    InputError
        A name is unknown, or the controller cannot work here.
    PhysicsError
        The patient has no periodic beat to begin from.

    Examples
    --------
    >>> from experiments.weaning.pci import PciTrial
    >>> from experiments.weaning.pci.course import run_pci
    >>> from plants import Inflation, Intervention
    >>> one = Intervention((Inflation(60.0, 60.0, 0.5),), opened=180.0, recovery=30.0)
    >>> quick = {"step_interval": 0.5, "shortest_trial": 0.5, "stable_time": 0.2}  # minutes
    >>> course = run_pci(PciTrial("hfref", "CP", spread=0.0), intervention=one, numbers=quick)
    >>> course.outcome, min(course.supported["map"]) > min(course.unsupported["map"])
    ('well', True)
    """
    planned = intervention or Intervention.drawn(trial.seed)
    return _Run(trial, planned, numbers or {}, progress).course()


class _Run:
    """The loop, and what is written down."""

    def __init__(
        self,
        trial: PciTrial,
        planned: Intervention,
        numbers: Mapping[str, float],
        progress: Callable[[float], None] | None,
    ):
        self.trial, self.planned, self.progress = trial, planned, progress
        self.profile, self.therapy = Patient.load(trial.patient), Therapy.default()
        self.patient = individual(self.profile, seed=trial.seed, spread=trial.spread)
        self.pump, self.label_hours = Pump.load(trial.device), trial.label_hours
        self.controller = PciController(numbers)
        self.controller.reset(self.pump, label_hours=self.label_hours)
        self.fast = self._briefed()
        self.driver = DeviceDriver(self.pump)
        self.limits = {k: one.value for k, one in intervention_numbers()["follow_up"].items()}

    def _briefed(self) -> GuardedController | None:
        spec = self.trial.controller
        if spec is None:
            return None
        fast = GuardedController(load_controller(spec), spec)
        fast.reset(
            Briefing(
                self.profile,
                self.pump,
                self.therapy,
                PERIOD,
                self.trial.tier,
                self.pump.speed(self.controller.level),
                self.trial.seed,
            )
        )
        return fast

    def course(self) -> PciCourse:
        simulator = Simulator(Plant(self.patient, self.pump), self.planned.scenario())
        rows: dict[str, list[float]] = {name: [] for name in ("time", *NOTED)}
        outcome, reason = self._on_the_pump(simulator, rows)
        seconds = simulator.time
        if outcome == "off":
            outcome, reason = self._after(simulator, rows)
        without, ended = self._unsupported()
        return PciCourse(
            self.trial,
            self.patient.name,
            outcome,
            reason,
            seconds,
            self.planned,
            rows,
            without,
            [_plain(one) for one in self.controller.log.changes()],
            self.driver.boosted,
            ended,
        )

    def _on_the_pump(self, simulator: Simulator, rows: dict[str, list[float]]) -> tuple[str, str]:
        """Until the pump comes out, the patient dies or the label's time ends."""
        speed = self.pump.speed(self.controller.level)
        simulator.reset(speed=speed)
        self.driver.reset(speed=speed)
        sensors, look, dying = Sensors(self.trial.tier, seed=self.trial.seed), 0.0, 0
        wanted = speed
        while simulator.time < self.label_hours * SECONDS_PER_HOUR - 1e-6:
            now, truth = simulator.time, simulator.metrics()
            _note(rows, now, truth)
            looked = now >= look - 1e-6
            if looked or self.fast is not None:
                measured = sensors.measure(now, truth)
            if looked:
                decision = self.controller.decide(
                    measured,
                    now,
                    balloon=self.planned.inflated(now),
                    opened=now >= self.planned.opened,
                )
                if decision.action == "explant":
                    return "off", ""
                look = now + decision.wait * SECONDS_PER_HOUR
            if looked or self.fast is not None:
                wanted = self._wanted(measured)
            death = self.therapy.death
            dying = dying + 1 if death.threatens(truth) else 0
            if dying >= deadly_steps(death, PERIOD):
                return "died", death_text(death)
            try:
                simulator.advance(self.driver.apply(wanted, now), PERIOD)
            except PhysicsError as error:
                return "died", str(error)
            if self.progress is not None:
                # Weaning takes about as long as the steps' shortest times.
                self.progress(min(now / (self.planned.opened + 2000.0), 1.0))
        return "label", f"{self.label_hours:g} h, the duration of the label"

    def _wanted(self, measured: Any) -> float:
        """Speed of the level, or what the faster controller asks for within the band, rpm."""
        if self.fast is None:
            return self.pump.speed(self.controller.level)
        low, high = (self.pump.speed(level) for level in self.controller.band)
        wanted = self.fast.act(measured).speed
        return min(max(wanted, low), high) if math.isfinite(wanted) else math.nan

    def _after(self, simulator: Simulator, rows: dict[str, list[float]]) -> tuple[str, str]:
        """The patient without the pump, from the onset of the next beat on."""
        phase = simulator.state[PHASE]
        rate = simulator.metrics()["heart_rate"] / SECONDS_PER_MINUTE
        rest = (math.floor(phase) + 1.0 - phase) / rate
        simulator.advance(self.pump.speed(self.controller.level), max(rest, 1e-3))
        state, begin = simulator.state, simulator.time
        for name, value in _NO_PUMP.items():
            state[STATES.index[name]] = value
        bare = Simulator(Plant(self.patient))
        bare.reset(state)
        worst, lowest = math.inf, self.limits["map_low"]
        try:
            for second in range(int(self.limits["minutes"] * SECONDS_PER_MINUTE)):
                bare.advance(0.0, PERIOD)
                truth = bare.metrics()
                _note(rows, begin + bare.time, truth)
                if second >= self.limits["grace"]:
                    worst = min(worst, truth["map"])
        except PhysicsError as error:
            return "died", str(error)
        said = f"lowest mean arterial pressure {worst:.1f} mmHg without the pump"
        well = worst >= lowest
        return ("well", said) if well else ("failed", f"{said}, below {lowest:g}")

    def _unsupported(self) -> tuple[dict[str, list[float]], str]:
        """The same patient and inflations without a pump."""
        rows: dict[str, list[float]] = {name: [] for name in ("time", *NOTED)}
        simulator, death = Simulator(Plant(self.patient), self.planned.scenario()), 0
        simulator.reset()
        limit = self.therapy.death
        while simulator.time < self.planned.opened + _AFTER:
            truth = simulator.metrics()
            _note(rows, simulator.time, truth)
            death = death + 1 if limit.threatens(truth) else 0
            if death >= deadly_steps(limit, PERIOD):
                return rows, death_text(limit)
            try:
                simulator.advance(0.0, PERIOD)
            except PhysicsError as error:
                return rows, str(error)
        return rows, ""


def measures(rows: dict[str, list[float]], until: float, low: float) -> dict[str, float]:
    """Lowest and mean values up to a time, and the time below a pressure.

    Parameters
    ----------
    rows : dict of str to list of float
        Of a :class:`PciCourse`.
    until : float
        Time, s.
    low : float
        Mean arterial pressure, mmHg.

    Examples
    --------
    >>> from experiments.weaning.pci.course import measures
    >>> rows = {"time": [0.0, 1.0, 2.0], "map": [70.0, 50.0, 80.0],
    ...         "cardiac_output": [4.0, 2.0, 4.5], "pump_flow": [2.0, 2.5, 2.1]}
    >>> measures(rows, until=1.5, low=60.0)["seconds_map_low"]
    1.0
    """
    taken = np.array(rows["time"]) <= until
    pressure, output, flow = (
        np.array(rows[name])[taken] for name in ("map", "cardiac_output", "pump_flow")
    )
    return {
        "min_map": float(pressure.min()),
        "seconds_map_low": PERIOD * float((pressure < low).sum()),
        "min_cardiac_output": float(output.min()),
        "mean_cardiac_output": float(output.mean()),
        "mean_pump_flow": float(flow.mean()),
    }


def to_plain(course: PciCourse) -> dict[str, Any]:
    """The course as data that JSON can hold."""
    return dataclasses.asdict(course)


def _note(rows: dict[str, list[float]], now: float, truth: dict[str, float]) -> None:
    rows["time"].append(now)
    for name in NOTED:
        rows[name].append(truth[name])


def _plain(decision: Any) -> dict[str, Any]:
    against = sorted(decision.reasons, key=lambda one: one.met)
    return {
        "seconds": decision.hours * SECONDS_PER_HOUR,
        "level": decision.level,
        "phase": decision.phase,
        "action": decision.action,
        "reasons": [str(one) for one in against],
    }
