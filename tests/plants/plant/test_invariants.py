"""What must hold whatever happens: blood, energy, continuity in speed and volume, determinism."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from plants import (
    DISTURBANCES,
    PATIENT_PARAMETERS,
    SIGNALS,
    Event,
    InputError,
    Patient,
    PhysicsError,
    Plant,
    Pump,
    Scenario,
    Simulator,
    individual,
    steady_state,
)
from plants.plant import N_VOLUMES


@pytest.mark.parametrize(("patient", "device"), [("shock-d", "CP"), ("healthy", None)])
def test_blood_is_kept_over_ten_minutes(patient, device):
    simulator = Simulator(Plant(patient, device))
    simulator.reset(speed=44_000)
    start = simulator.blood_volume
    assert start == pytest.approx(simulator.plant.patient["blood_volume"], rel=1e-12)
    speeds = [0, 20_000, 46_000, 31_000, 44_000]
    for minute in range(10):
        simulator.advance(speeds[minute % 5], 60.0)
        assert simulator.blood_volume == pytest.approx(start, rel=1e-6)
    assert abs(simulator.blood_volume / start - 1) < 1e-9  # and far better than asked for


@pytest.mark.parametrize(
    ("event", "given_at"),
    [
        (Event("volume", -500.0, "ramp", 20.0, duration=50.0), {30.0: -100.0, 70.0: -500.0}),
        (
            Event("volume", 300.0, "first_order", 5.0, time_constant=10.0),
            {15.0: 300 * (1 - np.exp(-1)), 65.0: 300 * (1 - np.exp(-6))},
        ),
        (Event("infusion", 4.0, "pulse", 2.3, duration=7.7), {6.0: 4 * 3.7, 60.0: 4 * 7.7}),
    ],
    ids=["bleeding", "filling", "pulse"],
)
def test_the_budget_of_an_infusion_is_exact(event, given_at):
    simulator = Simulator(Plant("hfref", "CP"), Scenario("test", "", (event,)))
    simulator.reset(speed=37_000)
    start = simulator.blood_volume
    for time, volume in given_at.items():
        simulator.advance(37_000, time - simulator.time)
        assert simulator.blood_volume - start == pytest.approx(volume, rel=1e-9)
        assert simulator.metrics()["blood_volume"] == pytest.approx(simulator.blood_volume)


@pytest.mark.parametrize(("patient", "device"), [("shock-c", "CP"), ("shock-e", "5.5")])
def test_work_is_paid_for(patient, device):
    """Over a beat the ventricles and the pump give what the resistances take.

    The heart's chambers do net work on the blood, the pump adds head times flow; elastic vessels
    give back all they store, and the periodic beat ends where it began.
    """
    plant = Plant(patient, device)
    speed = plant.pump.speed("P-5")
    simulator = Simulator(plant, step=5e-4)
    simulator.reset(speed=speed)
    period = 60 / plant.patient["heart_rate"]
    from plants import WAVEFORMS

    log = simulator.advance(speed, period, log_interval=5e-4)
    wave = {name: log[:, i] for i, name in enumerate(WAVEFORMS)}
    # The LV alone: what flows in at its pressure against what flows out at its pressure.
    power = wave["lv_pressure"] * (
        wave["aortic_valve_flow"] + wave["pump_flow"] - wave["mitral_valve_flow"]
    )
    work = power.mean() * 1000 / 60 * period
    metrics = steady_state(plant, speed).metrics
    assert metrics["stroke_work"] == pytest.approx(work, rel=2e-3)
    assert metrics["stroke_work"] > 0
    assert metrics["pressure_volume_area"] > metrics["stroke_work"]


@pytest.mark.parametrize("patient", ["shock-c", "shock-d", "shock-e"])
def test_more_speed_is_more_support(patient):
    plant = Plant(patient, "CP")
    levels = [level for level in plant.pump.levels if level.rpm > 0]
    rows = [steady_state(plant, level.rpm).metrics for level in levels]
    for name, sign in (
        ("pump_flow", 1),
        ("cardiac_output", 1),
        ("map", 1),
        ("cardiac_power_output", 1),
        ("pcwp", -1),
        ("lvedp", -1),
        ("pressure_volume_area", -1),
        ("aortic_valve_open_fraction", -1),
    ):
        steps = sign * np.diff([row[name] for row in rows])
        assert steps.min() > -1e-9 * abs(rows[0][name]) - 1e-9, name
    native = [row["native_flow"] for row in rows]
    assert native[-1] < native[0] + 1e-3


@settings(max_examples=20)
@given(
    patient=st.sampled_from(Patient.names()),
    device=st.sampled_from([None, *Pump.names()]),
    share=st.floats(0, 1),
    factors=st.lists(
        st.floats(1 / 3, 3), min_size=len(PATIENT_PARAMETERS), max_size=len(PATIENT_PARAMETERS)
    ),
    stressed=st.floats(300, 2500),
)
def test_any_patient_gives_finite_numbers_or_an_error(patient, device, share, factors, stressed):
    """Every parameter up to three times off: never NaN, never a silent nonsense."""
    base = Patient.load(patient)
    values = {}
    for (name, spec), factor in zip(PATIENT_PARAMETERS.items(), factors, strict=True):
        values[name] = float(np.clip(base[name] * factor, spec.low, spec.high))
    unstressed = sum(value for name, value in values.items() if name.startswith("vu_"))
    values["blood_volume"] = unstressed + stressed
    try:
        plant = Plant(base.replace("drawn", **values), device)
    except InputError:
        return
    speed = share * plant.pump.max_rpm if plant.pump else 0.0
    simulator = Simulator(plant)
    try:
        simulator.reset(speed=speed)
        simulator.advance(speed, 5.0)
    except PhysicsError as error:
        ended = str(error)
    else:
        ended = ""
    if ended:
        assert "drawn" in ended  # it says who
        return
    metrics = simulator.metrics()
    assert all(np.isfinite(value) for value in metrics.values())
    assert simulator.blood_volume == pytest.approx(values["blood_volume"], rel=1e-9)
    assert simulator.state[:N_VOLUMES].min() >= 0
    for name in ("map", "systolic", "pcwp", "cvp", "mpap"):
        assert SIGNALS[name].low - 20 <= metrics[name] <= SIGNALS[name].high + 20


@pytest.mark.parametrize("disturbance", DISTURBANCES)
@pytest.mark.parametrize("end", ["low", "high"])
def test_disturbances_at_the_ends_of_their_ranges(disturbance, end):
    """Finite numbers, or an error that says what went wrong."""
    amount = getattr(DISTURBANCES[disturbance], end)
    event = Event(disturbance, amount, "ramp", 1.0, duration=2.0)
    simulator = Simulator(Plant("shock-c", "CP"), Scenario("extreme", "", (event,)))
    simulator.reset(speed=40_000)
    try:
        simulator.advance(40_000, 15.0)
    except PhysicsError as error:
        ended = str(error)
    else:
        ended = ""
    if ended:
        assert "shock-c" in ended
        return
    assert all(np.isfinite(value) for value in simulator.metrics().values())


def test_the_same_run_twice_gives_the_same_bits():
    runs = []
    for _ in range(2):
        simulator = Simulator(
            Plant(individual("shock-d", seed=5), "CP"), Scenario.load("hemorrhage")
        )
        simulator.reset(speed=40_000)
        log = simulator.advance(42_000, 30.0, log_interval=0.01)
        runs.append((log, simulator.state))
    assert np.array_equal(runs[0][0], runs[1][0])
    assert np.array_equal(runs[0][1], runs[1][1])


def test_global_generators_are_left_alone():
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    individual("shock-d", seed=5)
    simulator = Simulator(Plant("shock-d", "CP"))
    simulator.reset(speed=40_000)
    simulator.advance(42_000, 2.0)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002
