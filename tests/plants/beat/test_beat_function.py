"""The beat as a CasADi function: the beat itself, its exact Jacobian, and in solvers."""

from __future__ import annotations

import gc

import casadi as ca
import numpy as np
import pytest

from plants import STATES, BeatMap, InputError, Plant, steady_state
from plants.plant import VALUES

INPUTS = ("speed_command", "disturbance_systemic_resistance", "heart_rate")


@pytest.fixture(scope="module")
def beats():
    return BeatMap(Plant("shock-d", "CP"))


def test_it_is_the_beat(beats):
    values = beats.values(40_000.0)
    beat = beats.function(values)
    state = steady_state(beats.plant, 38_000.0).state
    after, metrics = beat(state, [42_000.0])
    expected = beats.beat(state, beats.values(42_000.0))
    assert np.asarray(after).ravel() == pytest.approx(expected.state, abs=1e-12)
    assert np.asarray(metrics).ravel() == pytest.approx(expected.metrics, abs=1e-12)


def test_its_jacobian_is_that_of_finite_steps(beats):
    values = beats.values(40_000.0)
    beat = beats.function(values, INPUTS, ["map", "pcwp"])
    state = steady_state(beats.plant, 40_000.0).state
    inputs = values[[VALUES.index[name] for name in INPUTS]]
    x, u = ca.MX.sym("x", len(STATES)), ca.MX.sym("u", len(INPUTS))
    after, metrics = beat(x, u)
    slopes = ca.Function(
        "j", [x, u], [ca.jacobian(after, u), ca.jacobian(metrics, u), ca.jacobian(metrics, x)]
    )
    gc.collect()  # The graph alone does not keep a callback alive.
    by_state, by_input, by_start = (np.asarray(block) for block in slopes(state, inputs))
    for k, width in enumerate((1.0, 1e-4, 1e-3)):
        ahead, behind = (inputs + sign * width * np.eye(len(inputs))[k] for sign in (1, -1))
        above, below = beat(state, ahead), beat(state, behind)
        for block, row in ((by_state, 0), (by_input, 1)):
            difference = np.asarray(above[row] - below[row]).ravel() / (2 * width)
            assert block[:, k] == pytest.approx(difference, rel=2e-3, abs=1e-5 / width)
    volume = STATES.index["lv_volume"]
    step = 1e-3 * np.eye(len(STATES))[volume]
    difference = np.asarray(beat(state + step, inputs)[1] - beat(state - step, inputs)[1]).ravel()
    assert by_start[:, volume] == pytest.approx(difference / 2e-3, rel=1e-3)


def test_a_solver_finds_the_speed_of_a_pressure(beats):
    """Multiple shooting with one interval: a periodic beat with a wanted pressure."""
    beat = beats.function(beats.values(40_000.0), metrics=["map"])
    start = steady_state(beats.plant, 36_000.0).state
    wanted = steady_state(beats.plant, 43_000.0).metrics["map"]
    free = [i for i, name in enumerate(STATES.names) if name != "phase"]
    volumes = list(range(9))
    x, u = ca.MX.sym("x", len(free)), ca.MX.sym("u")
    whole = ca.vertcat(x, 0)
    after, metrics = beat(whole, 1e4 * u)
    change = (after - whole)[[i for i in free if STATES.names[i] != "systemic_vein_volume"]]
    blood = ca.sum1(x[volumes]) - start[volumes].sum()
    problem = {"x": ca.vertcat(x, u), "f": (metrics - wanted) ** 2, "g": ca.vertcat(change, blood)}
    options = {
        "ipopt": {"hessian_approximation": "limited-memory", "print_level": 0, "tol": 1e-6},
        "print_time": False,
    }
    solver = ca.nlpsol("solver", "ipopt", problem, options)
    solution = solver(x0=ca.vertcat(start[free], 3.6), lbg=0, ubg=0)
    assert float(solution["x"][-1]) == pytest.approx(4.3, abs=1e-3)


@pytest.mark.parametrize(
    ("inputs", "metrics", "message"),
    [
        (("speed_comand",), ("map",), "did you mean speed_command"),
        (("step",), ("map",), "inputs = 'step'"),
        (("speed_command",), ("mop",), "metrics = 'mop'"),
    ],
)
def test_unknown_names_are_refused(beats, inputs, metrics, message):
    with pytest.raises(InputError, match=message):
        beats.function(beats.values(40_000.0), inputs, metrics)
