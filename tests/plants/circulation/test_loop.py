"""The circuit: blood is neither made nor lost, and every link runs where it should."""

from __future__ import annotations

from dataclasses import replace

import casadi as ca
import numpy as np
import pytest

from plants import (
    DISTURBANCES,
    STATES,
    Patient,
    Plant,
    Simulator,
    plant_model,
    simulate,
    steady_state,
)
from plants.circulation import CirculationState, Disturbances, Flows, PatientParameters, Pressures
from plants.circulation.elastance import Wall
from plants.circulation.loop import VOLUMES, flows, pressures, volume_rates
from plants.circulation.valves import venous_flow
from plants.plant import N_VOLUMES, VALUES
from plants.quantities import L_MIN_PER_ML_S, TypedLayout


def neutral(**changes: float) -> Disturbances:
    return Disturbances(**{n: d.neutral for n, d in DISTURBANCES.items()} | changes)


def state_at(patient: Patient, pressure: float) -> CirculationState:
    """A relaxed circuit at one pressure, the heart perfused at its reference."""
    state = Plant(patient)._volumes_at(pressure)
    perfusion = {"coronary_supply": patient["coronary_reference"], "coronary_demand": 0.0}
    return CirculationState(
        **state, **perfusion, aorta_flow=0.0, lung_flow=0.0, phase=0.5, septum=3.0
    )


@pytest.fixture(scope="module")
def patient() -> Patient:
    return Patient.load("shock-c")


def parameters(patient: Patient) -> PatientParameters:
    return PatientParameters(**patient.values)


def test_the_rates_of_all_volumes_add_up_to_the_infusion():
    links = [
        "mitral",
        "aortic",
        "aorta",
        "systemic",
        "venous",
        "tricuspid",
        "pulmonary_valve",
        "pulmonary",
        "pulmonary_venous",
    ]
    q = TypedLayout(Flows).partly(**{name: ca.SX.sym(name) for name in links})
    pump, right, infusion = ca.SX.sym("pump"), ca.SX.sym("right"), ca.SX.sym("infusion")
    rates = volume_rates(q, pump, right, infusion)
    assert tuple(vars(rates)) == VOLUMES
    symbols = [getattr(q, name) for name in links]
    total = ca.Function(
        "total", [*symbols, pump, right, infusion], [sum(vars(rates).values()) - infusion]
    )
    rng = np.random.default_rng(0)
    assert abs(float(total(*rng.normal(0, 100, len(symbols) + 3)))) < 1e-12


def test_nothing_flows_at_one_pressure_but_the_residue_of_the_valves(patient):
    p, d, x = parameters(patient), neutral(), state_at(patient, 10.0)
    # At the middle of the cycle the ventricles are all but relaxed; take them so.
    pressure = Pressures(**dict.fromkeys(vars(pressures(x, p, d)), 10.0))
    q = flows(pressure, x, p, d, 0.0)
    width = p.valve_smoothing
    for name in ("aorta", "systemic", "pulmonary", "pulmonary_venous"):
        assert float(getattr(q, name)) == 0.0
    assert float(q.venous) == pytest.approx(0.0, abs=1e-3)
    for valve, resistance in (("mitral", p.r_mitral), ("aortic", p.r_aortic)):
        assert float(getattr(q, valve)) == pytest.approx(width / 2 / resistance)


@pytest.mark.parametrize("thorax", [-10.0, 40.0])
def test_intrathoracic_pressure_acts_on_what_lies_in_the_thorax(patient, thorax):
    p, x = parameters(patient), state_at(patient, 12.0)
    free, squeezed = (
        pressures(x, p, neutral()),
        pressures(x, p, neutral(intrathoracic_pressure=thorax)),
    )
    outside = {"systemic_arteries", "systemic_veins", "pericardium"}
    outside |= {"activation", "lv_active"}
    for name, value in vars(free).items():
        if isinstance(value, Wall):
            assert vars(getattr(squeezed, name)) == vars(value)
            continue
        change = float(getattr(squeezed, name)) - float(value)
        assert change == pytest.approx(0.0 if name in outside else thorax, abs=1e-9), name


@pytest.mark.parametrize(
    ("disturbance", "link"),
    [("systemic_resistance", "systemic"), ("pulmonary_resistance", "pulmonary")],
)
def test_a_factor_on_a_resistance_divides_its_flow(patient, disturbance, link):
    p, x = parameters(patient), state_at(patient, 12.0)
    x = replace(
        x,
        aorta_volume=x.aorta_volume + 30.0,
        systemic_artery_volume=x.systemic_artery_volume + 60.0,
        pulmonary_artery_volume=x.pulmonary_artery_volume + 40.0,
    )
    pressure = pressures(x, p, neutral())
    before = float(getattr(flows(pressure, x, p, neutral(), 0.0), link))
    after = float(getattr(flows(pressure, x, p, neutral(**{disturbance: 2.0}), 0.0), link))
    assert after == pytest.approx(before / 2)
    assert before > 0


def test_blood_flows_back_into_the_veins_from_a_full_atrium_and_not_from_an_empty_one(patient):
    p = parameters(patient)
    told = (p.r_venous, p.ra_collapse_volume, p.valve_smoothing)
    full, empty = (float(venous_flow(-10.0, volume, *told)) for volume in (60.0, 0.5))
    assert full == pytest.approx(-10.0 / p.r_venous, rel=1e-7)
    assert empty == pytest.approx(0.0, abs=1e-3)
    forward = float(venous_flow(10.0, 0.5, *told))
    assert forward == pytest.approx(10.0 / p.r_venous, rel=1e-4)


@pytest.mark.parametrize("name", ["healthy", "hfref", "shock-c"])
def test_a_strained_chest_is_lived_through(name):
    rollout = simulate(name, scenario="valsalva", duration=60.0)
    assert rollout.attrs["outcome"] == "completed"
    pressure = rollout["aortic_pressure"]
    before = float(pressure.sel(time=slice(10.0, 20.0)).mean())
    after = float(pressure.sel(time=slice(50.0, 60.0)).mean())
    assert after == pytest.approx(before, rel=0.05)


@pytest.mark.parametrize("name", ["lv_contractility", "rv_contractility"])
def test_a_factor_on_contractility_multiplies_end_systolic_pressure(patient, name):
    p, x, chamber = parameters(patient), state_at(patient, 12.0), name[:2]

    def peak(outside):
        told = [pressures(replace(x, phase=k / 200), p, outside) for k in range(200)]
        return max(float(getattr(each, chamber)) - float(each.heart) for each in told)

    # But for a rounded corner.
    assert peak(neutral(**{name: 0.5})) == pytest.approx(peak(neutral()) / 2, rel=1e-3)


@pytest.mark.parametrize("chamber", ["lv", "rv"])
def test_a_factor_on_stiffness_multiplies_the_exponent_of_that_ventricle_only(patient, chamber):
    p, x = parameters(patient), replace(state_at(patient, 12.0), phase=0.9)
    usual = pressures(x, p, neutral())
    stiffer = pressures(x, p, neutral(**{f"{chamber}_stiffness": 1.3}))
    own = replace(p, **{f"{chamber}_alpha": 1.3 * getattr(p, f"{chamber}_alpha")})
    expected = pressures(x, own, neutral())
    for name in ("lv", "rv", "la", "ra", "aorta"):
        told = float(getattr(stiffer, name))
        assert told == pytest.approx(float(getattr(expected, name)), rel=1e-12), name
        moved = told - float(getattr(usual, name))
        assert moved > 0.5 if name == chamber else moved == 0.0, name


@pytest.mark.parametrize("device", [None, "CP"])
def test_in_the_periodic_state_every_cross_section_carries_the_same_mean_flow(device):
    plant = Plant("shock-c", device)
    speed = 40_000.0 if device else 0.0
    steady = steady_state(plant, speed)
    simulator = Simulator(plant)
    simulator.reset(steady.state, speed=speed)
    # The flow into each compartment is the flow out of it: the net of each over a beat is zero.
    period = 60 / plant.patient["heart_rate"]
    before = simulator.state[:N_VOLUMES]
    simulator.advance(speed, period)
    # The steps of a course fall elsewhere in the cycle than those of the beat map.
    assert np.abs(simulator.state[:N_VOLUMES] - before).max() < 1e-3
    metrics = steady.metrics
    through_mitral, total = metrics["mitral_valve_flow"], metrics["cardiac_output"]
    assert through_mitral == pytest.approx(total, rel=1e-8)
    assert total == pytest.approx(metrics["native_flow"] + metrics["pump_flow"], rel=1e-12)


def test_the_pump_takes_from_the_ventricle_and_gives_to_the_aorta():
    plant = Plant("shock-d", "CP")
    x = steady_state(plant, 40_000).state
    v = plant.values(40_000, None, 0.002)
    derivative = plant_model().derivative
    more = x.copy()
    more[STATES.index["pump_flow"]] += 10.0
    change = np.asarray(derivative(more, v)[0] - derivative(x, v)[0]).ravel()
    assert change[STATES.index["lv_volume"]] == pytest.approx(-10.0)
    assert change[STATES.index["aorta_volume"]] == pytest.approx(10.0)
    others = [i for n, i in STATES.index.items() if n in VOLUMES and n[:2] not in ("lv", "ao")]
    assert np.abs(change[others]).max() == 0.0


def test_the_infusion_enters_the_systemic_veins():
    plant = Plant("shock-d")
    x = plant.rest()
    rates = plant_model().derivative
    dry = np.asarray(rates(x, plant.values(0, None, 0.002))[0]).ravel()
    wet = np.asarray(rates(x, plant.values(0, {"infusion": 7.0}, 0.002))[0]).ravel()
    change = wet - dry
    assert change[STATES.index["systemic_vein_volume"]] == pytest.approx(7.0)
    assert np.count_nonzero(change) == 1
    assert pytest.approx(0.42) == 7.0 * L_MIN_PER_ML_S
    assert VALUES.index["disturbance_infusion"] > 0
