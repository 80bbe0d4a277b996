"""A high-risk coronary intervention under support: the plant beat by beat, from pump on to off."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from controllers import Briefing, Decision, PciController, load_controller
from experiments.statistics import fields_of
from experiments.trials import GuardedController
from experiments.weaning.course import plain_reasons
from experiments.weaning.pci.outcome import RECORDED_SIGNALS, PciCourse
from experiments.weaning.pci.trial import PERIOD, PciTrial
from plants import (
    STATES,
    DeviceDriver,
    Intervention,
    Patient,
    PhysicsError,
    Plant,
    Pump,
    Sensors,
    Simulator,
    Therapy,
    individual,
)
from plants.plant import PHASE, LifeWatch, beyond_life_text
from plants.quantities import SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from plants.scenarios import intervention_numbers
from plants.simulation import DIED, DeathWatch, death_text, failure_outcome, period_lengths

# How long the unsupported patient is followed after the artery was told open, s.
_AFTER = 300.0
_NO_PUMP = {"pump_flow": 0.0, "pump_speed": 0.0, "occlusion": 0.0}


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
    >>> planned = Intervention((Inflation(60.0, 60.0, 0.5),), opened=180.0, recovery=30.0)
    >>> quick = {"step_interval": 0.5, "shortest_trial": 0.5, "stable_time": 0.2}  # minutes
    >>> course = run_pci(PciTrial("hfref", "CP", spread=0.0), intervention=planned, numbers=quick)
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
        self.life, self.unsupported_life = LifeWatch(), LifeWatch()
        self.limits = intervention_numbers()["follow_up"]

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
        rows: dict[str, list[float]] = {name: [] for name in ("time", *RECORDED_SIGNALS)}
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
            [_plain(decision) for decision in self.controller.log.changes()],
            self.driver.boosted,
            ended,
            beyond_life_text(self.life.beyond),
            beyond_life_text(self.unsupported_life.beyond),
        )

    def _on_the_pump(self, simulator: Simulator, rows: dict[str, list[float]]) -> tuple[str, str]:
        """Until the pump comes out, the patient dies or the label's time ends."""
        speed = self.pump.speed(self.controller.level)
        simulator.reset(speed=speed)
        self.driver.reset(speed=speed)
        sensors, next_assessment = Sensors(self.trial.tier, seed=self.trial.seed), 0.0
        wanted, watch = speed, DeathWatch(self.therapy.death)
        for length in period_lengths(self.label_hours * SECONDS_PER_HOUR, PERIOD):
            now, truth = simulator.time, simulator.metrics()
            _note(rows, now, truth, self.life)
            due = now >= next_assessment - 1e-6
            if due or self.fast is not None:
                measured = sensors.measure(now, truth)
            if due:
                decision = self.controller.decide(
                    measured,
                    now,
                    balloon=self.planned.inflated(now),
                    opened=now >= self.planned.opened,
                )
                if decision.action == "explant":
                    return "off", ""
                next_assessment = now + decision.hours_to_next_assessment * SECONDS_PER_HOUR
            if due or self.fast is not None:
                wanted = self._wanted(measured)
            if watch.died(truth, length):
                return DIED, death_text(watch.death)
            try:
                simulator.advance(self.driver.apply(wanted, now), length)
            except PhysicsError as error:
                return failure_outcome(error)
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
            for length in period_lengths(self.limits["minutes"] * SECONDS_PER_MINUTE, PERIOD):
                counts = bare.time >= self.limits["grace"] - 1e-6
                bare.advance(0.0, length)
                truth = bare.metrics()
                _note(rows, begin + bare.time, truth, self.life)
                if counts:
                    worst = min(worst, truth["map"])
        except PhysicsError as error:
            return failure_outcome(error)
        text = f"lowest mean arterial pressure {worst:.1f} mmHg without the pump"
        well = worst >= lowest
        return ("well", text) if well else ("failed", f"{text}, below {lowest:g}")

    def _unsupported(self) -> tuple[dict[str, list[float]], str]:
        """The same patient and inflations without a pump."""
        rows: dict[str, list[float]] = {name: [] for name in ("time", *RECORDED_SIGNALS)}
        simulator = Simulator(Plant(self.patient), self.planned.scenario())
        simulator.reset()
        watch = DeathWatch(self.therapy.death)
        for length in period_lengths(self.planned.opened + _AFTER, PERIOD):
            truth = simulator.metrics()
            _note(rows, simulator.time, truth, self.unsupported_life)
            if watch.died(truth, length):
                return rows, death_text(watch.death)
            try:
                simulator.advance(0.0, length)
            except PhysicsError as error:
                return rows, str(error)
        return rows, ""


def _note(
    rows: dict[str, list[float]], now: float, truth: dict[str, float], life: LifeWatch
) -> None:
    life.look(truth)
    rows["time"].append(now)
    for name in RECORDED_SIGNALS:
        rows[name].append(truth[name])


def _plain(decision: Decision) -> dict[str, Any]:
    return {
        "seconds": decision.hours * SECONDS_PER_HOUR,
        **fields_of(decision, "level", "phase", "action"),
        **plain_reasons(decision),
    }
