"""A heart rate that changes in the middle of a beat: the next beat has it, and nothing jumps."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from plants import BatchSimulator, Event, Patient, Plant, Rhythm, Scenario, Simulator, SlowClock
from plants.quantities import WAVEFORMS

LV_PRESSURE = WAVEFORMS.index("lv_pressure")
PATIENTS = ("healthy", "hfref", "shock-c", "shock-d", "shock-e", "rv-failure")
#: The upstroke of a healthy beat alone is 3.2 mmHg.
LARGEST_JUMP = 5.0  # mmHg in 2 ms


def largest_jump(simulator, speed, seconds):
    simulator.reset(speed=speed)
    waves = simulator.advance(speed, seconds, log_interval=0.002)
    return np.abs(np.diff(waves[:, LV_PRESSURE])).max()


def rate_steps(patient, seed, count=5):
    """Steps of the heart rate to 40 to 175/min at any phase of the beat."""
    random = np.random.default_rng(seed)
    rates = [Patient.load(patient)["heart_rate"], *random.uniform(40.0, 175.0, count)]
    times = np.cumsum(random.uniform(1.3, 2.0, count))
    steps = zip(itertools.pairwise(rates), times, strict=True)
    events = (Event("heart_rate", after / before, "step", t) for (before, after), t in steps)
    return Scenario("steps", "of the heart rate", tuple(events))


@pytest.mark.parametrize("device", [None, "CP"])
@pytest.mark.parametrize("patient", PATIENTS)
def test_steps_at_any_phase_make_no_pressure_jump(patient, device):
    scenario = rate_steps(patient, seed=len(patient))
    simulator = Simulator(Plant(patient, device), scenario)
    assert largest_jump(simulator, 37_000.0 if device else 0.0, 11.0) < LARGEST_JUMP
    factor = scenario.at(11.0)["heart_rate"]
    assert simulator.metrics()["heart_rate"] == pytest.approx(
        Patient.load(patient)["heart_rate"] * factor
    )


def test_a_sudden_tachycardia_in_systole_waits_for_the_next_beat():
    scenario = Scenario("sudden", "tachycardia", (Event("heart_rate", 1.8, "step", 21.0),))
    simulator = Simulator(Plant("healthy"), scenario)
    assert largest_jump(simulator, 0.0, 23.0) < LARGEST_JUMP


def test_the_beat_at_the_change_is_as_long_as_it_began():
    simulator = Simulator(
        Plant("healthy"), Scenario("late", "x", (Event("heart_rate", 2.0, "step", 1.0),))
    )
    simulator.reset()
    period = 60.0 / Patient.load("healthy")["heart_rate"]
    simulator.advance(0.0, 2 * period - 0.01)
    assert simulator.state[-1] == pytest.approx(2.0 - 0.01 / period, abs=1e-6)
    simulator.advance(0.0, 0.01 + period / 2)
    assert simulator.state[-1] == pytest.approx(3.0, abs=1e-6)


def test_a_drug_that_is_given_in_mid_beat_quickens_the_next_one():
    slow = SlowClock("shock-d")
    simulator = Simulator(Plant("shock-d", "CP"), slow=slow)
    simulator.reset(speed=40_000.0)
    period = 60.0 / (Patient.load("shock-d")["heart_rate"] * slow.effects()["heart_rate"])
    simulator.advance(40_000.0, 0.3 * period)
    slow.give(inotrope=10.0)
    simulator.advance(40_000.0, 0.6 * period)
    assert simulator.state[-1] == pytest.approx(0.9, abs=1e-6)
    simulator.advance(40_000.0, 0.6 * period)
    assert simulator.state[-1] > 1.5 + 1e-4


def test_arrhythmias_make_no_pressure_jump():
    simulator = Simulator(Plant("healthy"), rhythm=Rhythm("atrial-fibrillation", seed=3))
    assert largest_jump(simulator, 0.0, 20.0) < LARGEST_JUMP


def test_a_batch_has_the_beats_of_the_simulators():
    patients = ("healthy", "shock-d", "shock-e")
    scenarios = [rate_steps(patient, seed=4) for patient in patients]
    plants = [Plant(patient, "CP") for patient in patients]
    batch = BatchSimulator(plants, [scenarios[0], None, scenarios[2]])
    batch.reset(speeds=37_000.0)
    alone = [
        Simulator(plants[lane], scenario)
        for lane, scenario in enumerate((scenarios[0], None, scenarios[2]))
    ]
    for simulator in alone:
        simulator.reset(speed=37_000.0)
    for _ in range(12):
        batch.advance(37_000.0, 0.83)
        for lane, simulator in enumerate(alone):
            simulator.advance(37_000.0, 0.83)
            assert batch.states[lane] == pytest.approx(simulator.state, rel=1e-8, abs=1e-8)
