"""The emitted time loops beside the virtual machine: in lanes, of one plant, sensitivities."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from plants import METRICS, STATES, BeatMap, Plant, plant_model, steady_state
from plants.beat import USUAL_PARTS, PlantParts, beat_kernel, plant_functions, run_kernel
from plants.compile import BlockKernel, PlantKernel, find_compiler, load_library
from plants.compile.code import one_lane_source
from plants.plant import ACCUMULATOR, PHASE, VALUES

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")

CASES = [
    ("shock-d", "CP", 44_000),
    ("healthy", None, 0),
    ("shock-c", "5.5", 30_000),
    ("rv-failure", "CP", 37_000),
    ("shock-e", "2.5", 40_000),
]


def starts(cases=CASES, factors=None):
    """What each of the cases carries at the onset of a beat, and its held values."""
    carries, values = [], []
    for k, (patient, device, speed) in enumerate(cases):
        plant = Plant(patient, device)
        state = steady_state(plant, speed).state
        held = plant.values(0.9 * speed, {"systemic_resistance": 1.2}, 0.002 - 1e-4 * (k % 3))
        acc = np.asarray(plant_model().begin(state, held)).ravel()
        carries.append(np.concatenate([state, acc, acc]))
        values.append(held)
    return np.array(carries), np.array(values)


def in_blocks(rows, width, dtype=np.float64):
    """(lanes, n) as (blocks, n, width); the last lane fills the last block up."""
    padded = rows[np.minimum(np.arange(-(-len(rows) // width) * width), len(rows) - 1)]
    return np.ascontiguousarray(
        padded.reshape(-1, width, rows.shape[1]).transpose(0, 2, 1).astype(dtype)
    )


def from_blocks(array, count):
    return array.transpose(0, 2, 1).reshape(-1, array.shape[1])[:count]


def advanced(width, steps, *, right=False, single=False, carries=None, values=None):
    """What the cases carry after so many steps each of a block."""
    carry, held = starts() if carries is None else (carries, values)
    block = BlockKernel(plant_functions(PlantParts(right_pump=right)), width, single=single)
    array, count = in_blocks(carry, width, block.dtype), len(carry)
    each = in_blocks(np.broadcast_to(steps, count)[:, None], width, np.int64)[:, 0]
    block.run(array, in_blocks(held, width, block.dtype), np.ascontiguousarray(each), wrap=True)
    return from_blocks(array, count)


def on_the_virtual_machine(steps):
    carry, held = starts()
    kernel = run_kernel("virtual-machine")
    for row, values, count in zip(carry, held, np.broadcast_to(steps, len(carry)), strict=True):
        if count:
            kernel.run(row, values, int(count))
    return carry


def relative_difference(ours, other):
    # Flows through closed valves are differences of large numbers: their scale is 1 mL.
    return np.max(np.abs(ours - other) / np.maximum(1.0, np.abs(other)))


@pytest.mark.parametrize("steps", [1, 286, 900, [0, 1, 286, 700, 900]], ids=str)
@pytest.mark.parametrize("width", [1, 4])
def test_a_block_is_the_virtual_machine(width, steps):
    """Over several beats: 286 steps end the first beat of one of the cases, 900 that of all."""
    expected = on_the_virtual_machine(steps)
    after = advanced(width, steps)
    if np.max(steps) == 900:
        assert (np.floor(expected[:, PHASE]).max()) >= 3
    assert relative_difference(after, expected) < 1e-12


@pytest.mark.parametrize("right", [False, True])
def test_the_loop_of_one_plant_is_that_of_lanes(right):
    """Over any number of steps; what it computes ahead or later ends with the call.

    Their sums are rounded in another order, which grows to some 1e-12 over 900 steps.
    """
    for steps in (0, 1, 2, 3, 4, 5, 9, 286, 900):
        assert (
            relative_difference(advanced(1, steps, right=right), advanced(8, steps, right=right))
            < 1e-11
        )


def test_the_loop_of_one_plant_goes_on_where_it_ended():
    carry, held = starts(CASES[:1])
    whole, parts = carry.copy(), carry.copy()
    kernel = PlantKernel(plant_functions(USUAL_PARTS), wrap=True)
    kernel.run(whole[0], held[0], 430)
    for steps in (1, 2, 5, 300, 122):
        kernel.run(parts[0], held[0], steps)
    assert relative_difference(parts, whole) < 1e-12


def test_the_loop_of_one_plant_needs_no_vector_types():
    carry, held = starts(CASES[:2])
    source = "#define IK_PLAIN\n" + one_lane_source(plant_functions(USUAL_PARTS))
    call = load_library(source).impellab_blocks
    long, pointer = ctypes.c_long, ctypes.c_void_p
    call.argtypes = [pointer] * 4 + [long, long, long, pointer, long, ctypes.c_int]
    after, steps = carry.copy(), np.full(2, 500, dtype=np.int64)
    call(
        after.ctypes.data,
        np.ascontiguousarray(held).ctypes.data,
        steps.ctypes.data,
        steps.ctypes.data,
        2,
        after.shape[1],
        0,
        None,
        0,
        1,
    )
    assert relative_difference(after, advanced(8, 500, carries=carry, values=held)) < 1e-12


def test_with_and_without_a_right_pump_are_equal():
    """The equations without it are those with it when it is absent."""
    assert relative_difference(advanced(4, 900, right=True), advanced(4, 900)) < 1e-12


def test_single_precision_is_close():
    after, expected = advanced(8, 500, single=True), advanced(8, 500)
    states = len(STATES)
    assert after.dtype == np.float32
    scale = np.maximum(10.0, np.abs(expected[:, :states]))
    assert np.max(np.abs(after[:, :states] - expected[:, :states]) / scale) < 1e-4


def test_a_lane_that_is_no_number_leaves_the_others_bit_identical():
    carries, values = starts()
    expected = advanced(8, 700)
    for place, row in ((2, 0), (0, 9)):
        spoiled = carries.copy()
        spoiled[place, row] = np.nan
        after = advanced(8, 700, carries=spoiled, values=values)
        others = [k for k in range(len(CASES)) if k != place]
        assert np.array_equal(after[others], expected[others])
        assert np.isnan(after[place]).any()


def test_signals_are_recorded_at_their_steps():
    carry, held = starts(CASES[:1])
    logs = []
    for backend in ("compiled", "virtual-machine"):
        row = carry[0].copy()
        logs.append(run_kernel(backend).run(row, held[0], 400, 7))
    assert logs[0].shape == logs[1].shape == (58, plant_model().observe.size1_out(0))
    assert relative_difference(logs[0], logs[1]) < 1e-12


def seeds(rng, held, count=5):
    d_carry = rng.normal(size=(count, len(STATES) + len(ACCUMULATOR)))
    d_values = rng.normal(size=(count, len(held))) * 1e-3 * np.abs(held)
    # A pump that is not there has no effect, and the emitted equations none of its directions.
    d_carry[:, [i for i, name in enumerate(STATES.names) if name.startswith("right_")]] = 0.0
    d_values[:, [i for i, name in enumerate(VALUES.names) if name.startswith("right_")]] = 0.0
    return d_carry, d_values


def test_sensitivities_are_those_of_the_virtual_machine():
    plant = Plant("shock-d", "CP")
    held = BeatMap(plant).values(40_000)
    state = steady_state(plant, 44_000).state
    acc = np.asarray(plant_model().begin(state, held)).ravel()
    d_carry, d_values = seeds(np.random.default_rng(0), held)
    ends, directions = [], []
    for kernel in (
        PlantKernel(plant_functions(USUAL_PARTS), wrap=False),
        beat_kernel("virtual-machine"),
    ):
        carry, moved = np.concatenate([state, acc]), d_carry.copy()
        kernel.tangent(carry, held, 120, moved, d_values)
        ends.append(carry)
        directions.append(moved)
    assert relative_difference(*ends) < 1e-12
    scale = np.maximum(1.0, np.abs(directions[1]).max(axis=1, keepdims=True))
    assert np.max(np.abs(directions[0] - directions[1]) / scale) < 1e-12


def test_sensitivities_are_the_slope_of_finite_differences():
    plant = Plant("shock-c", "CP")
    beats = BeatMap(plant)
    state, values = steady_state(plant, 40_000).state, beats.values(42_000)
    rng = np.random.default_rng(1)
    d_state = rng.normal(size=(1, len(STATES)))
    d_state[:, PHASE] = 0.0
    d_values = np.zeros((1, len(values)))
    d_values[0, VALUES.index["speed_command"]] = 1000.0
    d_values[0, VALUES.index["r_systemic"]] = 0.1
    exact = beats.beat(state, values, d_state, d_values)
    h = 1e-5
    up, down = (beats.beat(state + s * d_state[0], values + s * d_values[0]) for s in (h, -h))
    slope = (up.state - down.state) / (2 * h)
    assert exact.d_state[0] == pytest.approx(slope, rel=1e-5, abs=1e-5)
    smooth = METRICS.index["map"], METRICS.index["cardiac_output"], METRICS.index["stroke_work"]
    for row in smooth:
        slope = (up.metrics[row] - down.metrics[row]) / (2 * h)
        assert exact.d_metrics[0, row] == pytest.approx(slope, rel=1e-5, abs=1e-6)
