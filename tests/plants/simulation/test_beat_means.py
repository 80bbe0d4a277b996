"""Means over beats of unequal length: those of the time that passed."""

from __future__ import annotations

import numpy as np
import pytest

from plants import WAVEFORMS, Plant, Rhythm, Simulator, steady_state
from plants.simulation import beats_of_course, mean_over_beats


@pytest.fixture
def fibrillating() -> Simulator:
    simulator = Simulator(Plant("shock-c"), rhythm=Rhythm.make("atrial-fibrillation", seed=1))
    simulator.reset()
    return simulator


def test_the_mean_is_that_of_the_waveforms_over_the_time_of_the_beats(fibrillating):
    before = fibrillating.snapshot()
    beats = beats_of_course(fibrillating, 0.0, 20.0)
    seconds = fibrillating.time
    means = mean_over_beats(beats)
    assert 60.0 * len(beats) / seconds == pytest.approx(means["heart_rate"], rel=1e-3)
    fibrillating.restore(before)
    log = fibrillating.advance(0.0, seconds, log_interval=0.001)
    waves = dict(zip(WAVEFORMS, log.mean(axis=0), strict=True))
    assert means["native_flow"] == pytest.approx(waves["aortic_valve_flow"], rel=2e-3)
    assert means["map"] == pytest.approx(waves["aortic_pressure"], rel=2e-3)
    # The plain mean of the beats' outputs is another: short beats have as much say as long ones.
    plain = np.mean([beat["native_flow"] for beat in beats])
    assert abs(plain - waves["aortic_valve_flow"]) > 0.01 * waves["aortic_valve_flow"]


def test_every_beat_of_a_course_is_there_however_short(fibrillating):
    beats = beats_of_course(fibrillating, 0.0, 10.0)
    lengths = [60.0 / beat["heart_rate"] for beat in beats]
    assert sum(lengths) == pytest.approx(fibrillating.time, abs=0.02)
    assert 10.0 <= fibrillating.time < 10.0 + max(lengths) + 0.02
    wanted = [fibrillating.rhythm.beat(number).rr for number in range(len(beats))]
    assert np.argsort(lengths).tolist() == np.argsort(wanted).tolist()


def test_of_equal_beats_the_mean_is_a_beat():
    simulator = Simulator(Plant("healthy"))
    simulator.reset()
    means = mean_over_beats(beats_of_course(simulator, 0.0, 5.0))
    expected = steady_state(simulator.plant).metrics
    assert means["cardiac_output"] == pytest.approx(expected["cardiac_output"], rel=1e-4)
    assert means["map"] == pytest.approx(expected["map"], rel=1e-4)
