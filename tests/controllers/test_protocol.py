"""What every controller keeps to."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys

import numpy as np
import pytest

from controllers import Briefing, Command, Controller, Outcome, controller_names, load_controller
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
    run_course,
)

PUMP = Pump.load("5.5")
START = PUMP.speed("P-5")
# The optimiser may run out of its time, so that its commands are not the same twice.
REPEATABLE = tuple(name for name in controller_names() if name != "nmpc")


def briefing(tier="icu"):
    return Briefing(Patient.load("shock-d"), PUMP, Therapy.default(), 1.0, tier, START)


def course(controller, duration=20.0, seed=0, **sensing):
    """The measurements of a closed loop on an individual, and the commands they led to."""
    seen, commands = [], []

    def act(measurement):
        seen.append(measurement)
        commands.append(controller.act(measurement))
        return commands[-1]

    plant = Plant(individual("shock-d", seed=seed), PUMP)
    run_course(
        Simulator(plant, Scenario.load("hemorrhage")),
        act,
        Sensors("icu", seed=seed, **sensing),
        duration=duration,
        start_speed=START,
        log_interval=None,
    )
    return seen, commands


@pytest.mark.parametrize("name", controller_names())
def test_commands_lie_within_the_pumps_range(name):
    controller = load_controller(name)
    controller.reset(briefing())
    _, commands = course(controller)
    assert all(isinstance(command, Command) for command in commands)
    speeds = np.array([command.speed for command in commands])
    assert np.all(np.isfinite(speeds))
    assert speeds.min() >= 0.0
    assert speeds.max() <= PUMP.max_rpm


@pytest.mark.parametrize("name", REPEATABLE)
def test_commands_follow_from_the_measurements_alone(name):
    controller = load_controller(name)
    controller.reset(briefing())
    seen, commands = course(controller, dropout=0.1)
    # Another instance that is shown the same without any plant does the same; so does a reset one.
    for again in (load_controller(name), controller):
        again.reset(briefing())
        copies = [Measurement(m.time, m.tier, dict(m)) for m in seen]
        assert [again.act(m) for m in copies] == commands


@pytest.mark.parametrize("name", controller_names())
def test_commands_stay_finite_without_any_measurement(name):
    controller = load_controller(name)
    controller.reset(briefing())
    names = Sensors("icu", seed=0).signals
    blind = dict.fromkeys(names, math.nan)
    commands = [controller.act(Measurement(float(t), "icu", blind)) for t in range(5)]
    assert all(math.isfinite(command.speed) for command in commands)
    if name != "fixed":
        assert commands[-1].speed == PUMP.speed(Therapy.default().fallback_level)
        assert commands[-1].status.outcome is Outcome.FALLBACK


def test_a_briefing_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        briefing().tier = "full"


def test_anything_with_the_parts_is_a_controller():
    class Half:
        name = "half"

        def reset(self, briefing): ...

        def act(self, measurement): ...

    assert isinstance(Half(), Controller)
    assert not isinstance(object(), Controller)


def test_every_outcome_is_advice_of_its_own():
    advice = [outcome.value for outcome in Outcome]
    assert len(set(advice)) == len(advice)
    assert all(len(text) > 20 for text in advice)


def test_slow_and_optional_packages_are_not_imported():
    code = (
        "import controllers, sys;"
        "print([m for m in ('control', 'torch', 'stable_baselines3', 'matplotlib', 'xarray')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
