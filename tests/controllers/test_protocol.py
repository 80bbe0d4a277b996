"""What every controller keeps to."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys

import numpy as np
import pytest

from controllers import Command, Controller, Outcome, controller_names, load_controller
from controllers.literature import LITERATURE, BeatQuantities
from plants import InputError, Measurement, Pump

from .conftest import THERAPY, briefing, closed_loop, earlier, unmeasured

PUMP = Pump.load("5.5")
# The optimiser may run out of its time, so that its commands are not the same twice.
REPEATABLE = tuple(name for name in controller_names() if name != "nmpc")


@pytest.mark.parametrize("name", controller_names())
def test_commands_lie_within_the_pumps_range(name):
    controller = load_controller(name)
    commands = closed_loop(
        controller, briefing(), individual_seed=0, scenario="hemorrhage", duration=20.0
    ).commands
    assert all(isinstance(command, Command) for command in commands)
    speeds = np.array([command.speed for command in commands])
    assert np.all(np.isfinite(speeds))
    assert speeds.min() >= 0.0
    assert speeds.max() <= PUMP.max_rpm


@pytest.mark.parametrize("name", REPEATABLE)
def test_commands_follow_from_the_measurements_alone(name):
    controller = load_controller(name)
    _, seen, commands = closed_loop(
        controller, briefing(), individual_seed=0, scenario="hemorrhage", duration=20.0, dropout=0.1
    )
    # Another instance that is shown the same without any plant does the same; so does a reset one.
    for again in (load_controller(name), controller):
        again.reset(briefing())
        copies = [Measurement(m.time, m.tier, dict(m)) for m in seen]
        assert [again.act(m) for m in copies] == commands


@pytest.mark.parametrize("name", controller_names())
def test_commands_stay_finite_without_any_measurement(name):
    controller = load_controller(name)
    controller.reset(briefing())
    commands = [controller.act(unmeasured(float(t))) for t in range(5)]
    assert all(math.isfinite(command.speed) for command in commands)
    if name != "fixed":
        assert commands[-1].speed == PUMP.speed(THERAPY.fallback_level)
        assert commands[-1].status.outcome is Outcome.FALLBACK


def needs_displayed_flow(name, tier):
    kind = name.partition(":")[0]
    if kind in LITERATURE:
        known, controller = briefing(tier), load_controller(name)
        return "displayed_flow" in BeatQuantities(known).sources(*controller.needs(known))
    return name == "pi:displayed_flow"


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
    """Too deep from 5 s to 25 s: no flow is displayed, though all else is."""
    _, seen, commands = closed_loop(
        load_controller(name), briefing(tier), scenario=earlier("too-deep", 15.0), duration=40.0
    )
    lacking = [m.time for m in seen if "displayed_flow" in m.missing]
    assert lacking == [float(t) for t in range(int(lacking[0]), 26)]
    assert 5 < lacking[0] <= 8
    speeds = np.array([command.speed for command in commands])
    assert np.all(np.isfinite(speeds))
    assert speeds.max() <= PUMP.max_rpm
    fell_back = [
        m.time
        for m, command in zip(seen, commands, strict=True)
        if command.status is not None and command.status.outcome is Outcome.FALLBACK
    ]
    if needs_displayed_flow(name, tier):
        # What it controls is gone: it goes where it is safe as soon as that has lasted 1 s.
        assert fell_back == [t for t in lacking if t > lacking[0]]
        safe = PUMP.speed(THERAPY.fallback_level)
        assert all(speeds[int(t)] == safe for t in fell_back)
        assert speeds[-1] != safe
    else:
        assert fell_back == []


def bipella():
    right = {"right_pump": Pump.load("RP"), "right_level": "P-7"}
    return briefing(patient="biventricular-shock", pump="CP", start=37_000.0, **right)


def right_pump_alone():
    return briefing(patient="rv-failure", pump="RP", start=26_000.0)


@pytest.mark.parametrize("name", controller_names())
def test_a_right_pump_beside_the_driven_one_is_known_of(name):
    told = bipella()
    assert told.plant.device == "CP+RP"
    assert told.plant.right_speed == Pump.load("RP").speed("P-7")
    rollout = closed_loop(load_controller(name), told, duration=15.0).rollout
    speeds = rollout["speed_command"].values
    assert np.all(np.isfinite(speeds))
    assert np.all(rollout["right_pump_speed_mean"] == pytest.approx(told.plant.right_speed))
    if name != "fixed":
        assert np.any(speeds != told.start_speed)


@pytest.mark.parametrize("name", [name for name in controller_names() if name != "fixed"])
def test_a_right_pump_alone_is_not_driven(name):
    with pytest.raises(InputError, match="left ventricle"):
        load_controller(name).reset(right_pump_alone())


def test_a_right_pump_alone_may_be_held():
    for name, speed in (("fixed", 26_000.0), ("fixed:P-8", Pump.load("RP").speed("P-8"))):
        controller = load_controller(name)
        controller.reset(right_pump_alone())
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
