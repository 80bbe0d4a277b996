"""A pump: leak at standstill, motor, suction with its hysteresis, current, hemolysis."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants import STATES, Patient, Plant, Pump, Simulator, steady_state
from plants.pumps import InsertedDevice, hemolysis_rate
from plants.pumps.head_flow import head_flow_law
from plants.pumps.inlet import Inlet
from plants.pumps.suction import suction_target, suction_threshold


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


def test_release_asks_for_more_filling_than_onset():
    p = parameters()

    def threshold(occlusion: float) -> float:
        """LV pressure at which the inlet is drawn half shut, by bisection."""
        below, above = -20.0, 20.0
        for _ in range(60):
            middle = 0.5 * (below + above)
            if float(suction_target(occlusion, 60.0, inlet(middle), p)) > 0.5:
                below = middle
            else:
                above = middle
        return 0.5 * (below + above)

    assert threshold(0.0) == pytest.approx(p.suction_pressure, abs=0.1)
    assert threshold(1.0) - threshold(0.0) == pytest.approx(p.suction_hysteresis, abs=1e-6)


def test_the_history_decides_whether_there_is_suction():
    """At one speed two stable courses: free when it was approached from below, sucking if not."""
    plant = Plant(low("shock-e", 1450, lv_ees=0.1), "5.5")
    simulator = Simulator(plant)
    simulator.reset(speed=25_000)
    for speed in range(26_000, 32_000, 1_000):
        simulator.advance(speed, 40.0)
    rising = simulator.metrics()
    for speed in (32_000, 33_000, 32_000, 31_000):
        simulator.advance(speed, 40.0)
    falling = simulator.metrics()
    assert rising["suction"] < 0.05
    assert falling["suction"] > 2 * rising["suction"] + 0.05
    assert falling["pump_flow"] < rising["pump_flow"] - 0.2
    simulator.advance(25_000, 60.0)
    assert simulator.metrics()["suction"] < 0.01


def test_nothing_is_drawn_while_blood_leaks_back():
    p = parameters()
    assert float(suction_target(0.0, -100.0, inlet(-50.0), p)) < 1e-4
    assert float(suction_target(0.0, 100.0, inlet(-50.0), p)) > 0.99


def test_an_inlet_against_a_wall_sucks_at_higher_filling():
    p = parameters()
    free = float(suction_target(0.0, 60.0, inlet(6.0), p))
    assert free < 0.05
    assert float(suction_target(0.0, 60.0, inlet(6.0, contact=1.0), p)) > 0.9
    assert float(suction_target(0.0, 60.0, inlet(6.0, contact=1.0, drawing=0.0), p)) == 0.0


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
