"""Stepping a plant through time: clocks, records, disturbances, and how a run may end."""

from __future__ import annotations

import numpy as np
import pytest

from plants import (
    METRICS,
    STATES,
    WAVEFORMS,
    Event,
    InputError,
    Patient,
    PhysicsError,
    Plant,
    Rhythm,
    Scenario,
    Simulator,
    SlowClock,
    steady_state,
)
from plants.beat import DEFAULT_STEP

WAVE = {name: i for i, name in enumerate(WAVEFORMS)}


def scenario(*events: Event) -> Scenario:
    return Scenario("test", "", events)


def event(disturbance: str, amount: float, shape: str, onset: float, **keys: float) -> Event:
    return Event(disturbance, amount, shape, onset, **keys)


@pytest.fixture
def course() -> Simulator:
    simulation = Simulator(Plant("shock-d", "CP"))
    simulation.reset(speed=44_000)
    return simulation


def test_a_reset_is_the_steady_state_of_the_speed(course):
    steady = steady_state(course.plant, 44_000)
    assert course.time == 0.0
    for name, value in course.metrics().items():
        assert value == pytest.approx(steady.metrics[name], rel=1e-6, abs=1e-6), name


def test_a_state_may_be_given(course):
    state = steady_state(course.plant, 30_000).state
    kept = state.copy()
    course.reset(state, speed=30_000)
    course.advance(44_000, 1.0)
    assert np.array_equal(state, kept)
    assert course.metrics()["heart_rate"] == pytest.approx(105)


@pytest.mark.parametrize("seconds", [0.001, 0.0031, 1 / 3, 0.5, 1.0, 1.2345, 7.0])
def test_exactly_the_time_asked_for_passes(course, seconds):
    course.advance(44_000, seconds)
    assert course.time == pytest.approx(seconds, rel=1e-12)
    beats = course.state[STATES.index["phase"]]
    assert beats == pytest.approx(seconds * 105 / 60, rel=1e-9)


def test_time_adds_up(course):
    for _ in range(300):
        course.advance(44_000, 1 / 3)
    assert course.time == pytest.approx(100.0, rel=1e-12)
    assert course.state[STATES.index["phase"]] == pytest.approx(175.0, rel=1e-9)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_a_time_that_does_not_pass_is_refused(course, seconds):
    with pytest.raises(InputError, match="positive number of seconds"):
        course.advance(44_000, seconds)
    with pytest.raises(InputError, match="positive number of seconds"):
        course.advance(44_000, 1.0, log_interval=seconds)


@pytest.mark.parametrize("speed", [float("nan"), float("inf")])
def test_a_speed_that_is_no_number_is_refused_and_nothing_moves(course, speed):
    before = course.state
    with pytest.raises(InputError, match="speed"):
        course.advance(speed, 1.0)
    assert np.array_equal(course.state, before)
    assert course.time == 0.0


@pytest.mark.parametrize("step", [0.0, -0.001, 0.005, float("nan")])
def test_a_step_above_the_stability_limit_is_refused(step):
    with pytest.raises(InputError, match=r"step = .* \(stability"):
        Simulator(Plant("shock-d", "CP"), step=step)


def test_the_message_on_a_step_names_limit_and_file():
    with pytest.raises(InputError) as caught:
        Simulator(Plant("healthy"), step=0.004)
    text = str(caught.value)
    assert "step" in text
    assert f"{Plant('healthy').largest_step():.3g} s" in text
    assert "healthy" in text


def test_the_default_step_suits_a_stiff_patient():
    stiff = Patient.load("healthy").replace(r_aortic=0.002, lv_ees=6.0)
    simulation = Simulator(Plant(stiff))
    assert simulation.step < 1e-3
    simulation.reset()
    simulation.advance(0, 10.0)
    assert 60 < simulation.metrics()["map"] < 160
    assert Simulator(Plant("shock-d", "CP")).step == DEFAULT_STEP


@pytest.mark.parametrize("interval", [0.0005, 0.002, 0.003, 0.005, 0.01, 0.1, 0.75])
def test_the_record_has_the_interval_asked_for(course, interval):
    log = course.advance(44_000, 3.0, log_interval=interval)
    rows = 3.0 / interval
    assert log.shape == (round(rows), len(WAVEFORMS))
    # Whatever the interval, a row stands at its own time.
    reference = Simulator(course.plant, step=0.0005)
    reference.reset(speed=44_000)
    if rows == pytest.approx(round(rows)):
        fine = reference.advance(44_000, 3.0, log_interval=0.0005)[:: round(interval / 0.0005)]
        pressure = WAVE["lv_pressure"]
        assert log[:, pressure] == pytest.approx(fine[: len(log), pressure], abs=0.1)


def test_recording_changes_nothing(course):
    disturbed = scenario(event("systemic_resistance", 1.5, "ramp", 1.0, duration=3.0))
    seen, blind = (Simulator(course.plant, disturbed) for _ in range(2))
    for simulation in (seen, blind):
        simulation.reset(speed=44_000)
    seen.advance(40_000, 5.3, log_interval=0.01)
    blind.advance(40_000, 5.3)
    assert seen.state == pytest.approx(blind.state, rel=1e-11)


def test_the_first_row_is_the_present(course):
    now = course.waveforms()
    log = course.advance(44_000, 0.1, log_interval=0.01)
    assert log[0] == pytest.approx(list(now.values()), rel=1e-12)
    assert list(now) == list(WAVEFORMS)


def test_metrics_are_those_of_the_last_completed_beat(course):
    before = course.metrics()
    assert list(before) == list(METRICS.names)
    course.advance(20_000, 0.3)  # no beat has ended yet
    assert course.metrics()["map"] == before["map"]
    course.advance(20_000, 3.0)
    assert course.metrics()["pump_speed"] < before["pump_speed"] - 10_000


def test_the_heart_rate_may_change_within_a_run():
    plant = Plant("shock-d", "CP")
    faster = scenario(event("heart_rate", 1.2, "step", 5.0))
    simulation = Simulator(plant, faster)
    simulation.reset(speed=44_000)
    simulation.advance(44_000, 5.0)
    assert simulation.metrics()["heart_rate"] == pytest.approx(105.0, rel=1e-6)
    simulation.advance(44_000, 1.5)
    assert simulation.metrics()["heart_rate"] == pytest.approx(126.0, rel=1e-6)
    simulation.advance(44_000, 60.0)
    expected = steady_state(plant, 44_000, {"heart_rate": 1.2}).metrics
    for name in ("map", "cardiac_output", "pcwp"):
        assert simulation.metrics()[name] == pytest.approx(expected[name], rel=1e-3)


def test_a_beat_in_which_the_rate_changes_has_a_rate_between():
    simulation = Simulator(Plant("shock-d"), scenario(event("heart_rate", 1.5, "step", 0.3)))
    simulation.reset()
    simulation.advance(0, 0.3)
    simulation.advance(0, 0.4)
    assert 105.0 < simulation.metrics()["heart_rate"] < 1.5 * 105


def test_disturbances_act_at_their_mean():
    """A pulse of 0.25 s is not missed, whatever the control period."""
    pulse = scenario(event("infusion", 20.0, "pulse", 1.1, duration=0.25))
    for period in (0.1, 0.5, 4.0):
        simulation = Simulator(Plant("shock-d"), pulse)
        simulation.reset()
        for _ in range(round(4.0 / period)):
            simulation.advance(0, period)
        assert simulation.blood_volume == pytest.approx(5005.0, rel=1e-9)


def test_two_simulators_of_one_plant_do_not_share_anything(course):
    other = Simulator(course.plant)
    other.reset(speed=20_000)
    before = course.state
    other.advance(10_000, 2.0)
    assert np.array_equal(course.state, before)
    state = course.state
    state[:] = 0.0
    assert np.array_equal(course.state, before)


def test_a_strong_heart_is_stepped_finely_enough():
    """Contractility at the end of its range would be unstable with the default step."""
    simulation = Simulator(Plant("healthy"), scenario(event("lv_contractility", 20.0, "step", 1.0)))
    simulation.reset()
    simulation.advance(0, 20.0)
    expected = steady_state(Plant("healthy"), 0, {"lv_contractility": 20.0}).metrics
    assert simulation.metrics()["map"] == pytest.approx(expected["map"], rel=1e-2)


def test_a_patient_who_bleeds_out_ends_the_run_with_an_error():
    bleeding = scenario(event("volume", -3000.0, "ramp", 1.0, duration=60.0))
    simulation = Simulator(Plant("healthy", "5.5"), bleeding)
    simulation.reset(speed=33_000)
    with pytest.raises(PhysicsError, match=r"patient healthy at \d+\.\d+ s: .* below 0"):
        simulation.advance(33_000, 120.0)


def test_a_pressure_beyond_belief_ends_the_run_with_an_error():
    flooded = scenario(event("infusion", 200.0, "pulse", 1.0, duration=110.0))
    simulation = Simulator(Plant("healthy"), flooded)
    simulation.reset()
    with pytest.raises(PhysicsError, match=r"pressure is .* mmHg, outside"):
        simulation.advance(0, 120.0)


def test_a_state_that_is_not_finite_ends_the_run_with_an_error(course):
    state = course.state
    state[0] = np.nan
    course.reset(state, speed=44_000)
    with pytest.raises(PhysicsError, match="no longer finite"):
        course.advance(44_000, 1.0)


def with_slow_clock() -> Simulator:
    rhythm = Rhythm.make("atrial-fibrillation", seed=3)
    simulation = Simulator(Plant("shock-d", "CP"), slow=SlowClock("shock-d"), rhythm=rhythm)
    simulation.reset(speed=44_000)
    return simulation


def seen(simulation: Simulator) -> tuple[float, list[float], dict[str, float]]:
    simulation.advance(36_000, 2.3)
    return simulation.time, simulation.state.tolist(), simulation.metrics()


@pytest.mark.parametrize("slow", [False, True])
def test_a_snapshot_is_gone_back_to_as_often_as_wanted(course, slow):
    simulation = with_slow_clock() if slow else course
    simulation.advance(40_000, 1.7)
    here = simulation.snapshot()
    first = seen(simulation)
    for _ in range(2):
        simulation.restore(here)
        assert simulation.time == pytest.approx(1.7)
        assert seen(simulation) == first


def test_a_snapshot_remembers_what_is_given_and_keeps_the_clock_of_the_caller():
    simulation = with_slow_clock()
    assert simulation.slow is not None
    simulation.slow.give(inotrope=5.0)
    here, clock = simulation.snapshot(), simulation.slow
    first = seen(simulation)
    simulation.slow.give(inotrope=0.0)
    simulation.restore(here)
    assert simulation.slow is clock
    assert clock.inputs["inotrope"] == 5.0
    assert seen(simulation) == first


def test_a_snapshot_serves_another_simulator_of_the_plant(course):
    course.advance(40_000, 1.7)
    other = Simulator(Plant("shock-d", "CP"))
    other.restore(course.snapshot())
    assert seen(other) == seen(course)


@pytest.mark.parametrize(
    ("other", "allowed"),
    [
        (lambda: Simulator(Plant("shock-e", "CP")).snapshot(), "shock-d on CP"),
        (lambda: Simulator(Plant("shock-d", "5.5")).snapshot(), "shock-d on CP"),
        (lambda: with_slow_clock().snapshot(), "without a slow clock"),
        (lambda: None, "snapshot()"),
        (lambda: {"time": 0.0}, "snapshot()"),
    ],
)
def test_a_snapshot_of_something_else_is_refused(course, other, allowed):
    before = course.snapshot()
    with pytest.raises(InputError) as refused:
        course.restore(other())
    assert allowed in refused.value.allowed
    np.testing.assert_array_equal(course.snapshot().carry, before.carry)
