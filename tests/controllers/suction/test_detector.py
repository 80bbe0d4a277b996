"""The suction detector: exact where physics is, right on simulated courses, robust to gaps."""

from __future__ import annotations

import math
import pickle
import re

import numpy as np
import pytest

from controllers import DetectorSettings, SuctionDetector
from controllers.suction import FEATURES
from controllers.suction.features import (
    flow_above_open_inlet,
    flow_from_current,
    open_inlet_flow,
    suction_features,
)
from plants import WAVEFORMS, Event, InputError, Plant, Pump, Scenario, Simulator

DT = 0.01


def waves(patient, device, level, *events, seconds=40.0):
    plant = Plant(patient, device)
    simulator = Simulator(plant, Scenario("test", "", events))
    simulator.reset(speed=plant.pump.speed(level))
    log = simulator.advance(plant.pump.speed(level), seconds, log_interval=DT)
    return plant.pump, dict(zip(WAVEFORMS, log.T, strict=True))


@pytest.fixture(scope="module")
def emptied():
    """Pulmonary resistance rises tenfold from 4 to 24 s: suction, and its end."""
    rise = Event("pulmonary_resistance", 10.0, "pulse", 4.0, duration=20.0)
    return waves("shock-d", "CP", "P-9", rise)


def watch(pump, w, *, hop=25, snr=math.inf, seed=0):
    """Decision after each hop."""
    random = np.random.default_rng(seed)
    noisy = [
        x * (1 + 10 ** (-snr / 20) * random.standard_normal(len(x)))
        for x in (w["motor_current"], w["placement_signal"])
    ]
    detector = SuctionDetector(pump)
    return np.array(
        [
            detector.update(noisy[0][k : k + hop], noisy[1][k : k + hop], w["pump_speed"][k], DT)
            for k in range(0, len(noisy[0]), hop)
        ]
    )


@pytest.mark.parametrize("device", ["2.5", "CP", "5.5"])
def test_flow_is_read_from_the_current_as_the_motor_takes_it(device):
    pump, w = waves("shock-c", device, "P-6", seconds=2.0)
    flow = flow_from_current(pump, w["motor_current"], w["pump_speed"])
    assert flow == pytest.approx(w["pump_flow"], rel=1e-3)


def test_an_open_inlet_gives_at_least_the_least_flow():
    pump, w = waves("hfref", "CP", "P-8", seconds=2.0)
    least, top = open_inlet_flow(pump, w["placement_signal"], w["pump_speed"])
    assert least == pytest.approx(
        np.maximum(0.0, pump.flow_at(44_000.0, w["placement_signal"])), abs=0.01
    )
    assert np.all(w["pump_flow"] > least - 0.02)
    assert np.all(top > w["pump_flow"] - 0.05)


def test_a_pump_that_hardly_turns_tells_nothing():
    pump = Pump.load("CP")
    assert not flow_above_open_inlet(pump, np.zeros(5), np.full(5, 70.0), np.zeros(5), DT).any()
    detector = SuctionDetector(pump)
    assert not detector.update(np.zeros(500), np.full(500, 70.0), 0.0, DT)


def features(y, placement=70.0):
    """Features by name of flows above the least one, at a steady placement signal and speed."""
    steady = np.zeros(len(y))
    values = suction_features(y, steady + placement, steady + 0.9, DT, 2.0)
    return dict(zip(FEATURES, values, strict=True))


def test_features_tell_dips_from_peaks():
    time = np.arange(0.0, 2.0, DT)
    dips = np.where(time % 0.6 < 0.15, -0.5, 0.1)
    down, up = features(dips), features(-dips)
    assert down["skewness"] < -0.1 < 0.1 < up["skewness"]
    assert down["lowest"] == pytest.approx(-0.5, abs=0.02)
    assert down["steepest_swing"] > 0.3
    assert down["noise"] < 1e-6
    assert down["speed"] == pytest.approx(0.9)


def test_features_remember_what_the_flow_was():
    time = np.arange(0.0, 20.0, DT)
    beat = 0.2 + 0.05 * np.sin(2 * np.pi * time / 0.5)
    assert features(beat)["flow_drop"] == pytest.approx(0.0, abs=0.01)
    assert features(beat - 0.3 * (time > 8.0))["flow_drop"] == pytest.approx(0.3, abs=0.01)
    slowly = np.clip((time - 8.0) / 6.0, 0.0, 1.0)
    assert features(beat - 0.3 * slowly)["flow_drop"] == pytest.approx(0.3, abs=0.01)
    pulse = 70.0 + 8.0 * np.sin(2 * np.pi * time / 0.5) * (time < 8.0)
    assert features(beat - 0.3 * (time > 8.0), pulse)["pulse_drop"] == pytest.approx(5.5, abs=0.3)


def test_white_noise_moves_the_features_little():
    time = np.arange(0.0, 2.0, DT)
    beat = 0.1 + 0.1 * np.sin(2 * np.pi * time / 0.7)
    clean = features(beat)
    random = np.random.default_rng(3)
    drawn = [features(beat + 0.2 * random.standard_normal(200)) for _ in range(200)]
    shift = {name: abs(np.mean([x[name] for x in drawn]) - clean[name]) for name in FEATURES}
    assert shift["noise"] == pytest.approx(0.2, abs=0.02)
    for name in ("lowest", "highest", "mean", "pulsatility", "lowest_now", "mean_now"):
        assert shift[name] < 0.06, name  # less than the noise of a smoothed sample, 0.07


@pytest.mark.parametrize("snr", [math.inf, 20.0])
def test_suction_is_found_and_its_end_too(emptied, snr):
    pump, w = emptied
    alarm = watch(pump, w, snr=snr)
    times = 0.25 * (1 + np.arange(len(alarm)))
    occluded = w["suction_occlusion"] > 0.5
    first, last = DT * np.flatnonzero(occluded)[[0, -1]]
    assert not alarm[times < first - 1.0].any()
    assert alarm[(times > first + 2.0) & (times < last)].all()
    assert not alarm[times > last + 3.0].any()


@pytest.mark.parametrize(
    ("patient", "device", "level"),
    [("healthy", "CP", "P-2"), ("shock-e", "5.5", "P-9"), ("hfref", "2.5", "P-8")],
)
def test_no_suction_where_there_is_none(patient, device, level):
    pump, w = waves(patient, device, level, seconds=8.0)
    assert w["suction_occlusion"].max() < 0.01
    assert not watch(pump, w, snr=20.0).any()


def test_decisions_hardly_depend_on_how_samples_are_handed_over(emptied):
    pump, w = emptied
    fine, coarse = watch(pump, w, hop=25)[3::4], watch(pump, w, hop=100)
    assert (fine == coarse).mean() > 0.95


def test_missing_samples_are_left_out(emptied):
    pump, w = emptied
    detector = SuctionDetector(pump)
    last = np.flatnonzero(w["suction_occlusion"] > 0.5)[-1]
    current = w["motor_current"][last - 1000 : last].copy()
    placement = w["placement_signal"][last - 1000 : last]
    current[::7] = math.nan
    for k in range(0, 1000, 25):
        detector.update(current[k : k + 25], placement[k : k + 25], 46_000.0, DT)
    assert detector.active
    assert detector.update([math.nan] * 25, [math.nan] * 25, 46_000.0, DT)
    assert math.isfinite(detector.log_odds)
    detector.reset()
    assert not detector.active
    assert not detector.update(current[:25], placement[:25], 46_000.0, DT)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (([500.0], [70.0, 70.0], 44e3, DT), "placement"),
        (([500.0], [70.0], [44e3, 44e3], DT), "speed"),
        (([500.0], [70.0], -1.0, DT), "speed"),
        (([500.0], [70.0], 44e3, 0.0), "dt"),
        (([500.0], [70.0], 44e3, 0.02), "dt"),
    ],
)
def test_samples_that_make_no_sense_are_refused(arguments, field):
    detector = SuctionDetector("CP")
    detector.update([500.0], [70.0], 44e3, DT)
    with pytest.raises(InputError) as caught:
        detector.update(*arguments)
    assert caught.value.field == field


def test_settings_are_read_back_as_they_were(tmp_path):
    settings = DetectorSettings.load()
    path = tmp_path / "detector.toml"
    path.write_text(settings.to_toml())
    again = DetectorSettings.load(path)
    assert dict(again.weights) == dict(settings.weights)
    assert (again.intercept, again.window) == (settings.intercept, settings.window)
    assert (again.gains, again.offsets) == (settings.gains, settings.offsets)
    assert pickle.loads(pickle.dumps(again)).scales == settings.scales
    assert "impellab suction --fit" in settings.provenance


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda x: re.sub(r"flow_drop = .*\n", "", x), "flow_drop"),
        (lambda x: x.replace("gains = [", "gains = [0.5, "), "offsets"),
        (lambda x: x.replace("offsets = [", "offsets = [nan, ").replace(", ", " , "), "offsets"),
        (lambda x: x.replace("release = -", "release = "), "release"),
    ],
)
def test_settings_that_do_not_fit_are_refused(tmp_path, change, field):
    path = tmp_path / "detector.toml"
    path.write_text(change(DetectorSettings.load().to_toml()))
    with pytest.raises(InputError, match=field):
        DetectorSettings.load(path)


def test_log_odds_are_those_of_the_network_that_is_written_down():
    settings = DetectorSettings.load()
    x = np.random.default_rng(0).standard_normal(len(FEATURES))
    total = settings.intercept
    for unit, (gain, offset) in enumerate(zip(settings.gains, settings.offsets, strict=True)):
        inner = offset
        for value, name in zip(x, FEATURES, strict=True):
            scaled = (value - settings.means[name]) / settings.scales[name]
            inner += settings.weights[name][unit] * scaled
        total += gain * math.tanh(inner)
    assert settings.log_odds(x) == pytest.approx(total)
