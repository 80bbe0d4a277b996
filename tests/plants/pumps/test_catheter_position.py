"""Where the pump lies: blood is kept wherever it is, and each place shows as a console would."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants import STATES, WAVEFORMS, Plant, Pump, Simulator, plant_model, steady_state
from plants.circulation import Disturbances
from plants.plant import N_VOLUMES
from plants.pumps import InsertedDevice, hemolysis_factor, position
from plants.quantities import TypedLayout

LEFT = tuple(name for name in Pump.names() if Pump.load(name).side == "left")
CP = Pump.load("CP")
depths = st.floats(-100.0, 100.0)
shares = st.floats(0.0, 1.0)


def parameters(pump: Pump = CP, **changes: float) -> InsertedDevice:
    return InsertedDevice(**dict(pump.values) | {"pump_present": 1.0} | changes)


def lying(depth: float = 0.0, wall: float = 0.0, mitral: float = 0.0) -> Disturbances:
    return TypedLayout(Disturbances).partly(
        inlet_depth=depth, wall_contact=wall, mitral_contact=mitral
    )


def metrics(device: str, **where: float) -> dict[str, float]:
    plant = Plant("shock-d", device)
    return steady_state(plant, plant.pump.speed("P-6"), where).metrics


def places(device: str) -> dict[str, dict[str, float]]:
    """Each place that has a name, on that pump."""
    pump = Pump.load(device)
    beyond = 4 * pump["position_width"] + 10.0
    return {
        "well": {},
        "valve": {"inlet_depth": pump["position_deep"]},
        "deep": {"inlet_depth": pump["position_deep"] + beyond},
        "shallow": {"inlet_depth": -pump["position_shallow"] - beyond},
        "wall": {"wall_contact": 1.0},
        "mitral": {"mitral_contact": 1.0},
    }


@given(depth=depths, wall=shares, mitral=shares)
def test_every_share_lies_between_zero_and_one(depth, wall, mitral):
    at = position(lying(depth, wall, mitral), parameters())
    for name in ("inlet_in_lv", "outlet_in_aorta", "outlet_in_valve", "contact"):
        assert -1e-12 <= float(getattr(at, name)) <= 1 + 1e-12, name
    # Never both windows on the wrong side at once, and then nothing is delivered.
    assert -1e-12 <= float(at.delivered) <= 1 + 1e-12
    assert float(hemolysis_factor(at, lying(depth, wall, mitral), parameters())) >= 1.0


@pytest.mark.parametrize("device", LEFT)
def test_near_its_place_nothing_changes_at_all(device):
    pump = Pump.load(device)
    plant = Plant("shock-d", device)
    room = min(pump["position_deep"] - 4 * pump["position_width"], pump["position_shallow"] / 2)
    reference = metrics(device)
    for depth in (-room, 0.5 * room, room):
        where = position(lying(depth), parameters(pump))
        assert float(where.delivered) == 1.0
        assert float(where.outlet_in_valve) == 0.0
    assert metrics(device, inlet_depth=0.0, wall_contact=0.0) == reference
    # The step is the finer one of a pump that may be blocked, so that rounding differs.
    moved = steady_state(plant, plant.pump.speed("P-6"), {"inlet_depth": room}).metrics
    for name, value in reference.items():
        assert moved[name] == pytest.approx(value, rel=1e-3, abs=1e-3), name


@given(
    depth=depths,
    wall=shares,
    mitral=shares,
    seed=st.integers(0, 10_000),
    level=st.sampled_from((2, 9)),
)
def test_blood_is_neither_made_nor_lost_at_any_depth(depth, wall, mitral, seed, level):
    plant = Plant("shock-d", "CP")
    where = {"inlet_depth": depth, "wall_contact": wall, "mitral_contact": mitral}
    values = plant.values(plant.pump.speed(f"P-{level}"), where, 1e-3)
    rng = np.random.default_rng(seed)
    state = plant.rest()
    state[:N_VOLUMES] *= rng.uniform(0.7, 1.3, N_VOLUMES)
    state[STATES.index["pump_flow"]] = rng.uniform(-40.0, 120.0)
    state[STATES.index["phase"]] = rng.uniform(0, 1)
    rates = np.asarray(plant_model().derivative(state, values)[0]).ravel()
    assert abs(rates[:N_VOLUMES].sum()) < 1e-9 * (1 + np.abs(rates[:N_VOLUMES]).max())


@pytest.mark.parametrize("place", ["valve", "deep", "shallow", "mitral"])
def test_blood_is_kept_through_a_run_in_every_place(place):
    plant = Plant("shock-d", "CP")
    speed = plant.pump.speed("P-8")
    simulator = Simulator(plant)
    simulator.reset(speed=speed)
    start = simulator.blood_volume
    # A step into the place: the scenario's own events would only slow it down.
    simulator.scenario = SimpleNamespace(mean=lambda _t0, _t1: places("CP")[place])
    simulator.advance(speed, 10.0)
    assert simulator.blood_volume == pytest.approx(start, rel=1e-10)


@pytest.mark.parametrize("device", LEFT)
def test_with_both_windows_in_one_place_nothing_is_delivered(device):
    unsupported = steady_state(Plant("shock-d")).metrics
    for place in ("deep", "shallow"):
        displaced = metrics(device, **places(device)[place])
        assert displaced["malposition"] == pytest.approx(1.0)
        assert abs(displaced["pump_flow"]) < 1e-3
        for name in ("map", "cardiac_output", "lvedp", "pcwp"):
            assert displaced[name] == pytest.approx(unsupported[name], rel=1e-4), (place, name)
        # The console cannot know: the rotor turns blood around and draws the current for it.
        assert displaced["displayed_flow"] > 2.0


@pytest.mark.parametrize("device", LEFT)
def test_the_current_is_flat_where_the_windows_see_one_pressure(device):
    well = metrics(device)
    assert well["motor_current_pulsatility"] > 20.0
    for place in ("deep", "shallow"):
        displaced = metrics(device, **places(device)[place])
        assert displaced["motor_current_pulsatility"] < 0.05 * well["motor_current_pulsatility"]
        assert displaced["pump_head"] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("device", [x for x in LEFT if Pump.load(x)["placement_differential"] == 0])
def test_the_placement_signal_shows_where_the_sensor_lies(device):
    displaced = {place: metrics(device, **where) for place, where in places(device).items()}
    # The sensor sits at the outlet: aortic when well placed and too shallow.
    for place in ("well", "shallow", "wall", "mitral"):
        assert displaced[place]["placement_signal"] == pytest.approx(
            displaced[place]["map"], abs=0.01
        )
    # Too deep it shows the ventricle: its systole, and almost no diastolic pressure.
    deep = displaced["deep"]
    ventricle = deep["lv_peak_pressure"] - deep["lvedp"]
    assert deep["placement_pulsatility"] > ventricle
    assert deep["placement_pulsatility"] > 2 * deep["pulse_pressure"]


@pytest.mark.parametrize("device", [x for x in LEFT if Pump.load(x)["placement_differential"] == 1])
def test_a_differential_sensor_shows_nothing_between_two_windows_in_one_place(device):
    assert metrics(device)["placement_pulsatility"] > 30.0
    for place in ("deep", "shallow"):
        displaced = metrics(device, **places(device)[place])
        assert displaced["placement_signal"] == pytest.approx(0.0, abs=1e-6)
        assert displaced["placement_pulsatility"] < 1e-3


@pytest.mark.parametrize("device", LEFT)
def test_an_outlet_in_the_valve_blocks_the_flow_and_breaks_cells(device):
    well, valve = metrics(device), metrics(device, **places(device)["valve"])
    assert valve["pump_flow"] < 0.5 * well["pump_flow"]
    assert valve["map"] < well["map"]
    pump = Pump.load(device)
    at = position(lying(pump["position_deep"]), parameters(pump))
    assert float(at.outlet_in_valve) == pytest.approx(1.0)
    # Roberts 2020: 18.7 against 2.78 mg/100 L.
    assert float(hemolysis_factor(at, lying(), parameters(pump))) == pytest.approx(6.7)
    assert valve["hemolysis_rate"] > 4 * well["hemolysis_rate"]


@pytest.mark.parametrize("device", LEFT)
def test_contact_brings_suction_and_only_the_mitral_one_a_leak(device):
    plant = Plant("shock-d", device)
    highest, lowest = plant.pump.levels[-1].rpm, plant.pump.speed("P-2")
    touched = [places(device)[place] for place in ("wall", "mitral")]
    well = steady_state(plant, highest).metrics
    wall, mitral = (steady_state(plant, highest, where).metrics for where in touched)
    for where in touched:
        assert steady_state(plant, lowest, where).metrics["suction"] < 0.01
    for touching in (wall, mitral):
        assert touching["suction"] > well["suction"] + 0.2
        assert touching["suction_margin"] < well["suction_margin"] - 2.0
        assert touching["pump_flow"] < 0.8 * well["pump_flow"]
        assert touching["hemolysis_rate"] > 1.5 * well["hemolysis_rate"]
        assert touching["malposition"] == 0.0
    assert wall["mitral_regurgitant_fraction"] < 1e-6
    assert mitral["mitral_regurgitant_fraction"] > 0.02
    assert mitral["hemolysis_rate"] > 2 * wall["hemolysis_rate"]


def test_the_way_out_of_place_is_smooth_and_in_order():
    sweep = np.linspace(-60.0, 60.0, 481)
    at = [position(lying(depth), parameters()) for depth in sweep]
    delivered = np.array([float(where.delivered) for where in at])
    blocked = np.array([float(where.outlet_in_valve) for where in at])
    assert np.abs(np.diff(delivered)).max() < 0.2
    middle = len(sweep) // 2
    assert np.all(np.diff(delivered[middle:]) <= 1e-12)
    assert np.all(np.diff(delivered[: middle + 1]) >= -1e-12)
    # The outlet is blocked before it is in the ventricle.
    first = int(np.argmax(blocked > 0.5))
    assert sweep[first] < sweep[np.argmax(delivered[middle:] < 0.5) + middle]
    assert blocked[sweep < 0].max() == 0.0


def test_a_stopped_pump_leaks_wherever_both_windows_lie_right_and_not_elsewhere():
    plant = Plant("shock-d", "CP")
    right = steady_state(plant, 0.0).metrics["pump_flow"]
    wrong = steady_state(plant, 0.0, places("CP")["deep"]).metrics["pump_flow"]
    assert right < -0.1
    assert abs(wrong) < 1e-3


def test_the_right_pump_has_no_position():
    plant = Plant("biventricular-shock", "RP")
    speed = plant.pump.speed("P-6")
    reference = steady_state(plant, speed).metrics
    moved = steady_state(plant, speed, {"wall_contact": 1.0, "inlet_depth": 60.0}).metrics
    for name in ("right_pump_flow", "map", "cvp", "mpap", "hemolysis_rate", "cardiac_output"):
        assert moved[name] == pytest.approx(reference[name], rel=1e-9), name


def test_the_waveform_of_the_placement_signal_is_that_of_the_chamber():
    plant = Plant("shock-d", "CP")
    speed = plant.pump.speed("P-6")
    for place, chamber in (("well", "aortic_pressure"), ("deep", "lv_pressure")):
        where = places("CP")[place]
        state = steady_state(plant, speed, where).state
        row = np.asarray(plant_model().observe(state, plant.values(speed, where, 1e-3))).ravel()
        seen = dict(zip(WAVEFORMS, row, strict=True))
        assert seen["placement_signal"] == pytest.approx(seen[chamber], abs=1e-9)
