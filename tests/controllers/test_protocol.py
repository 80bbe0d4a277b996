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
    InputError,
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


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        (name, tier)
        for name in controller_names()
        for tier in ("console", "icu")
        if (name, tier) != ("pi:cardiac_output", "console")  # not measured there
    ],
)
def test_a_console_that_shows_no_flow_is_coped_with(name, tier):
    """Too deep from 20 s to 40 s: no flow is displayed, though all else is."""
    seen, commands = [], []
    controller = load_controller(name)
    controller.reset(briefing(tier))

    def act(measurement):
        seen.append(measurement)
        commands.append(controller.act(measurement))
        return commands[-1]

    run_course(
        Simulator(Plant("shock-d", PUMP), Scenario.load("too-deep")),
        act,
        Sensors(tier, seed=0),
        duration=48.0,
        start_speed=START,
        log_interval=None,
    )
    lacking = [m.time for m in seen if "displayed_flow" in m.missing]
    assert lacking == [float(t) for t in range(int(lacking[0]), 41)]
    assert 20 < lacking[0] <= 23
    speeds = np.array([command.speed for command in commands])
    assert np.all(np.isfinite(speeds))
    assert speeds.max() <= PUMP.max_rpm
    fell_back = [
        m.time
        for m, command in zip(seen, commands, strict=True)
        if command.status is not None and command.status.outcome is Outcome.FALLBACK
    ]
    if name == "pi:displayed_flow":
        # What it controls is gone: it goes where it is safe as soon as that has lasted 1 s.
        assert fell_back == [t for t in lacking if t > lacking[0]]
        safe = PUMP.speed(Therapy.default().fallback_level)
        assert all(speeds[int(t)] == safe for t in fell_back)
        assert speeds[-1] != safe
    else:
        assert fell_back == []


def bipella():
    right = Pump.load("RP")
    return Briefing(
        Patient.load("biventricular-shock"),
        Pump.load("CP"),
        Therapy.default(),
        1.0,
        "icu",
        37_000.0,
        right_pump=right,
        right_level="P-7",
    )


@pytest.mark.parametrize("name", controller_names())
def test_a_right_pump_beside_the_driven_one_is_known_of(name):
    told = bipella()
    assert told.plant.device == "CP+RP"
    assert told.plant.right_speed == Pump.load("RP").speed("P-7")
    controller = load_controller(name)
    controller.reset(told)
    plant = Plant(told.patient, "CP+RP", right_level="P-7")
    rollout = run_course(
        Simulator(plant),
        controller.act,
        Sensors("icu", seed=0),
        duration=15.0,
        start_speed=told.start_speed,
        log_interval=None,
    )
    speeds = rollout["speed_command"].values
    assert np.all(np.isfinite(speeds))
    assert np.all(rollout["right_pump_speed_mean"] == pytest.approx(plant.right_speed))
    if name != "fixed":
        assert np.any(speeds != told.start_speed)


@pytest.mark.parametrize("name", [name for name in controller_names() if name != "fixed"])
def test_a_right_pump_alone_is_not_driven(name):
    rp = Pump.load("RP")
    told = Briefing(Patient.load("rv-failure"), rp, Therapy.default(), 1.0, "icu", 26_000.0)
    with pytest.raises(InputError, match="left ventricle"):
        load_controller(name).reset(told)


def test_a_right_pump_alone_may_be_held():
    rp = Pump.load("RP")
    told = Briefing(Patient.load("rv-failure"), rp, Therapy.default(), 1.0, "icu", 26_000.0)
    for name, speed in (("fixed", 26_000.0), ("fixed:P-8", rp.speed("P-8"))):
        controller = load_controller(name)
        controller.reset(told)
        assert controller.act(Measurement(0.0, "icu", {})).speed == speed


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
