"""What the tests of the controllers share: briefings, measurements and closed loops."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import xarray

from controllers import Briefing, Command, Controller
from plants import (
    Measurement,
    Patient,
    Plant,
    Pump,
    Scenario,
    Sensors,
    Simulator,
    Therapy,
    individual,
    individual_therapy,
    run_course,
)

THERAPY = individual_therapy(Therapy.default(), Patient.load("shock-d"))


def briefing(
    tier="icu", *, patient="shock-d", pump="5.5", level="P-5", start=None, period=1.0, **changes
):
    """A briefing; the pump runs at a level, or at `start` (rpm)."""
    pump = Pump.load(pump) if isinstance(pump, str) else pump
    known: dict[str, Any] = {
        "patient": Patient.load(patient),
        "pump": pump,
        "therapy": THERAPY,
        "period": period,
        "tier": tier,
        "start_speed": pump.speed(level) if start is None else start,
    }
    return Briefing(**(known | changes))


def steady_truth(known):
    """True metrics of the believed patient, settled at the start speed."""
    simulator = Simulator(known.plant)
    simulator.reset(speed=known.start_speed)
    return simulator.metrics()


def unmeasured(time, tier="icu", **measured):
    """A measurement in which nothing has a value but what is given."""
    nothing = dict.fromkeys(Sensors(tier, seed=0).signals, math.nan)
    return Measurement(time, tier, nothing | measured)


def earlier(name: str, seconds: float) -> Scenario:
    """A scenario that begins so much earlier."""
    events = tuple(e.changed(onset=e.onset - seconds) for e in Scenario.load(name).events)
    return Scenario(name, "", events)


class Course(NamedTuple):
    """A closed loop: the rollout, and what the controller saw and commanded period by period."""

    rollout: xarray.Dataset
    measurements: list[Measurement]
    commands: list[Command]

    @property
    def statuses(self):
        return [command.status for command in self.commands]


def closed_loop(
    controller: Controller,
    known: Briefing,
    *,
    individual_seed: int | None = None,
    scenario: str | Scenario = "none",
    seed: int = 0,
    duration: float = 60.0,
    dropout: float = 0.0,
) -> Course:
    """A controller on the believed patient, or on an individual around that patient.

    Parameters
    ----------
    individual_seed : int, optional
        Seed of the individual; without it the patient is as believed.
    seed : int
        Seed of the sensors.
    """
    plant = known.plant
    if individual_seed is not None:
        plant = Plant(individual(known.patient, seed=individual_seed), known.pump)
    measurements, commands = [], []

    def act(measurement):
        measurements.append(measurement)
        commands.append(controller.act(measurement))
        return commands[-1]

    controller.reset(known)
    rollout = run_course(
        Simulator(plant, Scenario.load(scenario) if isinstance(scenario, str) else scenario),
        act,
        Sensors(known.tier, seed=seed, dropout=dropout),
        duration=duration,
        period=known.period,
        start_speed=known.start_speed,
        log_interval=None,
    )
    return Course(rollout, measurements, commands)
