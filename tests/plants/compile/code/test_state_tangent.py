"""Derivatives of the state along a course that is known: those of the other kernels."""

from __future__ import annotations

import re
from dataclasses import replace

import casadi as ca
import numpy as np
import pytest

from plants import STATES, BeatMap, Plant, plant_model, steady_state
from plants.beat import USUAL_PARTS, PlantParts, plant_functions
from plants.beat.time_loop import beat_kernel
from plants.compile import PlantKernel, find_compiler
from plants.compile.code import state_tangent_source
from plants.compile.expressions import UnsupportedOperationError
from plants.plant import PHASE

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")
N = len(STATES)
MOVING = [i for i in range(N) if i != PHASE]


def start(device: str | None) -> tuple[np.ndarray, np.ndarray]:
    """A state off balance with its accumulator, and held values."""
    plant = Plant("biventricular-shock", device)
    held = BeatMap(plant).values(40_000)
    state = plant.rest() * np.random.default_rng(0).uniform(0.95, 1.05, N)
    state[PHASE] = 0.0
    return np.concatenate([state, np.asarray(plant_model().begin(state, held)).ravel()]), held


@needs_compiler
@pytest.mark.parametrize("steps", [1, 7, 8, 9, 130])
@pytest.mark.parametrize(("device", "right"), [("CP", False), ("CP+RP", True), (None, True)])
def test_they_are_those_of_the_virtual_machine(steps, device, right):
    carry, held = start(device)
    directions = np.random.default_rng(1).normal(size=(5, N))
    alone = ["phase", "aorta_flow", "lung_flow"]
    if not right:
        alone += [name for name in STATES.names if name.startswith("right_")]
    directions[:, [STATES.index[name] for name in alone]] = 0.0
    kernel = PlantKernel(plant_functions(PlantParts(right_pump=right)), wrap=False)
    path = kernel.course(carry.copy(), held, steps)
    moved = kernel.state_tangent(path, held, directions)
    expected = np.zeros((5, len(carry)))
    expected[:, :N] = directions
    beat_kernel("virtual-machine").tangent(
        carry.copy(), held, steps, expected, np.zeros((5, len(held)))
    )
    scale = np.maximum(1.0, np.abs(expected[:, MOVING]).max(axis=1, keepdims=True))
    assert np.max(np.abs(moved - expected[:, :N])[:, MOVING] / scale) < 1e-12


@needs_compiler
def test_a_course_keeps_the_states_before_each_step():
    carry, held = start("CP")
    kernel = PlantKernel(plant_functions(USUAL_PARTS), wrap=False)
    by_step, whole = carry.copy(), carry.copy()
    path = kernel.course(whole, held, 13)
    states = []
    for _ in range(13):
        states.append(by_step[:N].copy())
        kernel.run(by_step, held, 1)
    assert path == pytest.approx(np.array(states), rel=1e-12, abs=1e-12)
    plain = carry.copy()
    kernel.run(plain, held, 13)
    assert np.array_equal(whole, plain)


@pytest.mark.parametrize("backend", ["auto", "virtual-machine"])
@pytest.mark.parametrize("device", ["CP", "CP+RP"])
def test_the_jacobian_of_a_beat_is_its_directional_derivatives(device, backend):
    plant = Plant("biventricular-shock", device)
    beats = BeatMap(plant, backend=backend)
    values = beats.values(37_000)
    state = beats.beat(plant.rest(), values).state
    expected = beats.beat(state, values, d_state=np.eye(N)).d_state.T
    kept = beats.beat(state, values, keep=True)
    for beat in (None, kept, beats.beat(state, values)):
        jacobian = beats.jacobian(state, values, beat)
        assert jacobian == pytest.approx(expected, abs=1e-12)
        assert not jacobian[PHASE].any()
        assert not jacobian[:, PHASE].any()


@needs_compiler
def test_a_kept_path_is_what_the_jacobian_is_taken_along():
    plant = Plant("shock-d", "CP")
    beats = BeatMap(plant)
    steady = steady_state(plant, 40_000)
    beat = beats.beat(steady.state, steady.values, keep=True)
    assert beat.path is not None
    assert beat.path.shape == (beats.steps(steady.values), N)
    assert np.array_equal(beat.path[0], np.where(np.arange(N) == PHASE, 0.0, steady.state))
    assert beats.jacobian(plant.rest(), steady.values, beat) == pytest.approx(
        steady.jacobian, abs=1e-12
    )


@pytest.mark.parametrize("right", [False, True])
def test_a_stage_computes_nothing_in_vain(right):
    source = state_tangent_source(plant_functions(PlantParts(right_pump=right)))
    (stage,) = re.findall(r"static void fn_moved.*?^}", source, flags=re.MULTILINE | re.DOTALL)
    names = re.findall(r"const real ([du]\d+) =", stage)
    assert len(names) > N
    assert [name for name in names if len(re.findall(rf"\b{name}\b", stage)) < 2] == []


def test_an_operation_without_c_is_told():
    functions = plant_functions(USUAL_PARTS)
    x, v = (ca.SX.sym(name, functions.slope.size1_in(k)) for k, name in enumerate("xv"))
    rates, *others = functions.slope(x, v)
    waving = ca.Function("slope", [x, v], [ca.sin(rates), *others])
    with pytest.raises(UnsupportedOperationError, match="OP_SIN"):
        state_tangent_source(replace(functions, slope=waving))


@needs_compiler
def test_no_directions_have_no_derivatives():
    carry, held = start("CP")
    kernel = PlantKernel(plant_functions(USUAL_PARTS), wrap=False)
    path = kernel.course(carry, held, 3)
    assert kernel.state_tangent(path, held, np.zeros((0, N))).shape == (0, N)
