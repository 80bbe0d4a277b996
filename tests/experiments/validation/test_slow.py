"""What the slow clock adds to a periodic beat: the reflex in equilibrium, and lactate."""

from __future__ import annotations

import pytest

from experiments.validation.slow import reflex_effects, resting_lactate, with_reflex
from plants import Plant, steady_state


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


def test_lactate_grows_with_the_stage_of_shock():
    values = [
        resting_lactate(plant, steady_state(plant).metrics)
        for plant in map(Plant, ("healthy", "shock-c", "shock-d", "shock-e"))
    ]
    assert values == sorted(values)
    assert values[0] < 2.0
