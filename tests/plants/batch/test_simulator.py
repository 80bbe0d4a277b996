"""Many plants at once: each as its own simulator has it, and none in the way of another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

from plants import (
    METRICS,
    STATES,
    WAVEFORMS,
    BatchSimulator,
    Event,
    InputError,
    Patient,
    PhysicsError,
    Plant,
    Scenario,
    Simulator,
    steady_state,
)
from plants.batch import kernel as kernels
from plants.batch.layout import BatchLayout
from plants.compile import find_compiler
from plants.quantities import FailureKind

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")
PHASE = STATES.index["phase"]
CASES = (
    ("shock-d", "CP", 44_000.0, None),
    ("shock-c", "5.5", 30_000.0, "hemorrhage"),
    ("healthy", None, 0.0, "afterload-up"),
    ("shock-e", "2.5", 40_000.0, "exercise"),
    ("hfref", "CP", 30_000.0, None),
    ("rv-failure", "CP", 37_000.0, "hemorrhage"),
)
SPEEDS = np.array([speed for *_, speed, _ in CASES])


def plants(cases=CASES):
    return [Plant(patient, device) for patient, device, *_ in cases]


def scenarios(cases=CASES):
    return [Scenario.load(name) if name else None for *_, name in cases]


def singles(cases=CASES, **options):
    simulators = [
        Simulator(p, s, **options) for p, s in zip(plants(cases), scenarios(cases), strict=True)
    ]
    for simulator, (*_, speed, _) in zip(simulators, cases, strict=True):
        simulator.reset(speed=speed)
    return simulators


def assert_same(batch, simulators, tolerance=1e-9):
    metrics, waves = batch.metrics(), batch.waveforms()
    assert tuple(metrics) == METRICS.names
    assert tuple(waves) == tuple(WAVEFORMS)
    for lane, simulator in enumerate(simulators):
        mine = {name: row[lane] for name, row in metrics.items()}
        assert mine == pytest.approx(simulator.metrics(), rel=tolerance, abs=tolerance)
        mine = {name: row[lane] for name, row in waves.items()}
        assert mine == pytest.approx(simulator.waveforms(), rel=tolerance, abs=tolerance)
        assert batch.states[lane] == pytest.approx(simulator.state, rel=tolerance, abs=tolerance)
        assert batch.blood_volumes[lane] == pytest.approx(simulator.blood_volume, rel=tolerance)
        assert batch.times[lane] == simulator.time


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"width": 4},  # six lanes in blocks of four: two are padding
        {"width": 1},
        {"width": 2, "threads": 2},
        {"step": 0.001},
    ],
    ids=str,
)
def test_each_lane_is_as_its_own_simulator(options):
    batch = BatchSimulator(plants(), scenarios(), **options)
    simulators = singles(**({"step": options["step"]} if "step" in options else {}))
    batch.reset(speeds=SPEEDS)
    assert_same(batch, simulators)
    for k, seconds in enumerate((0.3, 1.0, 4.7, 13.0, 0.002)):
        commands = SPEEDS * (1 - 0.1 * (k % 3))
        batch.advance(commands, seconds)
        for simulator, command in zip(simulators, commands, strict=True):
            simulator.advance(command, seconds)
        assert_same(batch, simulators)
    assert not batch.failures
    assert batch.alive.all()


def test_left_right_both_and_no_pumps_may_be_mixed():
    cases = (
        ("rv-failure", "RP", 3000.0, None),
        ("biventricular-shock", "CP+RP", 40_000.0, "hemorrhage"),
        ("shock-d", "5.0", 30_000.0, None),
        ("healthy", None, 0.0, None),
    )
    speeds = [case[2] for case in cases]
    batch, simulators = BatchSimulator(plants(cases), scenarios(cases)), singles(cases)
    batch.reset(speeds=speeds)
    assert_same(batch, simulators)
    batch.advance(speeds, 6.0)
    for simulator, speed in zip(simulators, speeds, strict=True):
        simulator.advance(speed, 6.0)
    assert_same(batch, simulators)


def test_a_right_pump_may_come_in_later():
    batch = BatchSimulator(plants()[:2])
    batch.reset(speeds=SPEEDS[:2])
    batch.advance(SPEEDS[:2], 1.0)
    both = Plant("biventricular-shock", "CP+RP")
    batch.reset_lanes([1], plants=[both], speeds=40_000.0)
    batch.advance([44_000.0, 40_000.0], 2.0)
    simulator = Simulator(both)
    simulator.reset(speed=40_000.0)
    simulator.advance(40_000.0, 2.0)
    metrics = {name: row[1] for name, row in batch.metrics().items()}
    assert metrics == pytest.approx(simulator.metrics(), rel=1e-9, abs=1e-9)


def test_lanes_may_be_reset_and_held_apart():
    batch = BatchSimulator(plants(), scenarios(), width=4)
    batch.reset(speeds=SPEEDS)
    batch.advance(SPEEDS, 3.3)
    before = batch.states
    state = steady_state(Plant("shock-c", "CP"), 35_000).state
    batch.reset_lanes(
        [4, 1],
        plants=[Plant("shock-c", "CP"), Plant("shock-d", "5.0")],
        speeds=[35_000, 28_000],
        scenarios=[Scenario.load("exercise"), None],
        states=[state, batch.states[0]],
    )
    others = [0, 2, 3, 5]
    assert np.array_equal(batch.states[others], before[others])
    assert batch.times.tolist() == [3.3, 0.0, 3.3, 3.3, 0.0, 3.3]
    moving = np.array([False, True, False, True, True, False])
    speeds = np.array([1.0, 28_000, 1.0, 40_000, 35_000, 1.0])
    batch.advance(speeds, 1.1, lanes=moving)
    still = ~moving
    assert np.array_equal(batch.states[still], before[still])
    simulator = Simulator(Plant("shock-c", "CP"), Scenario.load("exercise"))
    simulator.reset(state, speed=35_000)
    simulator.advance(35_000, 1.1)
    assert batch.states[4] == pytest.approx(simulator.state, rel=1e-10, abs=1e-10)
    simulators = singles()
    simulators[3].advance(SPEEDS[3], 3.3)
    simulators[3].advance(40_000, 1.1)
    assert batch.states[3] == pytest.approx(simulators[3].state, rel=1e-10, abs=1e-10)


def bleeding():
    return Scenario("test", "", (Event("volume", -3000.0, "ramp", 1.0, duration=60.0),))


def test_a_lane_out_of_range_stops_with_the_reason_of_its_simulator_and_touches_none():
    cases = [("shock-d", "CP"), ("healthy", "5.5"), ("shock-c", "CP"), ("healthy", "5.5")]
    scenario = [None, bleeding(), None, bleeding()]
    made = [Plant(*case) for case in cases]
    batch, calm = (BatchSimulator(made, s) for s in (scenario, None))
    for simulator in (batch, calm):
        simulator.reset(speeds=33_000)
    single = Simulator(made[1], scenario[1])
    single.reset(speed=33_000)
    with pytest.raises(PhysicsError) as caught:
        single.advance(33_000, 120.0)
    batch.advance(33_000, 70.0)
    batch.advance(33_000, 1.0)
    assert batch.failures == {1: str(caught.value), 3: str(caught.value)}
    assert batch.alive.tolist() == [True, False, True, False]
    assert batch.times.tolist() == [71.0, single.time, 71.0, single.time]
    assert np.isnan(batch.metric_matrix()[:, [1, 3]]).all()
    with pytest.raises(PhysicsError, match=r"lane 1: patient healthy .*; lane 3: ") as told:
        batch.raise_failures()
    assert told.value.kind is caught.value.kind is FailureKind.OUT_OF_PHYSICAL_RANGE
    calm.advance(33_000, 70.0)
    calm.advance(33_000, 1.0)
    assert np.array_equal(batch.states[[0, 2]], calm.states[[0, 2]])
    batch.reset_lanes([1], speeds=33_000)
    assert set(batch.failures) == {3}
    batch.advance(33_000, 1.0)
    assert np.isfinite(batch.metrics()["map"][[0, 1, 2]]).all()


def test_a_lane_that_is_no_number_leaves_the_others_bit_identical():
    made = plants()[:5]
    batch, other = BatchSimulator(made), BatchSimulator(made)
    states = np.array([steady_state(p, s).state for p, s in zip(made, SPEEDS, strict=False)])
    other.reset(states, speeds=SPEEDS[:5])
    states = states.copy()
    states[2, 0] = np.nan
    batch.reset(states, speeds=SPEEDS[:5])
    for simulator in (batch, other):
        simulator.advance(SPEEDS[:5], 2.3)
    rest = [0, 1, 3, 4]
    assert np.array_equal(batch.states[rest], other.states[rest])
    assert np.array_equal(batch.metric_matrix()[:, rest], other.metric_matrix()[:, rest])
    single = Simulator(made[2])
    single.reset(states[2])
    with pytest.raises(PhysicsError) as caught:
        single.advance(0.0, 0.5)
    assert batch.failures == {2: str(caught.value)}


def test_a_lane_without_a_steady_state_is_told_by_index(monkeypatch):
    def never(plant, speed, *rest, **more):
        if plant.patient.name == "shock-c":
            raise PhysicsError("none of shock-c", kind=FailureKind.NO_PERIODIC_BEAT)
        return steady_state(plant, speed, *rest, **more)

    monkeypatch.setattr("plants.batch.start.steady_state", never)
    batch = BatchSimulator([Plant("shock-d", "CP"), Plant("shock-c", "CP")])
    batch.reset(speeds=31_234.0)
    assert batch.failures == {1: "none of shock-c"}
    with pytest.raises(PhysicsError) as told:
        batch.raise_failures()
    assert told.value.kind is FailureKind.NO_PERIODIC_BEAT
    batch.advance(31_234.0, 1.0)
    pressures = batch.metrics()["map"]
    assert np.isfinite(pressures[0])
    assert np.isnan(pressures[1])


@needs_compiler
def test_single_precision_is_close_and_keeps_the_time_of_beats():
    cases = CASES[:5]
    batch = BatchSimulator(plants(cases), scenarios(cases), precision="single")
    simulators = singles(cases)
    batch.reset(speeds=SPEEDS[:5])
    batch.advance(SPEEDS[:5], 33.1)
    for simulator, speed in zip(simulators, SPEEDS, strict=False):
        simulator.advance(speed, 33.1)
    metrics = batch.metrics()
    for lane, simulator in enumerate(simulators):
        expected = simulator.metrics()
        for name in ("map", "cardiac_output", "pcwp", "heart_rate", "lvedv", "stroke_work"):
            assert metrics[name][lane] == pytest.approx(expected[name], rel=1e-4), name
        assert batch.states[lane, PHASE] == pytest.approx(simulator.state[PHASE], rel=1e-5)


def test_without_a_compiler_the_virtual_machine_gives_the_same(monkeypatch):
    cases = (CASES[0], CASES[1], CASES[2])
    batches = [
        BatchSimulator(plants(cases), scenarios(cases), backend=backend)
        for backend in ("auto", "virtual-machine")
    ]
    states = np.array(
        [steady_state(p, s).state for p, s in zip(plants(cases), SPEEDS, strict=False)]
    )
    for batch in batches:
        batch.reset(states, speeds=SPEEDS[:3])
        batch.advance(SPEEDS[:3], 1.3)
    ours, other = (batch.metric_matrix() for batch in batches)
    np.testing.assert_allclose(ours, other, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(batches[0].states, batches[1].states, rtol=1e-9, atol=1e-9)


def test_a_machine_without_a_compiler_warns_once(tmp_path):
    code = """
import json, warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import numpy as np
    from plants import Plant
    from plants.batch import BatchSimulator
    plant = Plant("shock-d", "CP")
    batch = BatchSimulator([plant, plant], precision="single")
    batch.reset([plant.rest()] * 2, speeds=30_000)
    batch.advance(30_000, 0.1)
print(json.dumps([str(w.message) for w in caught if w.category is UserWarning]))
"""
    environment = os.environ | {"CC": "/nonexistent", "IMPELLAB_CACHE": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    (warning,) = json.loads(answer.stdout)
    assert "virtual machine" in warning


def test_many_patients_of_a_cohort_begin_where_each_of_them_would():
    base = Patient.load("shock-d")
    made = [Plant(base.replace(lv_ees=base["lv_ees"] * f), "CP") for f in (0.8, 0.9, 1.1)]
    batch = BatchSimulator(made)
    batch.reset(speeds=39_000)
    for lane, plant in enumerate(made):
        expected = steady_state(plant, 39_000).metrics
        metrics = {name: row[lane] for name, row in batch.metrics().items()}
        assert metrics == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_metrics_by_name():
    batch = BatchSimulator(plants()[:2])
    batch.reset(speeds=SPEEDS[:2])
    rows = batch.metric_matrix(["pcwp", "map"])
    assert rows.shape == (2, 2)
    assert np.array_equal(rows[1], batch.metrics()["map"])
    with pytest.raises(InputError, match="colour"):
        batch.metric_matrix(["colour"])


def two():
    return plants()[:2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), "one plant or more"),
        ((["shock-d"],), r"plants\[0\]"),
        ((two(), [None]), "scenarios .* 2, one for each lane"),
        ((two(), ["hemorrhage", None]), r"scenarios\[0\]"),
    ],
)
def test_bad_input_to_a_batch(arguments, message):
    with pytest.raises(InputError, match=message):
        BatchSimulator(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "width"),
        ({"width": 1.5}, "width"),
        ({"threads": 0}, "threads"),
        ({"precision": "half"}, "double, single"),
        ({"step": 0.0}, "step"),
        ({"step": float("nan")}, "step"),
        ({"step": 0.0024}, r"plants\[1\]"),
    ],
)
def test_bad_options(options, message):
    made = [Plant("shock-d", "CP"), Plant("healthy")]
    with pytest.raises(InputError, match=message):
        BatchSimulator(made, **options)


def test_bad_input_on_the_way_moves_nothing():
    batch = BatchSimulator(two())
    with pytest.raises(RuntimeError, match="reset"):
        batch.advance(1.0, 1.0)
    batch.reset(speeds=SPEEDS[:2])
    before = batch.states
    for speeds, seconds, message in (
        ([1.0, np.nan], 1.0, r"speeds\[1\]"),
        ([np.inf, 1.0], 1.0, r"speeds\[0\]"),
        ([1.0, 1.0, 1.0], 1.0, "one number, or 2"),
        (1.0, 0.0, "seconds"),
        (1.0, np.nan, "seconds"),
    ):
        with pytest.raises(InputError, match=message):
            batch.advance(speeds, seconds)
    with pytest.raises(InputError, match="2 booleans"):
        batch.advance(1.0, 1.0, lanes=np.array([True]))
    for lanes in ([2], [-1], [0, 0], [True]):
        with pytest.raises(InputError, match="lanes"):
            batch.reset_lanes(lanes)
    with pytest.raises(InputError, match="shape"):
        batch.reset_lanes([0], states=np.zeros((1, 3)))
    with pytest.raises(InputError, match="plants"):
        batch.reset_lanes([0], plants=two())
    assert np.array_equal(batch.states, before)


def test_the_width_follows_the_processor_and_the_batch(monkeypatch):
    monkeypatch.setattr(kernels, "native_width", lambda: 8)
    assert [kernels.chosen_width(n, "double") for n in (1, 2, 3, 8, 9, 5000)] == [1, 2, 4, 8, 8, 8]
    assert kernels.chosen_width(5000, "single") == 16


@pytest.mark.parametrize(("count", "width"), [(1, 1), (5, 4), (8, 4), (3, 8)])
def test_lanes_go_to_their_places_and_come_back(count, width):
    layout = BatchLayout(count, width)
    rows = np.arange(count * 3.0).reshape(count, 3)
    array = layout.empty(3, np.float64)
    layout.scatter(array, np.arange(count), rows)
    assert np.array_equal(layout.gather(array), rows.T)
    padded = array.transpose(0, 2, 1).reshape(-1, 3)
    assert (padded[count:] == rows[-1]).all()
    assert all(np.array_equal(layout.lane(array, k), rows[k]) for k in range(count))


def test_no_warning_is_raised():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        batch = BatchSimulator(two(), bleeding())
        batch.reset(speeds=30_000)
        batch.advance(30_000, 1.0)
        batch.metrics()
