"""Beats end when they should, in either precision, however long the run."""

from __future__ import annotations

import numpy as np
import pytest

from plants import METRICS, BatchSimulator, Patient, Plant, Simulator
from plants.plant import BEAT_SLACK, PHASE
from plants.simulation import BeatCounter


def test_the_fraction_is_that_of_the_time_and_not_of_the_loop():
    counter = BeatCounter(2)
    for _ in range(4):
        # The loop comes out a little short of a whole beat, or of three quarters of one.
        counter.advance(
            np.array([1.75, 0.25]), counter.start + np.array([1.75 - 4e-7, 0.25 - 4e-7])
        )
    assert counter.completed.tolist() == [7.0, 1.0]
    assert counter.phase == pytest.approx([7.0, 1.0], abs=1e-12)


def test_a_beat_that_the_loop_has_not_ended_is_left_to_it():
    counter = BeatCounter(1)
    counter.advance(np.array([1.0]), np.array([1.0 - 1.5e-6]))  # Short by more than the slack.
    assert counter.completed.tolist() == [0.0]
    assert counter.start[0] == pytest.approx(1.0 - 2e-6, abs=1e-12)
    counter.advance(np.array([0.5]), counter.start + 0.5)
    assert counter.completed.tolist() == [1.0]
    assert counter.phase == pytest.approx([1.5], abs=1e-12)


def test_a_reset_begins_anew_in_some_lanes():
    counter = BeatCounter(2)
    counter.advance(np.array([2.25, 3.5]), np.array([2.25, 3.5]))
    counter.reset(np.array([0]))
    assert counter.phase.tolist() == [0.0, 3.5]


@pytest.mark.parametrize(("rate", "seconds", "count"), [(70.0, 0.3, 600), (105.0, 1.0, 60)])
def test_the_phase_does_not_drift(rate, seconds, count):
    run = Simulator(Plant(Patient.load("healthy").replace(heart_rate=rate), "CP"))
    run.reset()
    for _ in range(count):
        run.advance(40_000.0, seconds)
    assert run.state[PHASE] == pytest.approx(count * seconds * rate / 60.0, abs=1e-9)


@pytest.mark.parametrize("period", [0.1, 0.8, 1.0])
@pytest.mark.parametrize("rate", [75.0, 105.0, 87.3])
def test_single_precision_ends_the_same_beats(rate, period):
    """Also where a beat ends with the control period: the metrics are those of the same beat."""
    plant = Plant(Patient.load("shock-d").replace(heart_rate=rate), "CP")
    speeds = np.random.default_rng(1).uniform(33_000.0, 46_000.0, round(12 / period))
    rows = {}
    for precision in BEAT_SLACK:
        batch = BatchSimulator([plant], precision=precision)
        batch.reset(speeds=40_000.0)
        pressures = []
        for speed in speeds:
            batch.advance(speed, period)
            pressures.append([*batch.metric_matrix(["map", "pcwp"])[:, 0], batch.states[0, PHASE]])
        rows[precision] = np.array(pressures)
    assert np.abs(rows["single"] - rows["double"])[:, :2].max() < 0.01
    assert rows["single"][:, 2] == pytest.approx(rows["double"][:, 2], abs=2e-4)
    assert rows["double"][-1, 2] == pytest.approx(len(speeds) * period * rate / 60.0, abs=1e-9)


@pytest.mark.parametrize("backend", ["compiled", "virtual-machine"])
def test_a_beat_that_ends_with_the_period_is_the_last_one(backend):
    plant = Plant(Patient.load("healthy").replace(heart_rate=75.0), "CP")
    run = Simulator(plant, backend=backend)
    run.reset(speed=40_000.0)
    before = run.metrics()["map"]
    run.advance(46_000.0, 0.8)  # One beat.
    after = run.metrics()["map"]
    assert after > before + 0.2
    batch = BatchSimulator([plant], backend=backend)
    batch.reset(speeds=40_000.0)
    batch.advance(46_000.0, 0.8)
    assert batch.metric_matrix(["map"])[0, 0] == pytest.approx(after, abs=1e-6)
    assert set(run.metrics()) == set(METRICS.names)
