"""Derivatives of a beat along its course: those of the loop that carries them beside it."""

from __future__ import annotations

import numpy as np
import pytest

from plants import METRICS, STATES, BeatMap, Patient, Plant
from plants.beat.along_path import PATH_ENTRIES, follows_path
from plants.compile import find_compiler
from plants.plant import PHASE, VALUES

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")
N, M = len(STATES), len(VALUES)


def course(patient, device: str | None, speed: float, **changes: float):
    """A beat map, and a beat off balance: ordinary support, suction, no pump, two pumps."""
    plant = Plant(Patient.load(patient).replace(**changes), device)
    beats = BeatMap(plant, step=0.004)
    values = beats.values(speed, {"lv_contractility": 0.8, "heart_rate": 1.1})
    state = beats.beat(plant.rest(), values).state
    return beats, beats.beat(state, values).state, values


def directions(count: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    d_state, d_values = rng.normal(size=(count, N)), np.zeros((count, M))
    d_values[:, PATH_ENTRIES] = rng.normal(size=(count, len(PATH_ENTRIES)))
    d_values[:, PATH_ENTRIES[0]] *= 1e3  # rpm
    return d_state, d_values


def carried(beats, state, values, d_state, d_values):
    """The same by the loop that carries the directions: it serves where a rate moves too."""
    rate = np.zeros((1, M))
    rate[0, VALUES.index["heart_rate"]] = 1.0
    d_state, d_values = np.vstack([d_state, np.zeros((1, N))]), np.vstack([d_values, rate])
    assert not follows_path(d_values)
    beat = beats.beat(state, values, d_state, d_values)
    return beat.d_state[:-1], beat.d_metrics[:-1]


CASES = [
    ("shock-d", "CP", 40_000.0, {}),
    ("rv-failure", "5.5", 33_000.0, {}),
    ("healthy", None, 0.0, {}),
    ("biventricular-shock", "CP+RP", 38_000.0, {}),
    ("shock-c", "CP", 42_000.0, {"l_aorta": 5e-4, "l_pulmonary": 3e-4}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def test_they_are_those_of_the_loop_that_carries_them(case):
    patient, device, speed, changes = case
    beats, state, values = course(patient, device, speed, **changes)
    d_state, d_values = directions(9)
    beat = beats.beat(state, values, d_state, d_values)
    for new, old in zip(
        (beat.d_state, beat.d_metrics),
        carried(beats, state, values, d_state, d_values),
        strict=True,
    ):
        scale = np.maximum(np.abs(old).max(axis=0), 1e-6)
        assert np.max(np.abs(new - old) / scale) < 1e-9


def test_the_beat_itself_is_the_plain_one():
    beats, state, values = course("shock-d", "CP", 40_000.0)
    plain = beats.beat(state, values)
    beat = beats.beat(state, values, *directions(3))
    assert np.array_equal(beat.state, plain.state)
    assert np.array_equal(beat.metrics, plain.metrics)


@pytest.mark.parametrize("count", [1, 8, 17])
def test_directions_do_not_mix(count):
    beats, state, values = course("shock-e", "CP", 44_000.0)
    d_state, d_values = directions(count)
    together = beats.beat(state, values, d_state, d_values)
    last = beats.beat(state, values, d_state[-1:], d_values[-1:])
    assert together.d_state.shape == (count, N)
    assert together.d_metrics.shape == (count, len(METRICS))
    assert together.d_metrics[-1] == pytest.approx(last.d_metrics[0], rel=1e-12, abs=1e-12)
    assert together.d_state[-1] == pytest.approx(last.d_state[0], rel=1e-12, abs=1e-12)


def test_a_direction_of_the_phase_does_not_count():
    beats, state, values = course("shock-d", "CP", 40_000.0)
    d_state, d_values = directions(2)
    moved = beats.beat(state, values, d_state, d_values)
    d_state[:, PHASE] = 0.0
    assert np.array_equal(beats.beat(state, values, d_state, d_values).d_metrics, moved.d_metrics)


def test_a_few_beats_are_the_price():
    """By the work that is done, not by the clock: no second loop is built for it."""
    beats, state, values = course("shock-d", "CP", 40_000.0)
    kernel = beats.kernel._kernel(values)
    built = kernel._tangent
    beats.beat(state, values, *directions(4))
    assert kernel._tangent is built
    assert kernel._path_tangent is not None
