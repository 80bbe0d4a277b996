"""What the slow clock adds to a periodic beat: reflex and valve in equilibrium, and lactate."""

from __future__ import annotations

import pytest

from experiments.validation.slow import (
    functional_valve,
    reflex_effects,
    resting_lactate,
    with_functional_valve,
    with_reflex,
)
from plants import MultirateRun, Patient, Plant, SlowClock, SlowParameters, steady_state
from plants.slow.laws import mitral


def test_the_reflex_in_equilibrium_holds_the_pressure_that_it_answers():
    plant = Plant("shock-d", "CP")
    free = steady_state(plant, 44_000.0).metrics["map"]
    steady, held = with_reflex(plant, 44_000.0, {"wall_contact": 0.0}, 57.0)
    assert 57.0 < steady.metrics["map"] < free
    answered = reflex_effects(steady.metrics["map"], 57.0)
    assert {name: held[name] for name in answered} == pytest.approx(answered, abs=1e-3)
    again = steady_state(plant, 44_000.0, held)
    assert again.metrics["map"] == pytest.approx(steady.metrics["map"], abs=1e-6)


def test_the_reflex_is_neutral_at_its_operating_point():
    effects = reflex_effects(57.0, 57.0)
    assert effects.pop("venous_volume") == 0.0
    assert effects == pytest.approx(dict.fromkeys(effects, 1.0))
    metrics = steady_state(Plant("shock-d")).metrics
    _, held = with_reflex(Plant("shock-d"), 0.0, {}, metrics["map"])
    assert held == {}


def test_the_valve_leaks_without_a_pump_as_it_was_given():
    valve = functional_valve(Patient.load("hfref"), 1.0)
    metrics = steady_state(Plant("hfref"), 0.0, {"mitral_leak": 1.0}).metrics
    leak = float(mitral.leak_target(metrics["lvedv"], metrics["lvedp"], valve))
    assert leak == pytest.approx(1.0, rel=2e-3)


def test_the_leak_in_equilibrium_is_that_of_the_ventricle_and_of_the_slow_clock():
    plant = Plant("hfref", "5.5")
    speed = plant.level_speed("P-2")
    valve = functional_valve(plant.patient, 2.0)
    steady, held = with_functional_valve(plant, speed, {"systemic_resistance": 1.1}, valve)
    assert held["systemic_resistance"] == 1.1
    metrics = steady.metrics
    target = float(mitral.leak_target(metrics["lvedv"], metrics["lvedp"], valve))
    assert held["mitral_leak"] == pytest.approx(target, abs=2e-4)
    own = {name: value for name, value in vars(valve).items() if name.startswith("mitral")}
    run = MultirateRun(plant, SlowClock(plant.patient, SlowParameters.load().replace(**own)))
    run.hold(plant.level_speed("P-9"))
    run.advance(1.0, plant.level_speed("P-9"))
    assert run.metrics()["functional_leak"] < 0.01
    run.advance(1.0, speed, {"systemic_resistance": 1.1})
    assert run.metrics()["functional_leak"] == pytest.approx(held["mitral_leak"], rel=0.02)


def test_full_support_shuts_the_valve_and_a_low_level_opens_it():
    plant = Plant("hfref", "5.5")
    valve = functional_valve(plant.patient, 2.0)
    leaks = [
        with_functional_valve(plant, plant.level_speed(level), {}, valve)[1]["mitral_leak"]
        for level in ("P-9", "P-5", "P-2")
    ]
    assert leaks == sorted(leaks)
    assert leaks[0] < 0.01 < 0.1 < leaks[-1]


def test_lactate_grows_with_the_stage_of_shock():
    values = [
        resting_lactate(plant, steady_state(plant).metrics)
        for plant in map(Plant, ("healthy", "shock-c", "shock-d", "shock-e"))
    ]
    assert values == sorted(values)
    assert values[0] < 2.0
