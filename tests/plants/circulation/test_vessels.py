"""Blood with inertia in the great arteries: a state where there is inertance, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from plants import STATES, WAVEFORMS, BeatMap, Patient, Plant, Simulator, steady_state
from plants.beat import PlantParts
from plants.circulation.vessels import Vessel, artery_pressure, inertia_rate, vessel_flow

AORTA = STATES.index["aorta_flow"]


def with_inertia(aorta: float, lungs: float = 0.0) -> Plant:
    return Plant(Patient.load("healthy").replace(l_aorta=aorta, l_pulmonary=lungs))


@pytest.mark.parametrize("stiffening", [0.0, 0.01, 0.05])
def test_an_artery_stiffens_with_its_pressure(stiffening):
    compliance, stressed, change = 1.5, 60.0, 1e-4
    pressure = float(artery_pressure(stressed, compliance, stiffening))
    slope = float(artery_pressure(stressed + change, compliance, stiffening)) - pressure
    assert slope / change == pytest.approx(
        np.sqrt(1 + 2 * stiffening * pressure) / compliance, rel=1e-5
    )
    assert pressure >= stressed / compliance
    assert float(artery_pressure(0.0, compliance, stiffening)) == 0.0


def test_a_stiffening_artery_has_the_larger_pulse_at_the_higher_pressure():
    soft = Patient.load("shock-d").replace(arterial_stiffening=0.0)
    plants = [Plant(patient) for patient in (soft, soft.replace(arterial_stiffening=0.05))]
    pulses = [
        [
            steady_state(plant, disturbances={"systemic_resistance": factor}).metrics[
                "pulse_pressure"
            ]
            for factor in (1.0, 1.6)
        ]
        for plant in plants
    ]
    linear, stiffening = (high / low for low, high in pulses)
    assert stiffening > linear + 0.02


def test_without_inertance_the_drop_is_over_the_resistance():
    assert float(vessel_flow(Vessel(6.0, 0.03, 0.0), 99.0)) == pytest.approx(200.0)
    assert (
        float(inertia_rate(Vessel(6.0, 0.03, 0.0), 99.0)) < 0
    )  # the state that nothing reads fades
    assert float(vessel_flow(Vessel(6.0, 0.03, 1e-3), 99.0)) == 99.0


def test_the_drop_beyond_what_the_resistance_takes_accelerates():
    assert float(inertia_rate(Vessel(6.0, 0.03, 2e-3), 100.0)) == pytest.approx((6.0 - 3.0) / 2e-3)


def test_little_inertance_changes_little_and_much_delays_the_flow():
    none, little, much = (steady_state(with_inertia(x)).metrics for x in (0.0, 2e-5, 2e-3))
    for name in ("map", "cardiac_output", "systolic"):
        assert little[name] == pytest.approx(none[name], rel=3e-3), name
    assert much["map"] == pytest.approx(none["map"], rel=0.05)
    # What the ascending aorta cannot pass on at once it has to hold.
    assert much["systolic"] > none["systolic"] + 1


def test_only_a_plant_with_inertia_has_the_state_in_its_loop():
    plain, inert = with_inertia(0.0), with_inertia(1e-3, 1e-3)
    assert not PlantParts.of(plain.values(0.0, None, 0.002)).inertia
    assert PlantParts.of(inert.values(0.0, None, 0.002)).inertia
    assert steady_state(plain).state[AORTA] == pytest.approx(0.0, abs=1e-9)


def test_blood_is_kept_and_the_flow_oscillates_as_it_should():
    plant = with_inertia(1e-3, 5e-4)
    simulator = Simulator(plant)
    simulator.reset()
    before = simulator.blood_volume
    waves = simulator.advance(0.0, 5.0, log_interval=0.002)
    assert simulator.blood_volume == pytest.approx(before, rel=1e-9)
    pressure = waves[:, WAVEFORMS.index("aortic_pressure")]
    p = plant.patient
    stiffness = 1 / p["c_aorta"] + 1 / p["c_systemic_arteries"]
    damped = stiffness / 1e-3 - (p["r_characteristic"] / 2e-3) ** 2
    period = 2 * np.pi / np.sqrt(damped)
    assert 0.05 < period < 0.2
    # After the valve has shut the aorta rings with that period.
    shut = waves[:, WAVEFORMS.index("aortic_valve_flow")] < 1e-2
    bends = np.diff(np.sign(np.diff(pressure[shut][:400])))
    assert (bends != 0).sum() >= 2


def test_the_largest_step_knows_of_the_inertia():
    assert with_inertia(2e-6).largest_step() < with_inertia(0.0).largest_step()
    assert with_inertia(1e-3).largest_step() >= with_inertia(0.0).largest_step()


@pytest.mark.parametrize("aorta", [0.0, 1e-3])
def test_the_jacobian_of_a_beat_has_the_inertia_where_there_is_any(aorta):
    plant = with_inertia(aorta)
    beats, state = BeatMap(plant), steady_state(plant).state
    values = beats.values(0.0)
    exact = beats.beat(state, values, np.eye(len(STATES))).d_state.T
    kept = beats.jacobian(state, values)
    assert kept == pytest.approx(exact, abs=1e-9)
    assert bool(np.abs(kept[:, AORTA]).max() > 1e-6) == (aorta > 0)


@pytest.mark.parametrize("stiffening", [0.0, 0.02, 0.1])
def test_an_artery_below_its_unstressed_volume_draws_blood_the_more_the_emptier(stiffening):
    pressures = [float(artery_pressure(-volume, 1.0, stiffening)) for volume in (0, 50, 140, 400)]
    assert pressures == [0.0, -50.0, -140.0, -400.0]
