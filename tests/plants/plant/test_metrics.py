"""The metrics of a beat against the same computed from its recorded waveforms."""

from __future__ import annotations

import numpy as np
import pytest

from plants import BEAT_METRICS, METRICS, SIGNALS, STATES, WAVEFORMS, Plant, Simulator, steady_state
from plants.plant import ACCUMULATOR, EXTREMES, LEAST_CVP, pulsatility_index
from plants.quantities import CPO_DIVISOR

CASES = [
    ("healthy", None, 0.0),
    ("shock-c", "CP", 31_000.0),
    ("shock-e", "5.5", 33_000.0),
    ("rv-failure", "5.5", 26_000.0),
]
STEP = 5e-4


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def beat(request):
    """Metrics of a periodic beat, its recorded waveforms and the plant."""
    patient, device, speed = request.param
    plant = Plant(patient, device)
    simulator = Simulator(plant, step=STEP)
    simulator.reset(speed=speed)
    period = 60 / plant.patient["heart_rate"]
    log = simulator.advance(speed, period, log_interval=STEP)
    waves = {name: log[:, i] for i, name in enumerate(WAVEFORMS)}
    return steady_state(plant, speed).metrics, waves, plant


def test_every_metric_is_a_declared_signal():
    assert METRICS.names == (*WAVEFORMS, *BEAT_METRICS)
    assert set(METRICS.names) <= set(SIGNALS)
    assert set(EXTREMES) - {"la_volume", "suction_margin"} <= set(WAVEFORMS)
    assert len(ACCUMULATOR.names) == len(set(ACCUMULATOR.names))


def test_every_metric_lies_in_its_range(beat):
    metrics, _, _ = beat
    for name, value in metrics.items():
        assert SIGNALS[name].low <= value <= SIGNALS[name].high, name


@pytest.mark.parametrize("name", WAVEFORMS)
def test_means_are_those_of_the_waveforms(beat, name):
    metrics, waves, _ = beat
    spread = np.ptp(waves[name])
    assert metrics[name] == pytest.approx(waves[name].mean(), abs=2e-3 * spread + 1e-6)


def test_extremes_are_those_of_the_waveforms(beat):
    metrics, waves, _ = beat
    aorta, lungs, volume = waves["aortic_pressure"], waves["pa_pressure"], waves["lv_volume"]
    pairs = {
        "systolic": aorta.max(),
        "diastolic": aorta.min(),
        "pulse_pressure": np.ptp(aorta),
        "pa_systolic": lungs.max(),
        "pa_diastolic": lungs.min(),
        "lvedv": volume.max(),
        "lvesv": volume.min(),
        "lv_peak_pressure": waves["lv_pressure"].max(),
        "pump_flow_max": waves["pump_flow"].max(),
        "pump_flow_min": waves["pump_flow"].min(),
        "placement_pulsatility": np.ptp(waves["placement_signal"]),
        "motor_current_pulsatility": np.ptp(waves["motor_current"]),
    }
    for name, expected in pairs.items():
        assert metrics[name] == pytest.approx(expected, rel=5e-3, abs=0.02), name


def test_derived_metrics_follow_their_definitions(beat):
    metrics, waves, plant = beat
    output = waves["aortic_valve_flow"].mean() + waves["pump_flow"].mean()
    assert metrics["cardiac_output"] == pytest.approx(output, rel=1e-3)
    assert metrics["native_flow"] == pytest.approx(waves["aortic_valve_flow"].mean(), abs=1e-3)
    assert metrics["cardiac_index"] == pytest.approx(
        metrics["cardiac_output"] / plant.patient["body_surface_area"]
    )
    power = metrics["map"] * metrics["cardiac_output"] / CPO_DIVISOR
    assert metrics["cardiac_power_output"] == pytest.approx(power)
    assert metrics["heart_rate"] == pytest.approx(plant.patient["heart_rate"])
    assert metrics["map"] == metrics["aortic_pressure"]
    assert metrics["pcwp"] == metrics["la_pressure"]
    assert metrics["cvp"] == metrics["ra_pressure"]
    assert metrics["mpap"] == metrics["pa_pressure"]
    fraction = 1 - metrics["lvesv"] / metrics["lvedv"]
    assert metrics["ejection_fraction"] == pytest.approx(fraction)
    assert metrics["rv_ejection_fraction"] == pytest.approx(1 - metrics["rvesv"] / metrics["rvedv"])
    stroke = 1000 * metrics["native_flow"] / metrics["heart_rate"]
    assert metrics["stroke_volume"] == pytest.approx(stroke)
    papi = (metrics["pa_systolic"] - metrics["pa_diastolic"]) / metrics["cvp"]
    assert metrics["papi"] == pytest.approx(papi, rel=0.02)
    assert metrics["papi"] == pytest.approx(
        pulsatility_index(metrics["pa_systolic"] - metrics["pa_diastolic"], metrics["cvp"]),
        rel=1e-4,
    )
    assert metrics["lvedp"] == pytest.approx(waves["lv_pressure"][0], abs=1e-3)
    assert metrics["blood_volume"] == pytest.approx(plant.patient["blood_volume"], rel=1e-9)
    gradient = waves["lv_pressure"] - waves["aortic_pressure"]
    open_share = np.mean(gradient > 0)
    assert metrics["aortic_valve_open_fraction"] == pytest.approx(open_share, abs=0.02)
    transmural = waves["lv_pressure"] - waves["pericardial_pressure"]
    if plant.pump is not None:
        # Well filled and nowhere occluded: only the inflow, hardly more for the walls, takes.
        inflow = plant.pump["suction_inflow"] * np.maximum(waves["pump_flow"], 0) ** 2
        margin = (transmural - inflow).min() - plant.pump["suction_pressure"]
        assert margin - 4 * inflow.max() < metrics["suction_margin"] < margin + 0.05
    else:
        assert metrics["suction_margin"] == pytest.approx(transmural.min() - 1.0, abs=0.05)


def test_the_area_of_the_loop_is_the_stroke_work(beat):
    metrics, waves, _ = beat
    volume, pressure = waves["lv_volume"], waves["lv_pressure"]
    # Shoelace; the loop runs counter-clockwise, so its area is positive.
    area = 0.5 * np.sum(volume * np.roll(pressure, -1) - np.roll(volume, -1) * pressure)
    assert metrics["stroke_work"] == pytest.approx(area, rel=1e-3)
    assert area > 0


def test_the_pressure_volume_area_adds_the_energy_left_at_end_systole(beat):
    metrics, _, plant = beat
    stored = metrics["pressure_volume_area"] - metrics["stroke_work"]
    p = plant.patient
    most = 0.5 * p["lv_ees"] * (metrics["lvedv"] - p["lv_v0"]) ** 2
    least = 0.5 * p["lv_ees"] * (metrics["lvesv"] - p["lv_v0"]) ** 2
    assert 0.3 * least < stored < most


@pytest.mark.parametrize(
    ("cvp", "index"), [(8.0, 2.5), (0.8, 25.0), (LEAST_CVP, 40.0), (0.0, 40.0), (-4.0, 40.0)]
)
def test_the_pulsatility_index_is_bounded_by_the_least_venous_pressure(cvp, index):
    assert pulsatility_index(20.0, cvp) == pytest.approx(index)
    # The plant's, which is rounded, comes to the same bound.
    rounded = pulsatility_index(20.0, cvp, 0.05)
    assert rounded == pytest.approx(index, rel=0.06)
    assert rounded <= index


def test_the_volumes_of_the_left_atrium_are_those_of_its_course():
    simulator = Simulator(Plant("healthy"))
    simulator.reset()
    volumes = []
    for _ in range(int(60 / 70 / 0.002) + 1):
        volumes.append(simulator.state[STATES.index["la_volume"]])
        simulator.advance(0.0, 0.002)
    metrics = simulator.metrics()
    assert metrics["la_volume_max"] == pytest.approx(max(volumes), abs=0.05)
    assert metrics["la_volume_min"] == pytest.approx(min(volumes), abs=0.05)
    assert metrics["la_volume_max"] > metrics["la_volume_min"] + 10
