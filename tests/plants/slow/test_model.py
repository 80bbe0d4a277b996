"""The topics of the slow clock, joined: no name twice, nothing missing, effects that combine."""

from __future__ import annotations

import math
from collections import Counter

import casadi as ca
import numpy as np
import pytest

from plants import (
    DISTURBANCES,
    METRICS,
    PATIENT_PARAMETERS,
    SIGNALS,
    SLOW_INPUTS,
    SLOW_PARAMETERS,
    SLOW_SIGNALS,
    SLOW_STATES,
    Patient,
    SlowClock,
    SlowParameters,
)
from plants.quantities import field_names
from plants.slow import FAST_RELAXING_STATES, PARAMETER_LAYOUT, STATE_LAYOUT
from plants.slow.clock import metric_vector
from plants.slow.laws import TOPICS
from plants.slow.model import INPUT_LAYOUT, slow_model


def symbols() -> list[object]:
    layouts = (STATE_LAYOUT, METRICS, INPUT_LAYOUT, PARAMETER_LAYOUT)
    return [layout.select({name: ca.SX.sym(name) for name in layout.names}) for layout in layouts]


@pytest.fixture(scope="module")
def moved() -> SlowClock:
    """A clock away from its start, with everything at work."""
    values = {
        "baroreflex_gain": 0.7,
        "recoverable": 1.0,
        "mitral_tethering": 0.03,
        "volume_regulation": 1.0,
    }
    clock = SlowClock("shock-e", SlowParameters.load().replace(**values))
    clock.give(inotrope=4.0, vasopressor=0.2, bleeding=100.0)
    metrics = dict(clock.first_metrics) | {"hemolysis_rate": 5.0, "map": 45.0}
    for _ in range(20):
        clock.advance(metrics, 0.1)
    return clock


@pytest.mark.parametrize("kind", ["States", "Inputs", "Parameters"])
def test_no_name_is_declared_twice(kind):
    counts = Counter(
        name
        for topic in TOPICS.values()
        for name in (field_names(getattr(topic, kind)) if hasattr(topic, kind) else ())
    )
    assert max(counts.values()) == 1, counts.most_common(2)


def test_names_are_unique_over_states_inputs_and_parameters():
    spaces = {
        "state": set(SLOW_STATES),
        "input": set(SLOW_INPUTS),
        "parameter": set(SLOW_PARAMETERS),
        "patient": set(PATIENT_PARAMETERS),
    }
    for kind, mine in spaces.items():
        for other, theirs in spaces.items():
            if kind < other:
                assert not mine & theirs, (kind, other)


def test_every_topic_is_complete():
    s, m, u, p = symbols()
    clock = SlowClock("shock-d")
    values = PARAMETER_LAYOUT.select(dict(clock.parameters.values) | dict(clock.patient.values))
    metrics = METRICS.select(clock.first_metrics)
    for name, topic in TOPICS.items():
        states = set(field_names(topic.States))
        assert set(topic.rates(s, m, u, p)) == states, name
        assert set(topic.start(values, metrics)) == states, name
        for state in states:
            assert SLOW_STATES[state].low < SLOW_STATES[state].high, state
            assert SLOW_STATES[state].meaning, state


def test_every_signal_comes_from_one_topic():
    s, m, u, p = symbols()
    signals = Counter(name for topic in TOPICS.values() for name in topic.outputs(s, m, u, p))
    assert set(signals) == set(SLOW_SIGNALS)
    assert max(signals.values()) == 1


def test_every_effect_is_a_disturbance():
    s, _, u, p = symbols()
    acting = {name for topic in TOPICS.values() for name in topic.effects(s, u, p)}
    assert acting <= set(DISTURBANCES)
    assert {"lv_contractility", "mitral_leak", "infusion", "systemic_resistance"} <= acting


def test_no_metric_of_a_beat_enters_an_effect():
    # Else the beat would act on itself within the beat.
    sizes = [slow_model().effects.size1_in(i) for i in range(slow_model().effects.n_in())]
    parameters = len(SLOW_PARAMETERS) + len(PATIENT_PARAMETERS)
    assert sizes == [len(SLOW_STATES), len(SLOW_INPUTS), parameters]


def test_topics_that_act_on_one_thing_combine(moved):
    p = PARAMETER_LAYOUT.select(dict(moved.parameters.values) | dict(moved.patient.values))
    s, u = STATE_LAYOUT.select(moved.states()), INPUT_LAYOUT.select(moved.inputs)
    expected = {name: disturbance.neutral for name, disturbance in DISTURBANCES.items()}
    for topic in TOPICS.values():
        for name, value in topic.effects(s, u, p).items():
            if DISTURBANCES[name].combine == "multiply":
                expected[name] *= float(value)
            else:
                expected[name] += float(value)
    assert moved.effects() == pytest.approx(expected)
    assert expected["lv_contractility"] != 1.0
    assert expected["venous_volume"] != 0.0


def test_the_decay_is_how_each_state_relaxes_by_itself(moved):
    metrics = moved.first_metrics
    rates, decay = moved.rates(moved.state, metrics)
    for i, state in enumerate(SLOW_STATES.values()):
        nudge = 1e-7 * (state.high - state.low)
        up, down = moved.state.copy(), moved.state.copy()
        up[i] += nudge
        down[i] -= nudge
        slope = (moved.rates(up, metrics)[0][i] - moved.rates(down, metrics)[0][i]) / (2 * nudge)
        assert -slope == pytest.approx(decay[i], rel=1e-4, abs=1e-6 + 1e-6 * abs(rates[i]) / nudge)


def test_quick_states_relax_at_a_rate_of_their_own(moved):
    # An exponential step is exact for them only if nothing changes the rate.
    other = moved.state * 0.9 + 0.01
    first = moved.rates(moved.state, moved.first_metrics)[1]
    second = moved.rates(other, moved.first_metrics)[1]
    for name in FAST_RELAXING_STATES:
        i = STATE_LAYOUT.index[name]
        assert first[i] == second[i] > 10.0  # 1/h


def test_equilibrium_is_where_the_quick_states_stand_still(moved):
    metrics = dict(moved.first_metrics) | {"map": 52.0}
    rates, decay = moved.rates(moved.quasi_steady(moved.state, metrics), metrics)
    for name in FAST_RELAXING_STATES:
        i = STATE_LAYOUT.index[name]
        assert rates[i] / decay[i] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", Patient.names())
def test_rates_and_signals_are_finite_for_every_patient(name):
    clock = SlowClock(name)
    rates, decay = clock.rates(clock.state, clock.first_metrics)
    assert np.all(np.isfinite(rates))
    assert np.all(np.isfinite(decay))
    for signal, value in clock.outputs(clock.first_metrics).items():
        assert math.isfinite(value)
        assert SIGNALS[signal].low <= value <= SIGNALS[signal].high


def test_no_state_falls_below_the_low_end_of_its_range():
    clock = SlowClock("shock-e", SlowParameters.load().replace(recoverable=1.0))
    bounded = (
        "stunned",
        "infarcted",
        "renal_injury",
        "hepatic_injury",
        "access_wound",
        "vwf_loss",
        "recovery_onset_1",
        "recovery_onset_3",
        "lactate",
        "pfhb",
        "haptoglobin",
        "limb_ischemia",
        "inotrope_effect",
        "functional_leak",
    )
    rng = np.random.default_rng(3)
    metrics = dict(clock.first_metrics)
    for _ in range(50):
        state = clock.state.copy()
        for name in bounded:
            declared = SLOW_STATES[name]
            state[STATE_LAYOUT.index[name]] = rng.uniform(declared.low, min(declared.high, 1.0))
        # Stunned and infarcted are shares of one whole.
        state[STATE_LAYOUT.index["infarcted"]] *= 1 - state[STATE_LAYOUT.index["stunned"]]
        hard = metrics | {"map": rng.uniform(10, 120), "hemolysis_rate": rng.uniform(0, 50)}
        for name in bounded:
            i = STATE_LAYOUT.index[name]
            at_low = state.copy()
            at_low[i] = SLOW_STATES[name].low
            assert clock.rates(at_low, hard)[0][i] >= -1e-12, name


def test_the_functions_take_their_vectors_in_the_declared_order(moved):
    model = slow_model()
    sizes = [model.rates.size1_in(i) for i in range(4)]
    expected = [len(SLOW_STATES), len(METRICS), len(INPUT_LAYOUT)]
    assert sizes == [*expected, len(SLOW_PARAMETERS) + len(PATIENT_PARAMETERS)]
    # Only the dose makes the inotrope's effect site move.
    vector = metric_vector(moved.first_metrics)
    more = moved.input_vector
    more[INPUT_LAYOUT.index["inotrope"]] += 1.0
    change = model.rates(moved.state, vector, more, moved.parameter_vector) - model.rates(
        moved.state, vector, moved.input_vector, moved.parameter_vector
    )
    moving = np.flatnonzero(np.asarray(change).ravel())
    assert moving.tolist() == [STATE_LAYOUT.index["inotrope_effect"]]
