"""A patient and a pump, joined: the numbers the model takes, and what is refused."""

from __future__ import annotations

import math

import casadi as ca
import numpy as np
import pytest

from plants import (
    DEVICE_PARAMETERS,
    PATIENT_PARAMETERS,
    STATES,
    BeatMap,
    InputError,
    Patient,
    Plant,
    Pump,
    Simulator,
    plant_model,
    steady_state,
)
from plants.patients import LEAST_STEP
from plants.plant import N_VOLUMES, RIGHT_SPEED, SPEED, STEP, VALUES


def test_names_objects_and_files_are_taken(tmp_path):
    patient = Patient.load("shock-d")
    path = tmp_path / "mine.toml"
    path.write_text(patient.replace("mine").to_toml(), encoding="utf-8")
    assert Plant(str(path)).patient.name == "mine"
    assert Plant(patient, Pump.load("CP")).pump.name == "CP"
    assert Plant("shock-d", "none").pump is None
    assert Plant("shock-d", None).pump is None


@pytest.mark.parametrize("device", ["Heartmate", "CP+5.5", "RP+RP"])
def test_an_unknown_device_is_refused(device):
    with pytest.raises(InputError):
        Plant("shock-d", device)


def test_two_pumps_on_one_side_are_refused():
    with pytest.raises(InputError, match="at most one left pump; CP is one"):
        Plant("shock-d", "CP", "5.5")


def test_a_right_pump_runs_alone_or_beside_a_left_one():
    alone, both = Plant("rv-failure", "RP"), Plant("biventricular-shock", "CP", "RP")
    assert (alone.left, alone.pump, alone.device) == (None, alone.right, "RP")
    assert both.pump is both.left
    assert both.device == "CP+RP"
    of_alone, of_both = alone.values(30_000, None, 0.002), both.values(40_000, None, 0.002)
    assert (of_alone[SPEED], of_alone[RIGHT_SPEED]) == (0.0, 30_000.0)
    assert (of_both[SPEED], of_both[RIGHT_SPEED]) == (40_000.0, both.right.speed("P-6"))
    unsupported, helped = steady_state(Plant("rv-failure")).metrics, steady_state(alone, 30_000)
    assert helped.metrics["right_pump_flow"] > 2.0
    assert helped.metrics["cvp"] < unsupported["cvp"] - 0.5
    assert helped.metrics["map"] > unsupported["map"] + 5.0
    assert helped.metrics["pump_flow"] == pytest.approx(0.0, abs=1e-9)


def test_the_parameters_are_in_the_order_of_the_symbols():
    plant = Plant("shock-d", "CP")
    values = plant.values(40_000, {"systemic_resistance": 1.2}, 0.002)
    named = dict(zip(VALUES.names, values, strict=True))
    assert named["speed_command"] == 40_000
    assert named["disturbance_systemic_resistance"] == 1.2
    assert named["disturbance_infusion"] == 0.0
    assert all(named[name] == plant.patient[name] for name in PATIENT_PARAMETERS)
    assert all(named[f"device_{name}"] == plant.pump[name] for name in DEVICE_PARAMETERS)
    assert named["device_pump_present"] == 1.0
    assert named["step"] == values[STEP] == 0.002
    assert values[SPEED] == 40_000
    assert values[VALUES.index["disturbance_systemic_resistance"]] == 1.2
    assert Plant("shock-d").values(0, None, 0.002)[VALUES.index["device_pump_present"]] == 0.0


@pytest.mark.parametrize("speed", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("device", [None, "CP"])
def test_a_speed_that_is_no_number_is_refused(speed, device):
    with pytest.raises(InputError, match="speed"):
        Plant("shock-d", device).values(speed, None, 0.002)


@pytest.mark.parametrize(("speed", "limited"), [(-1.0, 0.0), (40_000, 40_000), (1e6, 46_000)])
def test_the_speed_is_brought_into_the_range_of_the_pump(speed, limited):
    assert Plant("shock-d", "CP").limited(speed) == limited
    assert Plant("shock-d").limited(speed) == 0.0


@pytest.mark.parametrize(
    "disturbances", [{"gravity": 9.81}, {"infusion": 1e9}, {"heart_rate": float("nan")}]
)
def test_disturbances_are_checked(disturbances):
    with pytest.raises(InputError):
        Plant("shock-d").values(0, disturbances, 0.002)


@pytest.mark.parametrize("patient", Patient.names())
def test_a_heart_at_standstill_has_one_pressure(patient):
    plant = Plant(patient)
    state = plant.rest()
    assert state[:N_VOLUMES].sum() == pytest.approx(plant.patient["blood_volume"], rel=1e-9)
    volume = dict(zip(STATES.names, state, strict=True))
    p = plant.patient
    pressures = [
        (volume[f"{name}_volume"] - p[f"vu_{bed}"]) / p[f"c_{bed}"]
        for name, bed in (
            ("aorta", "aorta"),
            ("systemic_artery", "systemic_arteries"),
            ("systemic_vein", "systemic_veins"),
            ("pulmonary_artery", "pulmonary_arteries"),
            ("pulmonary_vein", "pulmonary_veins"),
        )
    ]
    pressures += [
        p[f"{name}_beta"]
        * math.expm1(p[f"{name}_alpha"] * (volume[f"{name}_volume"] - p[f"{name}_v0"]))
        for name in ("la", "lv", "ra", "rv")
    ]
    assert pressures == pytest.approx([pressures[0]] * 9, rel=1e-9)
    assert 2 < pressures[0] < 40
    assert volume["coronary_supply"] == p["coronary_reference"]
    others = np.delete(state, STATES.index["coronary_supply"])
    assert np.all(others[N_VOLUMES:] == 0)


@pytest.mark.parametrize(
    ("patient", "device", "speed"),
    [
        ("healthy", None, 0),
        ("shock-d", "CP", 0),
        ("shock-e", "2.5", 51_000),
        ("rv-failure", "5.5", 33_000),
        ("hfref", "CP", 31_000),
    ],
)
def test_the_largest_step_keeps_every_mode_of_a_beat_stable(patient, device, speed):
    """Runge-Kutta's fourth-order method needs step * rate below 2.785 on the real axis."""
    plant = Plant(patient, device)
    beats = BeatMap(plant)
    n = len(STATES)
    x, v = ca.SX.sym("x", n), ca.SX.sym("v", len(VALUES))
    model = plant_model()
    jacobian = ca.Function(
        "jacobian", [x, v], [ca.jacobian(model.derivative(x, v)[0], x)], {"cse": True}
    )
    values = beats.values(speed)
    carry = steady_state(plant, speed, beats=beats).state
    carry = np.concatenate([carry, np.asarray(model.begin(carry, values)).ravel()])
    fastest = 0.0
    for _ in range(beats.steps(values)):
        rates = np.linalg.eigvals(np.asarray(jacobian(carry[:n], values)))
        fastest = max(fastest, np.abs(rates).max())
        beats.kernel.run(carry, values, 1)
    assert fastest * plant.largest_step() < 2.785


def test_what_makes_the_circuit_stiffer_makes_the_step_smaller():
    healthy = Patient.load("healthy")
    base = Plant(healthy).largest_step()
    assert Plant(healthy.replace(r_aortic=0.003)).largest_step() < 0.6 * base
    assert Plant(healthy.replace(c_aorta=0.1)).largest_step() < base
    assert Plant(healthy).largest_step({"lv_contractility": 3.0}) < base
    assert Plant(healthy, "5.0").largest_step() < base
    narrow = Pump.load("CP").replace(inertance=0.002)
    assert Plant(healthy, narrow).largest_step() < 0.2 * base


#: Values of published circuits that lie far from those of the presets.
PUBLISHED = {
    "Regazzoni 2020": {"r_venous": 0.32, "r_pulmonary_venous": 0.0015},
    "Simaan 2009": {"r_aortic": 0.001, "c_aorta": 0.08, "arterial_stiffening": 0.0},
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_circuit_runs_and_keeps_its_blood(name):
    patient = Patient.load("healthy").replace(name, **PUBLISHED[name])
    plant = Plant(patient)
    assert plant.largest_step() >= LEAST_STEP
    steady = steady_state(plant)
    simulator = Simulator(plant)
    simulator.reset(speed=0.0)
    simulator.advance(0.0, 2.0)
    assert simulator.state[:N_VOLUMES].sum() == pytest.approx(patient["blood_volume"], abs=1e-8)
    assert simulator.metrics()["map"] == pytest.approx(steady.metrics["map"], rel=1e-3)


def test_the_heart_rate_follows_its_factor():
    assert Plant("shock-d").heart_rate() == 105.0
    assert Plant("shock-d").heart_rate({"heart_rate": 1.2}) == pytest.approx(126.0)
