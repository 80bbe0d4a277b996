"""Means over beats of unequal length: those of the time that passed."""

from __future__ import annotations

import numpy as np
import pytest

from plants import SIGNALS, WAVEFORMS, InputError, Plant, Rhythm, Simulator, steady_state
from plants.plant import METRICS
from plants.simulation import beats_of_course, mean_over_beats
from plants.simulation.beat_means import ONCE_A_BEAT


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


def test_flow_is_rate_times_stroke_volume(fibrillating):
    """The volume of a beat is a mean over the beats, its flow one over time."""
    beats = beats_of_course(fibrillating, 0.0, 20.0)
    means = mean_over_beats(beats)
    assert 1e-3 * means["heart_rate"] * means["stroke_volume"] == pytest.approx(
        means["native_flow"], rel=1e-9
    )
    for name in ("stroke_volume", "ejection_fraction", "mitral_regurgitant_volume", "systolic"):
        assert means[name] == pytest.approx(np.mean([beat[name] for beat in beats])), name


def test_what_a_beat_has_once_are_metrics_and_no_means_over_its_time():
    assert METRICS.index.keys() > ONCE_A_BEAT
    assert not ONCE_A_BEAT.intersection(WAVEFORMS)
    by_unit = {name for name in METRICS.index if SIGNALS[name].unit in ("mL", "mmHg.mL")}
    of_waveforms = {name for name in by_unit if name in WAVEFORMS}
    assert by_unit - of_waveforms - {"blood_volume"} <= ONCE_A_BEAT
    means = mean_over_beats([_beat(60.0, 1.0), _beat(120.0, 4.0)])
    assert {name for name, value in means.items() if value == pytest.approx(2.5)} == ONCE_A_BEAT


def _beat(rate: float, value: float) -> dict[str, float]:
    return dict.fromkeys(METRICS.index, value) | {"heart_rate": rate}


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), "long", True])
def test_a_course_takes_some_time(seconds):
    simulator = Simulator(Plant("healthy"))
    simulator.reset()
    with pytest.raises(InputError, match="seconds"):
        beats_of_course(simulator, 0.0, seconds)


def test_of_no_beats_there_is_no_mean():
    with pytest.raises(InputError, match="beats"):
        mean_over_beats([])
