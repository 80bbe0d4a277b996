"""The slow clock of one patient: neutral at the start, exact where it relaxes, loud in failure."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants import (
    DISTURBANCES,
    SLOW_INPUTS,
    SLOW_PARAMETERS,
    SLOW_SIGNALS,
    SLOW_STATES,
    InputError,
    Patient,
    PhysicsError,
    SlowClock,
    SlowParameters,
)
from plants.slow import PARAMETER_LAYOUT, STATE_LAYOUT, combined_disturbances, relaxation


@pytest.fixture
def clock() -> SlowClock:
    return SlowClock("shock-d")


def value(clock: SlowClock, name: str) -> float:
    return float(clock.state[STATE_LAYOUT.index[name]])


@pytest.mark.parametrize("name", Patient.names())
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"baroreflex_gain": 1.0, "recoverable": 2.0, "rv_recoverable": 1.0},
        {"inotrope_baseline": 8.0, "vasopressor_baseline": 0.3},
    ],
    ids=["defaults", "reflex-and-recovery", "on-drugs"],
)
def test_every_patient_starts_as_it_was_identified(name, values):
    clock = SlowClock(name, SlowParameters.load().replace(**values))
    effects = clock.effects()
    assert set(effects) == set(DISTURBANCES)
    for disturbance in DISTURBANCES.values():
        assert effects[disturbance.name] == pytest.approx(disturbance.neutral, abs=1e-12)
    assert np.all(np.isfinite(clock.state))
    assert clock.checked(clock.state) == pytest.approx(clock.state)


def test_the_reflex_is_neutral_at_the_patients_own_pressure_unless_told_otherwise():
    clock = SlowClock("shock-d")
    assert clock.parameters["baroreflex_operating_pressure"] == pytest.approx(
        clock.first_metrics["map"]
    )
    mine = SlowParameters.load().replace(baroreflex_operating_pressure=75.0)
    assert SlowClock("shock-d", mine).parameters["baroreflex_operating_pressure"] == 75.0
    # Said in so many words, the default is a choice too.
    same = SlowParameters.load()["baroreflex_operating_pressure"]
    told = SlowParameters.load().replace(baroreflex_operating_pressure=same)
    assert SlowClock("shock-d", told).parameters["baroreflex_operating_pressure"] == same


@pytest.mark.parametrize(
    ("given_inputs", "field"),
    [
        ({"dobutamine": 5.0}, "slow input"),
        ({"inotrope": -1.0}, "inotrope"),
        ({"inotrope": 1e3}, "inotrope"),
        ({"bleeding": math.nan}, "bleeding"),
        ({"bleeding": "much"}, "bleeding"),
        ({"distal_perfusion": 2.0}, "distal_perfusion"),
    ],
)
def test_what_cannot_be_given_is_refused(clock, given_inputs, field):
    before = clock.inputs
    with pytest.raises(InputError) as error:
        clock.give(**given_inputs)
    assert error.value.field == field
    assert clock.inputs == before


def test_inputs_last_until_they_are_changed_and_cannot_be_changed_from_outside(clock):
    clock.give(inotrope=5.0)
    clock.give(bleeding=100.0)
    assert clock.inputs["inotrope"] == 5.0
    assert clock.inputs["bleeding"] == 100.0
    clock.inputs["inotrope"] = 9.0
    assert clock.inputs["inotrope"] == 5.0
    assert clock.input_vector.tolist() == [clock.inputs[name] for name in SLOW_INPUTS]
    clock.parameter_vector[:] = 0.0
    assert clock.parameter_vector.any()


def test_the_parameters_come_in_the_order_of_the_functions(clock):
    values = dict(clock.parameters.values) | dict(clock.patient.values)
    assert clock.parameter_vector.tolist() == [values[name] for name in PARAMETER_LAYOUT.names]
    assert tuple(clock.parameters.values) == tuple(SLOW_PARAMETERS)


@functools.cache
def on_inotrope() -> SlowClock:
    return SlowClock("shock-d", SlowParameters.load().replace(inotrope_baseline=3.0))


@given(dose=st.floats(0.0, 20.0), minutes=st.lists(st.floats(1e-3, 600.0), min_size=1, max_size=5))
def test_a_state_that_relaxes_linearly_is_exact_in_steps_of_any_length(dose, minutes):
    clock = on_inotrope()
    clock.reset()
    clock.give(inotrope=dose)
    for each in minutes:
        clock.advance(clock.first_metrics, each / 60.0)
    left = math.exp(-sum(minutes) / clock.parameters["inotrope_time"])
    assert value(clock, "inotrope_effect") == pytest.approx(dose + (3.0 - dose) * left, abs=1e-9)
    assert clock.hours == pytest.approx(sum(minutes) / 60.0)


def test_the_quickest_state_meets_its_target_in_one_long_step():
    # A set point that moves on would take the targets along.
    reflex = {"baroreflex_gain": 1.0, "baroreflex_resetting_share": 0.0}
    clock = SlowClock("shock-d", SlowParameters.load().replace(**reflex))
    metrics = dict(clock.first_metrics) | {"map": clock.first_metrics["map"] - 15.0}
    for _ in range(4):  # Pressure, delay, effector: each a step behind the one before.
        clock.advance(metrics, 10.0)
    expected = clock.quasi_steady(clock.state, metrics)
    assert clock.state == pytest.approx(expected, abs=1e-9)
    assert clock.effects()["heart_rate"] > 1.02


def test_many_short_steps_agree_with_twice_as_many():
    def after(steps: int) -> np.ndarray:
        clock = SlowClock("shock-e", SlowParameters.load().replace(recoverable=1.0))
        for _ in range(steps):
            clock.advance(clock.first_metrics, 3.0 / steps)
        return clock.state

    coarse, fine, exact = after(50), after(100), after(1600)
    size = np.abs(exact) + 1e-3
    errors = [np.max(np.abs(run - exact) / size) for run in (coarse, fine)]
    assert errors[1] < 0.6 * errors[0] < 0.02


@pytest.mark.parametrize("hours", [0.0, -1.0, math.nan, math.inf])
def test_time_only_runs_forward(clock, hours):
    with pytest.raises(InputError, match="hours"):
        clock.advance(clock.first_metrics, hours)


def test_a_state_that_leaves_its_range_ends_the_run_with_its_name(clock):
    metrics = dict(clock.first_metrics) | {"hemolysis_rate": 1e4}
    clock.advance(metrics, 0.2)
    with pytest.raises(PhysicsError, match=r"shock-d at 0.20 h: pfhb is .*, outside 0 to 5000"):
        clock.advance(metrics, 2.0)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, 1.1, -0.1])
def test_a_wrong_state_is_refused(clock, wrong):
    state = clock.state.copy()
    state[STATE_LAYOUT.index["stunned"]] = wrong
    with pytest.raises(PhysicsError, match="stunned"):
        clock.checked(state)


def test_rounding_beyond_the_end_of_a_range_is_taken_back(clock):
    state = clock.state.copy()
    state[STATE_LAYOUT.index["stunned"]] = 1.0 + 1e-9
    state[STATE_LAYOUT.index["pfhb"]] = -1e-9
    checked = clock.checked(state)
    assert checked[STATE_LAYOUT.index["stunned"]] == 1.0
    assert checked[STATE_LAYOUT.index["pfhb"]] == 0.0


def test_effects_stay_within_what_the_plant_takes(clock):
    state = clock.state.copy()
    state[STATE_LAYOUT.index["functional_leak"]] = 1e3
    assert clock.effects(state)["mitral_leak"] == DISTURBANCES["mitral_leak"].high
    assert clock.effects()["mitral_leak"] == 0.0


def test_a_reset_forgets_everything_but_the_doses_of_the_identified_patient():
    clock = SlowClock("shock-d", SlowParameters.load().replace(inotrope_baseline=5.0))
    start = clock.state.copy()
    clock.give(inotrope=0.0, bleeding=500.0)
    clock.advance(clock.first_metrics, 5.0)
    assert not np.allclose(clock.state, start)
    clock.reset()
    assert clock.state.tolist() == start.tolist()
    assert clock.hours == 0.0
    assert clock.inputs["inotrope"] == 5.0
    assert clock.inputs["bleeding"] == 0.0


def test_signals_and_states_are_those_declared(clock):
    outputs = clock.outputs(clock.first_metrics)
    assert tuple(outputs) == SLOW_SIGNALS
    assert all(math.isfinite(value) for value in outputs.values())
    assert tuple(clock.states()) == tuple(SLOW_STATES)


def test_effects_multiply_or_add_and_stay_in_range():
    effects = {"systemic_resistance": 2.0, "mitral_leak": 1.0, "heart_rate": 1.2}
    outside = {"systemic_resistance": 1.5, "mitral_leak": 0.5, "wall_contact": 0.3}
    both = combined_disturbances(outside, effects)
    assert both == pytest.approx(
        {"systemic_resistance": 3.0, "mitral_leak": 1.5, "heart_rate": 1.2, "wall_contact": 0.3}
    )
    assert combined_disturbances(effects, outside) == pytest.approx(both)
    assert combined_disturbances(None, effects) == effects
    high = DISTURBANCES["systemic_resistance"].high
    assert (
        combined_disturbances({"systemic_resistance": high}, effects)["systemic_resistance"] == high
    )


@given(z=st.floats(0.0, 1e5))
def test_the_share_of_a_relaxing_step(z):
    share = float(relaxation(np.array([z]))[0])
    assert 0.0 < share <= 1.0
    if z > 1e-3:
        assert share == pytest.approx((1 - math.exp(-z)) / z, rel=1e-9)
    else:
        assert share == pytest.approx(1 - z / 2, abs=1e-6)
