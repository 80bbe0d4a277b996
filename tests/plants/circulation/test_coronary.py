"""The coronary bed: supply and demand, autoregulation, and contractility by perfusion."""

from __future__ import annotations

import numpy as np
import pytest

from plants import METRICS, STATES, Event, Patient, Plant, Scenario, Simulator, steady_state
from plants.beat import BeatMap
from plants.circulation import CirculationState, PatientParameters, coronary

HEALTHY = Patient.load("healthy")
#: A failing heart that is perfused well enough with a normal resistance: lv_ees is set apart from
#: what identification makes of the presets.
FAILING = Patient.load("shock-c").replace("failing", lv_ees=1.2, coronary_floor=0.75)


def parameters(**changes: float) -> PatientParameters:
    return PatientParameters(**HEALTHY.values | changes)


def perfused(supply: float, demand: float) -> CirculationState:
    return STATES.partly(coronary_supply=supply, coronary_demand=demand)


def factor(supply: float, demand: float, **changes: float) -> float:
    return float(coronary.perfusion_factor(supply, demand, parameters(**changes)))


def test_blood_is_driven_by_what_exceeds_the_ventricle_and_the_stop_of_flow():
    p = parameters(coronary_zero_flow=5.0, coronary_compression=0.5)
    assert float(coronary.driving_pressure(75.0, 10.0, p)) == pytest.approx(65.0)
    inner = parameters(coronary_zero_flow=5.0, coronary_compression=1.0)
    assert float(coronary.driving_pressure(75.0, 10.0, inner)) == pytest.approx(60.0)
    assert float(coronary.driving_pressure(100.0, 110.0, inner)) == 0.0  # systole squeezes it shut


def test_supply_and_demand_follow_within_the_time_constant():
    p = parameters(coronary_time=20.0)
    supply, demand = coronary.coronary_rates(perfused(40.0, 30.0), 60.0, 10.0, p)
    assert float(supply) == pytest.approx(1.0)
    assert float(demand) == pytest.approx(-1.0)


def test_contractility_is_the_patients_at_reference_supply_and_follows_it_mildly():
    at = {"coronary_reference": 40.0, "coronary_gregg": 0.004}
    assert factor(40.0, 30.0, **at) == 1.0
    assert factor(50.0, 30.0, **at) == pytest.approx(1.04)
    assert factor(35.0, 30.0, **at) == pytest.approx(0.98)


def test_ischemia_begins_where_the_reserve_is_used_up_and_has_a_floor():
    p = parameters(coronary_gregg=0.0)
    shown = {"coronary_gregg": 0.0}
    limit = p.coronary_critical_reserve + p.coronary_reserve_width
    demanded = float(coronary.demanded_flow(30.0, p))
    enough = limit * demanded / p.coronary_conductance
    assert factor(1.01 * enough, 30.0, **shown) == 1.0
    falling = [factor(x * enough, 30.0, **shown) for x in np.linspace(1, 0, 20)]
    assert np.all(np.diff(falling) <= 0)
    assert falling[5] < 1
    assert falling[-1] == pytest.approx(p.coronary_floor)
    # More demand at the same supply is ischemia too.
    assert factor(enough, 60.0, **shown) < 1
    assert factor(0.0, 60.0, coronary_coupling=0.0) == 1.0


def test_autoregulation_gives_what_is_asked_for_as_long_as_the_bed_passes_it():
    for hyperemic, demanded, reserve in (
        (1000.0, 250.0, 4.0),
        (50.0, 250.0, 1.0),
        (0.0, 99.0, 1.0),
    ):
        assert float(coronary.flow_reserve(hyperemic, demanded)) == pytest.approx(reserve, rel=1e-4)


def test_a_healthy_heart_has_a_reserve():
    metrics = steady_state(Plant("healthy")).metrics
    assert 3 < metrics["coronary_flow_reserve"] < 4.2
    assert 200 < metrics["coronary_flow"] < 350
    ratio = metrics["hyperemic_coronary_flow"] / metrics["coronary_flow"]
    assert ratio == pytest.approx(metrics["coronary_flow_reserve"], rel=1e-9)
    assert metrics["perfusion_factor"] == pytest.approx(1.0, abs=0.05)


def test_a_pump_raises_the_supply_and_takes_the_demand():
    plant = Plant(FAILING, "CP")
    without = steady_state(Plant(FAILING)).metrics
    on = steady_state(plant, plant.level_speed("P-8")).metrics
    assert on["hyperemic_coronary_flow"] > 1.2 * without["hyperemic_coronary_flow"]
    assert on["coronary_flow_reserve"] > without["coronary_flow_reserve"]
    assert on["perfusion_factor"] > without["perfusion_factor"]


def test_hypotension_weakens_the_heart_within_a_minute_and_it_recovers():
    loss = Event("systemic_resistance", 0.6, "pulse", onset=0.0, duration=60.0)
    simulator = Simulator(Plant(FAILING), Scenario("vasodilation", events=(loss,)))
    simulator.reset(steady_state(Plant(FAILING)).state)
    simulator.advance(0.0, 1.0)
    before = steady_state(Plant(FAILING)).metrics["perfusion_factor"]
    course = [simulator.metrics()["perfusion_factor"]]
    for seconds in (58.0, 180.0):
        simulator.advance(0.0, seconds)
        course.append(simulator.metrics()["perfusion_factor"])
    first, minute, after = course
    assert before - first < 0.3 * (before - minute)
    assert before - minute > 0.02
    assert after == pytest.approx(before, abs=0.005)


def test_without_coupling_nothing_but_the_coronary_metrics_knows_of_the_bed():
    off = HEALTHY.replace(coronary_coupling=0.0)
    narrow = off.replace(coronary_conductance=2.0, coronary_gregg=0.01, coronary_floor=0.1)
    wide, other = steady_state(Plant(off)).metrics, steady_state(Plant(narrow)).metrics
    own = {"coronary_flow", "hyperemic_coronary_flow", "coronary_flow_reserve"}
    for name in METRICS.names:
        if name not in own:
            assert wide[name] == pytest.approx(other[name], rel=1e-9, abs=1e-9), name
    assert wide["perfusion_factor"] == 1.0
    assert other["hyperemic_coronary_flow"] < 0.5 * wide["hyperemic_coronary_flow"]


def test_in_the_periodic_beat_the_indices_are_the_means_of_what_they_follow():
    steady = steady_state(Plant(FAILING))
    state = dict(zip(STATES.names, steady.state, strict=True))
    conductance = FAILING["coronary_conductance"]
    mean_supply = steady.metrics["hyperemic_coronary_flow"] / conductance
    assert state["coronary_supply"] == pytest.approx(mean_supply, rel=0.03)  # ripple of a beat


@pytest.mark.parametrize("device", [None, "CP", "CP+RP"])
def test_the_jacobian_of_a_beat_holds_the_bed_and_the_absent_pump(device):
    beats = BeatMap(Plant(FAILING, device))
    values = beats.values(0.0 if device is None else 40_000)
    state = steady_state(beats.plant, 0.0 if device is None else 40_000).state
    state[STATES.index["right_pump_speed"]] += 1.0
    exact = beats.beat(state, values, d_state=np.eye(len(STATES))).d_state.T
    exact[:, STATES.index["phase"]] = 0.0
    for name in ("aorta_flow", "lung_flow"):  # of blood without inertia; nothing reads them
        exact[:, STATES.index[name]] = 0.0
    fast = beats.jacobian(state, values)
    assert fast == pytest.approx(exact, rel=1e-7, abs=1e-9)
    supply = STATES.index["coronary_supply"]
    assert exact[STATES.index["lv_volume"], supply] < 0  # a better perfused heart is emptier


def test_a_spiral_of_ischemia_is_possible():
    # A low floor and little reserve leave two courses; which of them comes, the past decides.
    little = {"coronary_floor": 0.3, "coronary_reserve_width": 0.4, "coronary_zero_flow": 12.0}
    plant = Plant(FAILING.replace(**little))
    factors = []
    for supply in (40.0, 0.0):
        state = plant.rest()
        state[STATES.index["coronary_supply"]] = supply
        simulator = Simulator(plant)
        simulator.reset(state)
        simulator.advance(0.0, 300.0)
        factors.append(simulator.metrics()["perfusion_factor"])
    perfused, starved = factors
    assert perfused > 0.85
    assert starved < 0.4
