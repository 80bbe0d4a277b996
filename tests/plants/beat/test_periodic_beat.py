"""The periodic steady state: what it is, that it is found everywhere, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plants import (
    METRICS,
    SIGNALS,
    STATES,
    BeatMap,
    Patient,
    PeriodicBeat,
    PhysicsError,
    Plant,
    Pump,
    Simulator,
    steady_state,
)
from plants.beat import TOLERANCE, cycle, periodic_beat, periodic_newton
from plants.plant import N_VOLUMES
from plants.quantities import FailureKind

EVERYWHERE = [
    (patient, device, level.name)
    for patient in Patient.names()
    for device in Pump.names()
    for level in Pump.load(device).levels
]
#: Every 17th, a number that shares no factor with the numbers of levels, devices and patients.
SAMPLE = EVERYWHERE[::17]


def check_steady(patient: str, device: str, level: str) -> None:
    plant = Plant(patient, device)
    assert plant.pump is not None
    steady = steady_state(plant, plant.pump.speed(level))
    assert steady.residual < TOLERANCE
    beats, state = BeatMap(plant), steady.state
    for _ in range(steady.beats):
        state = beats.beat(state, steady.values).state
    change = np.delete(state - steady.state, STATES.index["phase"])
    assert np.abs(change).max() < 10 * TOLERANCE  # the veins take what all others gave
    for name, value in steady.metrics.items():
        assert SIGNALS[name].low <= value <= SIGNALS[name].high, name
    assert steady.stable
    assert steady.state[:N_VOLUMES].sum() == pytest.approx(plant.patient["blood_volume"], rel=1e-12)


@pytest.mark.parametrize(("patient", "device", "level"), SAMPLE)
def test_a_steady_state_is_found(patient, device, level):
    check_steady(patient, device, level)


@pytest.mark.slow
@pytest.mark.parametrize(("patient", "device"), sorted({case[:2] for case in EVERYWHERE}))
def test_a_steady_state_is_found_for_every_patient_device_and_level(patient, device):
    for level in Pump.load(device).levels:
        check_steady(patient, device, level.name)


@pytest.mark.parametrize("patient", Patient.names())
def test_a_steady_state_is_found_without_a_pump(patient):
    assert steady_state(Plant(patient)).residual < TOLERANCE


@pytest.mark.parametrize(
    ("patient", "device", "speed"), [("shock-d", "CP", 44_000), ("hfref", None, 0)]
)
def test_it_is_where_long_marching_leads(patient, device, speed):
    plant = Plant(patient, device)
    beats = BeatMap(plant)
    steady = steady_state(plant, speed, beats=beats)
    state = plant.rest()
    for _ in range(600):
        state = beats.beat(state, steady.values).state
    assert np.delete(state, STATES.index["phase"]) == pytest.approx(
        np.delete(steady.state, STATES.index["phase"]), rel=1e-6, abs=1e-5
    )


def test_a_course_stays_there():
    plant = Plant("shock-c", "CP")
    simulator = Simulator(plant)
    simulator.reset(speed=40_000)
    before = simulator.metrics()
    simulator.advance(40_000, 30.0)
    for name, value in simulator.metrics().items():
        # The steps fall elsewhere in the cycle, so that extremes are caught a little off.
        assert value == pytest.approx(before[name], rel=2e-3, abs=2e-3), name


def test_disturbances_and_blood_volume_are_respected():
    plant = Plant("shock-c", "CP")
    neutral = steady_state(plant, 40_000).metrics
    tight = steady_state(plant, 40_000, {"systemic_resistance": 1.5}).metrics
    dry = steady_state(plant, 40_000, blood_volume=4600).metrics
    assert tight["map"] > neutral["map"] + 5
    assert dry["blood_volume"] == pytest.approx(4600)
    assert dry["pcwp"] < neutral["pcwp"] - 1


def test_a_nearby_start_gives_the_same_state():
    plant = Plant("shock-c", "CP")
    cold = steady_state(plant, 40_000)
    warm = steady_state(plant, 40_000, start=steady_state(plant, 39_000).state)
    assert warm.state == pytest.approx(cold.state, rel=1e-7, abs=1e-6)
    assert warm.iterations <= 4


def test_the_start_is_left_alone():
    plant = Plant("shock-c", "CP")
    start = steady_state(plant, 39_000).state
    kept = start.copy()
    steady_state(plant, 40_000, start=start)
    assert np.array_equal(start, kept)


def test_the_jacobian_is_that_of_a_beat():
    plant = Plant("shock-c", "CP")
    steady = steady_state(plant, 40_000)
    beats = BeatMap(plant)
    ahead = steady.state.copy()
    ahead[STATES.index["lv_volume"]] += 1e-4
    change = (
        beats.beat(ahead, steady.values).state - beats.beat(steady.state, steady.values).state
    ) / 1e-4
    assert steady.jacobian[:, STATES.index["lv_volume"]] == pytest.approx(change, abs=1e-4)
    # One eigenvalue is 1: blood stays what it is; all others die out.
    free = np.delete(np.delete(steady.jacobian, -1, 0), -1, 1)
    sizes = np.sort(np.abs(np.linalg.eigvals(free)))
    assert sizes[-1] == pytest.approx(1.0, abs=1e-6)
    assert sizes[-2] < 1.0


def bled(patient, pump, volume):
    whole = Patient.load(patient)
    return Plant(whole.replace(blood_volume=whole["blood_volume"] - volume), pump)


#: Suction that comes at every other beat.
ALTERNATING = [
    ("rv-failure", "5.5", 500.0, "P-8"),
    ("rv-failure", "5.5", 500.0, "P-7"),
    ("shock-c", "5.5", 1300.0, "P-9"),
]


@pytest.mark.parametrize(("patient", "pump", "volume", "level"), ALTERNATING)
def test_where_no_periodic_beat_is_stable_the_cycle_is_the_steady_state(
    patient, pump, volume, level
):
    plant = bled(patient, pump, volume)
    steady = steady_state(plant, plant.pump.speed(level))
    assert steady.beats == 2
    assert steady.stable
    assert steady.residual < 1e-8
    # A course comes to the same mean of two kinds of beat.
    beats, state = BeatMap(plant), steady.state.copy()
    state[STATES.index["lv_volume"]] += 0.1
    state[STATES.index["systemic_vein_volume"]] -= 0.1
    rows = []
    for _ in range(300):
        beat = beats.beat(state, steady.values)
        state = beat.state
        rows.append(beat.metrics)
    assert np.abs(rows[-1] - rows[-2]).max() > 0.1
    assert rows[-1] == pytest.approx(rows[-3], rel=1e-5, abs=1e-5)
    settled = METRICS.as_dict(np.mean(rows[-2:], axis=0))
    for name in ("map", "suction", "cardiac_output", "lvesv", "pump_flow_max"):
        assert steady.metrics[name] == pytest.approx(settled[name], rel=1e-4), name


def test_a_cycle_without_a_periodic_beat_has_no_slopes():
    patient, pump, volume, level = ALTERNATING[0]
    plant = bled(patient, pump, volume)
    steady = steady_state(plant, plant.pump.speed(level))
    if steady.about is not None:
        assert steady.periodic_beat.multiplier > 1
    with pytest.raises(PhysicsError, match="only a cycle of 2 beats"):
        _ = replace(steady, about=None).periodic_beat


def test_beats_nearby_go_over_into_a_cycle_and_back():
    patient, pump, volume, level = ALTERNATING[0]
    plant = bled(patient, pump, volume)
    search = PeriodicBeat(plant)
    levels = ("P-4", level, "P-4")
    assert [search.find(plant.pump.speed(name)).beats for name in levels] == [1, 2, 1]
    cold = steady_state(plant, plant.pump.speed(level)).metrics
    warm = search.find(plant.pump.speed(level)).metrics
    assert warm["suction"] == pytest.approx(cold["suction"], rel=1e-4)


def test_the_multiplier_is_how_fast_a_deviation_dies_out():
    plant = Plant("shock-d", "CP")
    steady = steady_state(plant, 44_000)
    assert steady.stable
    beats = BeatMap(plant)
    state = steady.state.copy()
    state[STATES.index["lv_volume"]] += 1.0
    state[STATES.index["systemic_vein_volume"]] -= 1.0
    sizes = []
    for _ in range(150):  # The coronary bed is slow.
        state = beats.beat(state, steady.values).state
        sizes.append(np.abs(np.delete(state - steady.state, STATES.index["phase"])).max())
    assert sizes[-1] / sizes[-2] == pytest.approx(steady.multiplier, abs=0.02)


@pytest.mark.parametrize("rate", [-1.0, 2.0])
def test_an_infusion_has_no_steady_state(rate):
    with pytest.raises(PhysicsError, match="infused or lost"):
        steady_state(Plant("shock-c"), 0, {"infusion": rate})


def test_what_does_not_converge_is_not_returned(monkeypatch):
    """A real case: suction at every other beat, were cycles not looked for."""
    monkeypatch.setattr(cycle, "MOST_BEATS", 1)
    patient, pump, volume, level = ALTERNATING[0]
    plant = bled(patient, pump, volume)
    with pytest.raises(PhysicsError, match=r"no (periodic|stable) beat of patient") as error:
        steady_state(plant, plant.pump.speed(level))
    assert error.value.kind is FailureKind.NO_PERIODIC_BEAT


def test_a_search_that_stops_early_is_an_error(monkeypatch):
    monkeypatch.setattr(periodic_newton, "_MAX_ITERATIONS", 1)
    monkeypatch.setattr(periodic_beat, "_MARCHES", (1,))
    monkeypatch.setattr(periodic_beat, "cycles", lambda *_: iter(()))
    with pytest.raises(PhysicsError, match="the smallest change"):
        steady_state(Plant("shock-d", "CP"), 44_000)


def test_an_emptied_ventricle_is_an_error():
    healthy = Patient.load("healthy")
    drained = healthy.replace(blood_volume=healthy["blood_volume"] - 1000)
    # Suction would hold the last blood back.
    pump = Pump.load("5.5").replace(suction_pressure=-50.0)
    with pytest.raises(PhysicsError, match=r"lv_volume falls to -.* mL, below 0") as error:
        steady_state(Plant(drained, pump), 33_000)
    assert error.value.kind is FailureKind.COMPARTMENT_EMPTY


def test_a_state_that_is_not_finite_is_refused():
    plant = Plant("shock-d", "CP")
    start = np.full(len(STATES), np.nan)
    with pytest.raises(PhysicsError, match="physical range"):
        steady_state(plant, 30_000, start=start)
