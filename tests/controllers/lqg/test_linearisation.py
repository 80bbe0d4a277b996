"""The linearised beat against the beat itself, and as a system of python-control."""

from __future__ import annotations

import numpy as np
import pytest

from controllers import linearise
from controllers.lqg.linearisation import LINEAR_STATES
from plants import (
    DISTURBANCES,
    METRICS,
    STATES,
    BeatMap,
    InputError,
    PhysicsError,
    Plant,
    steady_state,
)
from plants.plant import N_VOLUMES

SPEED = 27_000.0
# What is differentiable but has a corner nearby, or is not smooth in time, is left out of checks
# against finite steps: extremes jump from one step of the beat to the next.
SHOWN = ("map", "pcwp", "cvp", "mpap", "cardiac_output", "lvedp", "pump_flow", "motor_current")
VEINS = STATES.index["systemic_vein_volume"]
N = len(LINEAR_STATES)


@pytest.fixture(scope="module")
def plant():
    return Plant("shock-d", "5.5")


@pytest.fixture(scope="module")
def beat(plant):
    return linearise(plant, SPEED, disturbances=DISTURBANCES, outputs=SHOWN)


@pytest.fixture(scope="module")
def beats(plant):
    return BeatMap(plant)


def plant_state(beat, deviation):
    """The plant's state at a deviation of the linear one: the veins hold the rest of the blood."""
    state = beat.steady.state.copy()
    for name, amount in zip(LINEAR_STATES[:-1], deviation[:-1], strict=True):
        state[STATES.index[name]] += amount
    total = beat.steady.state[:N_VOLUMES].sum() + deviation[-1]
    state[VEINS] += total - state[:N_VOLUMES].sum()
    return state


def linear_state(beat, state):
    """The deviation of the linear state at a state of the plant."""
    change = state - beat.steady.state
    kept = [change[STATES.index[name]] for name in LINEAR_STATES[:-1]]
    return np.array([*kept, change[:N_VOLUMES].sum()])


def shown(beat, metrics):
    return np.array([metrics[METRICS.index[name]] for name in beat.outputs])


def stepped(beats, beat, deviation, krpm=0.0, disturbances=None):
    """One beat of the plant itself: the next linear state and the outputs."""
    values = beats.values(beat.speed + 1e3 * krpm, disturbances)
    after = beats.beat(plant_state(beat, deviation), values)
    return linear_state(beat, after.state), shown(beat, after.metrics)


def central(low, high, step):
    """Slopes by central differences of pairs (next state, outputs)."""
    return tuple((b - a) / (2 * step) for a, b in zip(low, high, strict=True))


def test_names_and_shapes(beat):
    n, m, k = len(STATES) - 1, len(DISTURBANCES), len(SHOWN)
    assert beat.states == LINEAR_STATES
    assert len(LINEAR_STATES) == n
    assert "systemic_vein_volume" not in LINEAR_STATES
    assert "phase" not in LINEAR_STATES
    shapes = [x.shape for x in (beat.a, beat.b, beat.e, beat.c, beat.d, beat.f)]
    assert shapes == [(n, n), (n, 1), (n, m), (k, n), (k, 1), (k, m)]
    assert beat.period == pytest.approx(60 / 105)
    assert beat.metrics.tolist() == [beat.steady.metrics[name] for name in SHOWN]


def test_state_matrices_are_finite_differences(beat, beats):
    for column, name in enumerate(LINEAR_STATES):
        step = 1e-5 if name == "occlusion" else 1e-3
        low, high = (stepped(beats, beat, s * step * np.eye(N)[column]) for s in (-1, 1))
        a, c = central(low, high, step)
        np.testing.assert_allclose(beat.a[:, column], a, rtol=1e-3, atol=1e-5, err_msg=name)
        np.testing.assert_allclose(beat.c[:, column], c, rtol=1e-3, atol=1e-5, err_msg=name)


def test_speed_columns_are_finite_differences(beat, beats):
    low, high = (stepped(beats, beat, np.zeros(N), s * 1e-3) for s in (-1, 1))
    b, d = central(low, high, 1e-3)
    np.testing.assert_allclose(beat.b[:, 0], b, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(beat.d[:, 0], d, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", list(DISTURBANCES))
def test_disturbance_columns_are_finite_differences(beat, beats, name):
    disturbance = DISTURBANCES[name]
    column, step = beat.disturbances.index(name), 2e-5

    def moved(share):
        shifted = {name: disturbance.neutral + share * step}
        return stepped(beats, beat, np.zeros(N), disturbances=shifted)

    if (
        disturbance.low == disturbance.neutral
    ):  # Nothing lies below: the one-sided difference of second order.
        (x0, y0), (x1, y1), (x2, y2) = moved(0), moved(1), moved(2)
        e, f = ((4 * m - h - 3 * z) / (2 * step) for z, m, h in ((x0, x1, x2), (y0, y1, y2)))
    else:
        e, f = central(moved(-1), moved(1), step)
    np.testing.assert_allclose(beat.e[:, column], e, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(beat.f[:, column], f, rtol=1e-3, atol=1e-5)


def test_blood_is_neither_made_nor_lost(beat):
    keeps = np.zeros(N)
    keeps[-1] = 1.0
    np.testing.assert_allclose(beat.a[-1], keeps, atol=1e-10)
    assert abs(beat.b[-1, 0]) < 1e-10
    infused = np.where(np.array(beat.disturbances) == "infusion", beat.period, 0.0)
    np.testing.assert_allclose(beat.e[-1], infused, atol=1e-10)
    # At a constant blood volume the beat is stable; the coronary bed takes its minute.
    assert np.abs(np.linalg.eigvals(beat.a[:-1, :-1])).max() < 0.99


def test_small_steps_of_the_plant_are_followed_over_many_beats(beat, beats, plant):
    krpm, resistance = 0.1, 0.01
    w = np.where(np.array(beat.disturbances) == "systemic_resistance", resistance, 0.0)
    values = beats.values(SPEED + 1e3 * krpm, {"systemic_resistance": 1 + resistance})
    state, x = beat.steady.state, np.zeros(N)
    for _ in range(25):
        after = beats.beat(state, values)
        y = beat.c @ x + beat.d[:, 0] * krpm + beat.f @ w
        moved = shown(beat, after.metrics) - beat.metrics
        # The plant's curvature is left: a share of the change of the slowest to settle.
        np.testing.assert_allclose(y, moved, rtol=0.05, atol=0.01)
        state, x = after.state, beat.a @ x + beat.b[:, 0] * krpm + beat.e @ w
    settled = steady_state(plant, SPEED + 1e3 * krpm, {"systemic_resistance": 1 + resistance})
    gain = settled.metrics["map"] - beat.steady.metrics["map"]
    assert y[SHOWN.index("map")] == pytest.approx(gain, rel=0.05)


def test_python_control_takes_the_same_matrices_by_name(beat):
    import control

    system = beat.state_space()
    assert system.dt == beat.period
    assert system.input_labels == ["speed_command", *DISTURBANCES]
    assert tuple(system.output_labels) == SHOWN
    assert tuple(system.state_labels) == LINEAR_STATES
    # A step of 1 krpm: its first beat is the direct term, its last one the settled gain.
    steps = 600
    response = control.forced_response(
        system["map", "speed_command"], np.arange(steps) * beat.period, np.ones(steps)
    )
    row, n = SHOWN.index("map"), N - 1
    gain = beat.c[row, :n] @ np.linalg.solve(np.eye(n) - beat.a[:n, :n], beat.b[:n, 0])
    assert response.outputs[0] == pytest.approx(beat.d[row, 0])
    assert response.outputs[-1] == pytest.approx(gain + beat.d[row, 0], rel=1e-3)


def test_a_disturbed_steady_state_may_be_linearised(plant):
    at = {"systemic_resistance": 1.5, "heart_rate": 1.2}
    beat = linearise(plant, SPEED, outputs=["map"], at=at)
    assert beat.metrics[0] == steady_state(plant, SPEED, at).metrics["map"]
    assert beat.period == pytest.approx(60 / 105 / 1.2)


def test_all_metrics_are_outputs_by_default(plant):
    beat = linearise(plant, SPEED)
    assert beat.outputs == METRICS.names
    assert np.all(np.isfinite(beat.c))


def test_bad_input_is_refused(plant):
    with pytest.raises(InputError, match="with a pump"):
        linearise(Plant("shock-d"), SPEED)
    with pytest.raises(InputError, match="systemic_resistance"):
        linearise(plant, SPEED, disturbances=["afterload"])
    with pytest.raises(InputError, match="map"):
        linearise(plant, SPEED, outputs=["mean_pressure"])
    with pytest.raises(PhysicsError, match="infused"):
        linearise(plant, SPEED, at={"infusion": 1.0})


def test_the_blood_row_is_exact(plant):
    beat = linearise(plant, SPEED, disturbances=("lv_contractility", "infusion"))
    assert beat.a[-1].tolist() == [0.0] * (N - 1) + [1.0]
    assert beat.b[-1].tolist() == [0.0]
    assert beat.e[-1].tolist() == [0.0, beat.period]


@pytest.mark.parametrize(
    ("patient", "pump", "speed"),
    [("shock-d", "CP", 42_000.0), ("shock-c", "5.5", 28_000.0), ("hfref", "CP", 37_000.0)],
)
def test_the_static_gain_at_a_constant_blood_volume_is_that_of_the_plant(patient, pump, speed):
    control = pytest.importorskip("control")
    plant = Plant(patient, pump)
    system = linearise(plant, speed, outputs=["map"]).state_space(blood=False)
    assert "infusion" not in system.input_labels
    n = N - 1
    assert len(system.state_labels) == n
    gain = np.atleast_1d(np.squeeze(control.dcgain(system)))[0]
    low, high = (steady_state(plant, speed + krpm).metrics["map"] for krpm in (-50.0, 50.0))
    assert gain == pytest.approx((high - low) / 0.1, rel=1e-3)
    feedback, _, poles = control.dlqr(system.A, system.B[:, :1], np.eye(n), np.eye(1))
    assert np.abs(poles).max() < 1
    assert feedback.shape == (1, n)
