"""A pump: leak at standstill, motor, suction with its hysteresis, current, hemolysis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants import METRICS, STATES, BeatMap, Patient, Plant, Pump, Simulator, steady_state
from plants.pumps import InsertedDevice, hemolysis_rate
from plants.pumps.dynamics import PumpState, pump_rates
from plants.pumps.head_flow import head_flow_law
from plants.pumps.inlet import Inlet
from plants.pumps.suction import suction_target, suction_threshold
from plants.quantities import L_MIN_PER_ML_S


def parameters(device: str = "CP") -> InsertedDevice:
    return InsertedDevice(**Pump.load(device).values, pump_present=1.0)


def inlet(transmural: float, *, contact: float = 0.0, drawing: float = 1.0) -> Inlet:
    """A well filled ventricle at a transmural pressure (mmHg)."""
    return Inlet(
        inlet_pressure=transmural,
        outlet_pressure=60.0,
        transmural=transmural,
        cavity=95.0,
        contact=contact,
        drawing=drawing,
        obstruction=0.0,
    )


@given(flow=st.floats(-8, 8), krpm=st.floats(0, 46))
def test_the_plant_states_the_law_that_the_pump_states(flow, krpm):
    ours = float(head_flow_law(krpm, flow, parameters()))
    assert ours == pytest.approx(float(Pump.load("CP").head(krpm * 1e3, flow)), abs=1e-9)


LEFT = [name for name in Pump.names() if Pump.load(name).side == "left"]


@pytest.mark.parametrize("device", LEFT)
@pytest.mark.parametrize("patient", ["healthy", "shock-d"])
def test_a_stopped_pump_leaks_backward(patient, device):
    metrics = steady_state(Plant(patient, device), 0.0).metrics
    without = steady_state(Plant(patient)).metrics
    assert metrics["pump_flow"] < -0.3
    assert metrics["pump_flow_min"] < metrics["pump_flow"]
    # Stopped is never harmless: less reaches the body and the lungs are fuller.
    assert metrics["cardiac_output"] < without["cardiac_output"]
    assert metrics["map"] < without["map"]
    assert metrics["pcwp"] > without["pcwp"]
    assert metrics["displayed_flow"] == pytest.approx(0.0, abs=0.25)


def test_the_motor_lags_behind_its_command():
    """A small step is answered with the time constant; the lag is first order."""
    plant = Plant("shock-d", "CP")
    simulator = Simulator(plant)
    simulator.reset(speed=40_000)
    tau = plant.pump["motor_time_constant"]
    log = simulator.advance(40_200, 5 * tau, log_interval=0.002)
    speed = log[:, 11]  # pump_speed
    times = np.arange(len(speed)) * 0.002
    expected = 40_200 - 200 * np.exp(-times / tau)
    assert np.abs(speed - expected).max() < 1.0


def test_the_motor_speeds_up_no_faster_than_its_limit():
    plant = Plant("shock-d", "CP")
    simulator = Simulator(plant)
    simulator.reset(speed=0.0)
    log = simulator.advance(46_000, 4.0, log_interval=0.01)
    rise = np.diff(log[:, 11]) / 0.01
    limit = plant.pump["motor_rate_limit"]
    assert rise.max() <= limit * (1 + 1e-9)
    assert rise.max() > 0.99 * limit
    assert log[-1, 11] == pytest.approx(46_000, abs=50)
    assert np.all(log[:, 11] <= 46_000 + 1e-6)


def test_the_speed_is_limited_to_what_the_pump_can_do():
    simulator = Simulator(Plant("shock-d", "CP"))
    simulator.reset(speed=44_000)
    simulator.advance(90_000, 5.0)
    assert simulator.waveforms()["pump_speed"] == pytest.approx(46_000, abs=1.0)
    simulator.advance(-500.0, 5.0)
    assert simulator.waveforms()["pump_speed"] == pytest.approx(0.0, abs=1.0)


def low(patient: str, volume: float, **changes: float) -> Patient:
    whole = Patient.load(patient)
    return whole.replace(blood_volume=whole["blood_volume"] - volume, **changes)


def test_suction_sets_in_at_low_volume_and_high_speed_and_is_released():
    plant = Plant(low("healthy", 300), "CP")
    simulator = Simulator(plant)
    simulator.reset(speed=25_000)
    assert simulator.metrics()["suction"] < 0.01
    before = simulator.metrics()
    simulator.advance(46_000, 30.0)
    sucking = simulator.metrics()
    assert sucking["suction"] > 0.2
    assert sucking["suction_margin"] < before["suction_margin"] - 0.3
    # The occluded inlet costs the flow that the head would allow.
    free = float(plant.pump.flow_at(46_000, sucking["pump_head"]))
    assert sucking["pump_flow"] < free - 0.3
    simulator.advance(25_000, 60.0)
    assert simulator.metrics()["suction"] < 0.01
    assert simulator.metrics()["map"] == pytest.approx(before["map"], abs=0.1)


def test_full_patients_do_not_suck():
    assert steady_state(Plant("shock-d", "CP"), 46_000).metrics["suction"] < 1e-3


def threshold(flow: float = 60.0, drop: float = 0.0, **where: float) -> float:
    return float(suction_threshold(flow, drop, inlet(6.0, **where), parameters()))


def test_release_asks_for_more_filling_than_onset():
    """A force balance: the drop over the occluded inlet holds the wall by a share of itself."""
    held = threshold(drop=100.0) - threshold(drop=0.0)
    assert held == pytest.approx(100.0 * parameters().suction_hold, rel=1e-9)
    assert held > 3.0


def test_onset_comes_earlier_with_more_flow_and_near_a_wall():
    p = parameters()
    at_rest, slow, fast = threshold(0.0), threshold(30.0), threshold(60.0)
    assert at_rest == pytest.approx(p.suction_pressure, abs=0.1)
    assert fast - at_rest == pytest.approx(4 * (slow - at_rest), rel=0.05)
    assert threshold(60.0, contact=1.0) - at_rest == pytest.approx(
        (1 + p.wall_contact_inflow) * (fast - at_rest), rel=0.05
    )
    # A small cavity has its walls at the inlet.
    small = replace(inlet(6.0), cavity=-100.0)
    assert float(suction_threshold(60.0, 0.0, small, p)) == pytest.approx(
        threshold(60.0, contact=1.0), rel=1e-9
    )


def test_an_occluded_inlet_takes_up_the_whole_pull():
    p = parameters()
    for flow in (0.0, 20.0):
        x = PumpState(flow=flow, speed=46.0, occlusion=1.0)
        rates, seen = pump_rates(x, inlet(6.0), 46.0, p)
        # Only the resistance of the inlet is left: the flow decays.
        assert float(rates.flow) == pytest.approx(-p.suction_resistance * flow / p.inertance)
        pull = float(head_flow_law(46.0, flow * L_MIN_PER_ML_S, p)) + 6.0 - 60.0
        drop = pull + p.suction_resistance * flow
        assert float(seen) == pytest.approx(threshold(flow, drop), rel=1e-9)


def target(flow: float, transmural: float, **where: float) -> float:
    at, p = inlet(transmural, **where), parameters()
    return float(suction_target(flow, suction_threshold(flow, 0.0, at, p), at, p))


def test_nothing_is_drawn_while_blood_leaks_back():
    assert target(-100.0, -50.0) < 1e-4
    assert target(100.0, -50.0) > 0.99


def test_an_inlet_against_a_wall_sucks_at_higher_filling():
    assert target(60.0, 6.0) < 0.05
    assert target(60.0, 6.0, contact=1.0) > 0.9
    assert target(60.0, 6.0, contact=1.0, drawing=0.0) == 0.0
    # A pump that hardly draws lets the wall be.
    assert target(20.0, 6.0, contact=1.0) < 0.01


def test_beyond_onset_more_speed_gives_less():
    plant = Plant(low("healthy", 400), "CP")
    rows = [steady_state(plant, level.rpm).metrics for level in plant.pump.levels[2:]]
    free = [row for row in rows if row["suction"] < 0.01]
    sucking = [row for row in rows if row["suction"] > 0.3]
    assert free
    assert sucking
    for name, least in (("pump_flow", 0.5), ("cardiac_output", 0.05), ("map", 0.5)):
        best = free[-1][name]
        assert best > free[0][name]
        assert max(row[name] for row in sucking) < best - least, name


def test_contact_is_relieved_by_a_lower_level_and_only_below_its_onset():
    """The wall comes on at a high level, holds a little below it and is let go further down."""
    beats = BeatMap(Plant("shock-d", "CP"))

    def settled(speed: float, state: np.ndarray) -> tuple[float, np.ndarray]:
        values = beats.values(speed, {"wall_contact": 1.0})
        for _ in range(80):
            beat = beats.beat(state, values)
            state = beat.state
        return METRICS.as_dict(beat.metrics)["suction"], state

    speeds = range(34_000, 46_001, 1_000)
    _, state = settled(34_000, steady_state(beats.plant, 34_000).state)
    rising, falling = {}, {}
    for speed in speeds:
        rising[speed], state = settled(speed, state)
    for speed in reversed(speeds):
        falling[speed], state = settled(speed, state)
    assert rising[34_000] < 0.01
    assert rising[46_000] > 0.3
    assert falling[34_000] < 0.01
    assert sum(falling.values()) > sum(rising.values()) + 0.3


def test_the_current_follows_the_load():
    metrics = [steady_state(Plant("shock-d", "CP"), rpm).metrics for rpm in (0, 31_000, 46_000)]
    currents = [row["motor_current"] for row in metrics]
    assert currents[0] == pytest.approx(0.0, abs=1.0)
    assert currents[0] < currents[1] < currents[2]
    # Shaft power pays at least for the hydraulic power.
    watt = metrics[2]["motor_current"] * 1e-3 * 0.5e-3 * 46_000 * 2 * np.pi / 60
    hydraulic = metrics[2]["pump_head"] * metrics[2]["pump_flow"] / 451
    assert watt > hydraulic


def test_hemolysis_is_anchored_and_grows_with_speed_and_suction():
    p = parameters()
    speed, flow = p.hemolysis_reference_speed, p.hemolysis_reference_flow
    anchor = float(hemolysis_rate(speed, flow, 0.0, 1.0, 0.0, p))
    assert anchor == pytest.approx(p.hemolysis_reference_rate, rel=1e-3)
    assert float(hemolysis_rate(0.8 * speed, flow, 0.0, 1.0, 0.0, p)) == pytest.approx(
        anchor * 0.8**2.416, rel=1e-3
    )
    sucking = float(hemolysis_rate(speed, flow, 1.0, 1.0, 0.0, p))
    assert sucking == pytest.approx(anchor * p.hemolysis_suction_factor, rel=1e-9)


def test_without_a_pump_nothing_of_it_is_left():
    metrics = steady_state(Plant("shock-d")).metrics
    for name in ("pump_flow", "motor_current", "hemolysis_rate", "suction", "pump_head"):
        assert metrics[name] == pytest.approx(0.0, abs=1e-12), name
    assert STATES.index["pump_flow"] > 0
