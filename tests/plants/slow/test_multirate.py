"""Long runs: as accurate as their tolerance says, blood to the mL, and loud when a patient dies."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

from plants import (
    InputError,
    MultirateRun,
    PhysicsError,
    Plant,
    Simulator,
    SlowClock,
    SlowParameters,
    steady_state,
)
from plants.quantities import SECONDS_PER_HOUR
from plants.slow import FAST_RELAXING_STATES, STATE_LAYOUT

SPEED = 42_000.0
#: Everything at work within hours.
RECOVERY = {"recoverable": 1.0, "recovery_time": 0.25, "recovery_delay": 0.0}
LIVELY = RECOVERY | {"mitral_tethering": 0.03, "mitral_competent_volume": 120.0}


def clock(**values: float) -> SlowClock:
    return SlowClock("shock-d", SlowParameters.load().replace(**values))


def started(tolerance: float = 1e-3, **values: float) -> MultirateRun:
    return MultirateRun(Plant("shock-d", "CP"), clock(**values), tolerance=tolerance)


def value(run: MultirateRun, name: str) -> float:
    return float(run.slow.state[STATE_LAYOUT.index[name]])


def relative_error(state: np.ndarray, exact: np.ndarray) -> float:
    return float(np.max(np.abs(state - exact) / (np.abs(exact) + 1e-3)))


def recovering(tolerance: float, longest: float = 24.0) -> np.ndarray:
    run = started(tolerance, **RECOVERY)
    run.slow.give(bleeding=40.0)
    run.advance(6.0, SPEED, longest=longest)
    return run.slow.state


@functools.cache
def exact() -> np.ndarray:
    return recovering(1e-6)


def test_shorter_outer_steps_are_better_by_the_second_power():
    # With a tolerance that accepts everything the length of the steps is given.
    errors = [relative_error(recovering(1e6, longest), exact()) for longest in (2.0, 1.0, 0.5)]
    assert errors[0] < 0.05
    assert errors[2] < errors[0] / 8
    assert errors[2] < 2e-3


@pytest.mark.parametrize("tolerance", [1e-2, 1e-3, 1e-4])
def test_the_tolerance_is_kept(tolerance):
    assert relative_error(recovering(tolerance), exact()) < tolerance


def test_a_dose_that_is_changed_is_followed_through_its_minutes():
    states = []
    for tolerance in (1e-2, 1e-5):
        run = started(tolerance, **LIVELY)
        run.slow.give(inotrope=4.0)
        run.advance(1.0, SPEED)
        states.append(run.slow.state)
    assert relative_error(*states) < 5e-3


@pytest.mark.parametrize("gain", [0.0, 1.0], ids=["no-reflex", "reflex"])
def test_it_agrees_with_every_beat_integrated(gain):
    values = LIVELY | {"baroreflex_gain": gain}
    hours = 0.3
    slow = clock(**values)
    plant = Plant("shock-d", "CP")
    simulator = Simulator(plant, slow=slow)
    simulator.reset(speed=SPEED)
    slow.give(vasopressor=0.1, fluid=200.0)
    simulator.advance(SPEED, hours * SECONDS_PER_HOUR)
    run = started(**values)
    run.slow.give(vasopressor=0.1, fluid=200.0)
    run.advance(hours, SPEED)
    metrics, beats = run.metrics(), simulator.metrics()
    for name in ("map", "cardiac_power_output", "lvedp", "blood_volume", "heart_rate", "pcwp"):
        assert metrics[name] == pytest.approx(beats[name], rel=2e-3), name
    assert relative_error(run.slow.state, slow.state) < 0.01
    assert run.slow.hours == pytest.approx(slow.hours, abs=1e-3)


def test_blood_lost_and_given_counts_to_the_millilitre():
    run = started()
    run.slow.give(bleeding=150.0)
    run.advance(3.0, SPEED)
    assert run.volume == pytest.approx(5000.0 - 450.0, abs=1e-6)
    assert run.metrics()["blood_volume"] == pytest.approx(run.volume, abs=1e-6)
    run.slow.give(bleeding=0.0, fluid=100.0, transfusion=60.0)
    run.advance(2.5, SPEED)
    assert run.volume == pytest.approx(4550.0 + 400.0, abs=1e-6)
    # The signal of the beat is that of the circuit itself.
    assert run.beat.state[:9].sum() == pytest.approx(run.volume, abs=1e-6)


def test_the_reflex_is_in_equilibrium_wherever_it_is_looked_at():
    run = started(baroreflex_gain=1.0)
    for level, dose in ((SPEED, 0.0), (36_000.0, 0.0), (36_000.0, 6.0)):
        run.slow.give(inotrope=dose)
        run.advance(1.0, level)
        pressure = run.metrics()["map"]
        assert value(run, "sensed_pressure") == pytest.approx(pressure, abs=0.02)
        quasi_steady = run.slow.quasi_steady(run.slow.state, run.beat.metrics)
        for name in FAST_RELAXING_STATES[1:]:
            assert value(run, name) == pytest.approx(
                quasi_steady[STATE_LAYOUT.index[name]], abs=2e-3
            )
        assert value(run, "resistance_tone") != 0.0


def test_without_a_change_a_patient_in_steady_state_stays():
    run = MultirateRun(Plant("shock-d"), clock(infarction_time=500.0))
    before = run.metrics()
    assert before["map"] == pytest.approx(steady_state(Plant("shock-d")).metrics["map"])
    run.advance(0.05, 0.0)
    assert run.metrics()["map"] == pytest.approx(before["map"], rel=1e-3)


def test_a_patient_bled_empty_dies_with_the_hour_and_the_reason():
    run = MultirateRun(Plant("shock-d"), clock())
    run.slow.give(bleeding=2000.0)
    with pytest.raises(PhysicsError, match=r"at [0-9.]+ h: .*shock-d") as death:
        run.advance(24.0, 0.0)
    assert f"at {run.slow.hours:.2f} h" in str(death.value)
    # The run stays at the last good step: it can still be looked at.
    assert 0.1 < run.slow.hours < 2.5
    assert run.volume == pytest.approx(5000.0 - 2000.0 * run.slow.hours, abs=1e-3)
    assert math.isfinite(run.metrics()["map"])
    assert run.metrics()["map"] < 50.0


def test_one_run_is_as_good_as_two_halves():
    whole, halves = started(**RECOVERY), started(**RECOVERY)
    whole.advance(6.0, SPEED)
    for _ in range(2):
        halves.advance(3.0, SPEED)
    assert relative_error(halves.slow.state, whole.slow.state) < 2e-3
    assert halves.slow.hours == whole.slow.hours == 6.0


def test_holding_lets_no_time_pass():
    run = started(**LIVELY)
    run.advance(1.0, SPEED)
    state, at_high = run.slow.state.copy(), run.metrics()["map"]
    run.hold(36_000.0)
    assert run.metrics()["map"] < at_high - 1.0
    run.hold(SPEED, {"systemic_resistance": 1.3})
    assert run.metrics()["map"] > at_high + 1.0
    run.hold(SPEED)
    assert run.metrics()["map"] == pytest.approx(at_high, abs=1e-4)
    slow = [i for i, name in enumerate(STATE_LAYOUT.names) if name not in FAST_RELAXING_STATES]
    assert run.slow.state[slow].tolist() == state[slow].tolist()
    assert run.slow.hours == 1.0


def test_a_clock_moved_from_outside_is_noticed():
    run = started()
    run.advance(0.5, SPEED)
    assert run.metrics()["mitral_regurgitant_fraction"] < 0.01
    state = run.slow.state.copy()
    state[STATE_LAYOUT.index["functional_leak"]] = 2.0
    run.slow.state = state
    assert run.metrics()["mitral_regurgitant_fraction"] > 0.1
    run.volume -= 400.0
    assert run.metrics()["blood_volume"] == pytest.approx(run.volume)


def test_what_is_given_acts_on_the_next_step():
    run = started()
    run.advance(1.0, SPEED)
    before = run.metrics()["cardiac_output"]
    run.slow.give(inotrope=8.0)
    run.advance(1.0, SPEED)
    assert run.metrics()["cardiac_output"] > before + 0.2


def test_days_cost_little_once_nothing_happens():
    run = started(recoverable=1.0)
    run.advance(96.0, SPEED)
    assert run.slow.hours == 96.0
    assert value(run, "stunned") < 0.9
    assert run.beats_found < 300
    assert run.slopes_taken < 12
    assert run.steps < 60


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"hours": 0.0}, "hours"),
        ({"hours": -1.0}, "hours"),
        ({"hours": math.nan}, "hours"),
        ({"hours": math.inf}, "hours"),
        ({"hours": 1.0, "longest": 0.0}, "longest"),
        ({"hours": 1.0, "disturbances": {"infusion": 1.0}}, "infusion"),
    ],
)
def test_bad_input_is_refused_before_anything_moves(arguments, field):
    run = started()
    with pytest.raises(InputError) as error:
        run.advance(speed=SPEED, **arguments)
    assert error.value.field == field
    assert run.slow.hours == 0.0


def test_a_clock_of_another_patient_is_refused():
    with pytest.raises(InputError, match="shock-c"):
        MultirateRun(Plant("shock-c", "CP"), clock())


@pytest.mark.parametrize("tolerance", [0.0, -1.0, math.nan])
def test_a_tolerance_is_positive(tolerance):
    with pytest.raises(InputError, match="tolerance"):
        MultirateRun(Plant("shock-d"), tolerance=tolerance)
