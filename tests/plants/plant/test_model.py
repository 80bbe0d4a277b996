"""The plant's functions: what they take, what they give, and that they agree with each other."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest

from plants import (
    DEVICE_PARAMETERS,
    DISTURBANCES,
    METRICS,
    PATIENT_PARAMETERS,
    STATES,
    WAVEFORMS,
    Plant,
    plant_model,
    steady_state,
)
from plants.plant import ACCUMULATOR, EXTREMES, INTEGRALS, N_VOLUMES, PHASE, VALUES

MODEL = plant_model()
N, N_ACC = len(STATES), len(ACCUMULATOR)


@pytest.fixture(scope="module", params=[("healthy", None, 0), ("shock-d", "CP", 37_000)])
def case(request):
    """A state in the middle of a beat and the values held there."""
    patient, device, speed = request.param
    plant = Plant(patient, device)
    state = steady_state(plant, speed).state
    return state, plant.values(speed, None, 0.002)


def test_the_state_and_the_values_hold_what_they_should():
    assert len(STATES) == N_VOLUMES + 12
    pump = len(DEVICE_PARAMETERS) + 1
    assert len(VALUES) == 2 + len(DISTURBANCES) + len(PATIENT_PARAMETERS) + 2 * pump + 1
    names = [name.removeprefix("right_") for name in VALUES.names]
    assert names[-pump - 1 : -2] == list(DEVICE_PARAMETERS)
    assert VALUES.names[-1] == "step"
    assert VALUES.index["speed_command"] == 0


def test_the_sizes_fit_together():
    assert MODEL.derivative.size1_out(0) == N
    assert MODEL.derivative.size1_out(1) == len(WAVEFORMS)
    assert MODEL.derivative.size1_out(2) == len(INTEGRALS)
    assert MODEL.derivative.size1_out(3) == len(EXTREMES)
    assert MODEL.beat_step.size1_in(0) == N + N_ACC
    assert MODEL.run_step.size1_in(0) == N + 2 * N_ACC
    assert MODEL.metrics.size1_out(0) == len(METRICS)
    assert plant_model() is MODEL  # built once


def test_parameters_are_symbols_and_nothing_depends_on_how_they_came_about(case):
    state, values = case
    before = np.asarray(MODEL.derivative(state, values)[0]).ravel()
    values = values.copy()
    values[VALUES.index["r_systemic"]] *= 2
    after = np.asarray(MODEL.derivative(state, values)[0]).ravel()
    assert (
        before[STATES.index["systemic_vein_volume"]] != after[STATES.index["systemic_vein_volume"]]
    )


def test_the_observed_waveforms_are_those_of_the_derivative(case):
    state, values = case
    observed = np.asarray(MODEL.observe(state, values)).ravel()
    assert np.array_equal(observed, np.asarray(MODEL.derivative(state, values)[1]).ravel())


def test_the_step_is_the_classical_runge_kutta_method(case):
    state, values = case
    h = values[-1]

    def rate(x: np.ndarray) -> np.ndarray:
        return np.asarray(MODEL.derivative(x, values)[0]).ravel()

    k1 = rate(state)
    k2 = rate(state + h / 2 * k1)
    k3 = rate(state + h / 2 * k2)
    k4 = rate(state + h * k3)
    expected = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    acc = np.asarray(MODEL.begin(state, values)).ravel()
    after = np.asarray(MODEL.beat_step(np.concatenate([state, acc]), values)).ravel()
    assert after[:N] == pytest.approx(expected, rel=1e-13, abs=1e-12)
    # The step of a course does the same inside a beat.
    carry = np.concatenate([state, acc, acc])
    course = np.asarray(MODEL.run_step(carry, values)).ravel()
    assert course[: N + N_ACC] == pytest.approx(after, rel=1e-13, abs=1e-12)


def test_the_step_has_fourth_order(case):
    state, values = case
    state = state.copy()
    state[PHASE] = 0.1  # away from every valve's opening

    def after(h: float, steps: int) -> np.ndarray:
        held = values.copy()
        held[-1] = h
        acc = np.asarray(MODEL.begin(state, held)).ravel()
        carry = np.concatenate([state, acc])
        for _ in range(steps):
            carry = np.asarray(MODEL.beat_step(carry, held)).ravel()
        return carry[:N_VOLUMES]

    exact = after(1.25e-4, 32)
    coarse, fine = np.abs(after(1e-3, 4) - exact).max(), np.abs(after(5e-4, 8) - exact).max()
    assert coarse / fine > 10  # 16 for a smooth right-hand side


def test_phase_runs_with_the_heart_rate(case):
    state, values = case
    rate = np.asarray(MODEL.derivative(state, values)[0]).ravel()[PHASE]
    assert rate == pytest.approx(values[VALUES.index["heart_rate"]] / 60)
    faster = values.copy()
    faster[VALUES.index["disturbance_heart_rate"]] = 1.5
    assert np.asarray(MODEL.derivative(state, faster)[0]).ravel()[PHASE] == pytest.approx(
        1.5 * rate
    )


def test_a_beat_ends_in_the_middle_of_a_step(case):
    """What a step that crosses the onset of a beat gathers is shared out by the phase."""
    state, values = case
    state = state.copy()
    rate = values[VALUES.index["heart_rate"]] / 60
    state[PHASE] = 7.0 - 0.25 * rate * values[-1]  # a quarter of the step is left in the beat
    acc = np.asarray(MODEL.begin(state, values)).ravel()
    carry = np.concatenate([state, acc, np.zeros(N_ACC)])
    after = np.asarray(MODEL.run_step(carry, values)).ravel()
    new, ended = after[N : N + N_ACC], after[N + N_ACC :]
    duration = ACCUMULATOR.index["duration"]
    assert ended[duration] == pytest.approx(0.25 * values[-1], rel=1e-9)
    assert new[duration] == pytest.approx(0.75 * values[-1], rel=1e-9)
    flow = ACCUMULATOR.index["int_pump_flow"]
    step = np.asarray(MODEL.beat_step(carry[: N + N_ACC], values)).ravel()
    assert ended[flow] + new[flow] == pytest.approx(step[N + flow], rel=1e-12, abs=1e-15)


def test_everything_is_smooth_enough_to_differentiate(case):
    state, values = case
    x, v = ca.SX.sym("x", N), ca.SX.sym("v", len(VALUES))
    rates = MODEL.derivative(x, v)[0]
    jacobian = ca.Function("jacobian", [x, v], [ca.jacobian(rates, ca.vertcat(x, v))])
    assert np.all(np.isfinite(np.asarray(jacobian(state, values))))
    # Also where things are zero: standstill, no flow, onset of a beat.
    still = state.copy()
    for name in ("pump_flow", "pump_speed", "occlusion", "phase"):
        still[STATES.index[name]] = 0.0
    assert np.all(np.isfinite(np.asarray(jacobian(still, values))))


@pytest.mark.parametrize(("device", "differential"), [("CP", False), ("5.0", True)])
def test_the_placement_signal_is_what_the_device_measures(device, differential):
    plant = Plant("shock-d", device)
    state = steady_state(plant, 20_000).state
    seen = dict(
        zip(
            WAVEFORMS,
            np.asarray(MODEL.observe(state, plant.values(20_000, None, 0.002))).ravel(),
            strict=True,
        )
    )
    expected = seen["aortic_pressure"] - (seen["lv_pressure"] if differential else 0.0)
    assert seen["placement_signal"] == pytest.approx(expected)
