"""The beat map: a beat of the simulator, with derivatives that central differences confirm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from plants import METRICS, STATES, BeatMap, Patient, Plant, Simulator, steady_state
from plants.beat.map import _moving
from plants.plant import N_VOLUMES, PHASE, STEP, VALUES

N, M = len(STATES), len(VALUES)
OUTPUTS = (*STATES.names, *METRICS.names)
INPUTS = (*STATES.names, *VALUES.names)
#: Relative step of the central differences; two of them give a fourth-order difference.
SMALL = 5e-7
TOLERANCE = 1e-5

# Ordinary support with the valve opening, suction, and no pump.
CASES = [("shock-d", "CP", 40_000.0), ("rv-failure", "5.5", 33_000.0), ("healthy", None, 0.0)]
# An absent pump's flow is exactly zero at the onset, so that its extremes have a corner there.
CORNERS = {
    (source, output)
    for source in ("pump_flow", "device_pump_present")
    for output in ("pump_flow_max", "pump_flow_min")
}


def off_balance(beats: BeatMap, speed: float, seed: int = 2) -> np.ndarray:
    """A state near the periodic one. In that one an extreme may be reached at both ends of the
    beat at once, where there is no derivative."""
    state = steady_state(beats.plant, speed, beats=beats).state
    state *= 1 + 0.02 * np.random.default_rng(seed).uniform(-1, 1, N)
    state[PHASE] = 0.0
    return state


def outputs(beats: BeatMap, state: np.ndarray, values: np.ndarray) -> np.ndarray:
    beat = beats.beat(state, values)
    return np.concatenate([beat.state, beat.metrics])


def moved(values: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """The values a little further, with the step that keeps the number of steps of the beat."""
    after = values + direction
    rate = [VALUES.index["heart_rate"], VALUES.index["disturbance_heart_rate"]]
    after[STEP] = values[STEP] * np.prod(values[rate]) / np.prod(after[rate])
    return after


@pytest.mark.parametrize(("patient", "device", "speed"), CASES)
def test_the_derivatives_are_those_of_central_differences(patient, device, speed):
    """Of every state and metric, by every state, disturbance, parameter and the speed."""
    beats = BeatMap(Plant(patient, device))
    state, values = off_balance(beats, speed), beats.values(speed)
    middle = outputs(beats, state, values)
    scale = np.concatenate([np.maximum(np.abs(state), 1.0), np.maximum(np.abs(values), 0.1)])
    directions = np.diag(scale)
    exact = beats.beat(state, values, directions[:, :N].copy(), directions[:, N:].copy())
    rows = np.concatenate([exact.d_state, exact.d_metrics], axis=1)
    assert np.all(np.isfinite(rows))

    for i, name in enumerate(INPUTS):
        if name in ("phase", "step", "l_aorta", "l_pulmonary"):
            continue  # No inertance is a switch, not a number.
        if name in VALUES.names and name.startswith("right_"):
            continue  # Of a pump that is not there: its presence is a switch, not a number.

        def at(h: float, direction: np.ndarray = directions[i]) -> np.ndarray:
            d_x, d_v = h * direction[:N], h * direction[N:]
            return outputs(beats, state + d_x, moved(values, d_v))

        coarse = (at(SMALL) - at(-SMALL)) / (2 * SMALL)
        fine = (at(SMALL / 2) - at(-SMALL / 2)) / SMALL
        error = np.abs((4 * fine - coarse) / 3 - rows[i])
        error /= 1 + np.abs(middle) + np.abs(rows[i])
        for j, output in enumerate(OUTPUTS):
            if device is None and (name, output) in CORNERS:
                continue
            assert error[j] < TOLERANCE, (name, output, rows[i, j])


def test_the_speed_and_the_disturbances_are_among_the_directions():
    beats = BeatMap(Plant("shock-c", "CP"))
    state, values = off_balance(beats, 38_000), beats.values(38_000)
    names = ("speed_command", "disturbance_systemic_resistance", "disturbance_infusion")
    directions = np.zeros((3, M))
    for row, name in enumerate(names):
        directions[row, VALUES.index[name]] = 1.0
    beat = beats.beat(state, values, d_values=directions)
    change = dict(zip(METRICS.names, beat.d_metrics.T, strict=True))
    assert change["pump_speed"][0] > 0.5  # rpm per rpm, less the lag
    assert change["map"][1] > 0
    period = beats.period(values)
    assert change["blood_volume"][2] == pytest.approx(period, rel=1e-9)
    assert beat.d_state[:, PHASE] == pytest.approx(np.zeros(3), abs=1e-12)


def test_a_beat_stays_a_beat_when_the_heart_rate_moves():
    beats = BeatMap(Plant("shock-c", "CP"))
    values = beats.values(38_000)
    direction = np.zeros((1, M))
    direction[0, VALUES.index["disturbance_heart_rate"]] = 1.0
    before = direction.copy()
    beat = beats.beat(off_balance(beats, 38_000), values, d_values=direction)
    assert beat.d_state[0, PHASE] == pytest.approx(0.0, abs=1e-12)
    rate = METRICS.index["heart_rate"]
    assert beat.d_metrics[0, rate] == pytest.approx(beat.metrics[rate], rel=1e-9)
    assert np.array_equal(direction, before)  # what the caller passed is left alone


@settings(max_examples=15)
@given(
    patient=st.sampled_from(Patient.names()),
    speed=st.floats(0, 46_000),
    volumes=st.lists(st.floats(0.7, 1.4), min_size=N_VOLUMES, max_size=N_VOLUMES),
    resistance=st.floats(0.3, 3.0),
    rate=st.floats(0.5, 1.5),
)
def test_any_beat_is_finite_and_keeps_its_blood(patient, speed, volumes, resistance, rate):
    beats = BeatMap(Plant(patient, "CP"))
    state = beats.plant.rest()
    state[:N_VOLUMES] *= volumes
    values = beats.values(speed, {"systemic_resistance": resistance, "heart_rate": rate})
    beat = beats.beat(state, values, d_state=np.eye(N))
    assert np.all(np.isfinite(beat.state))
    assert np.all(np.isfinite(beat.metrics))
    assert np.all(np.isfinite(beat.d_state))
    before, after = state[:N_VOLUMES].sum(), beat.state[:N_VOLUMES].sum()
    assert after == pytest.approx(before, rel=1e-12)
    # The derivative keeps it too: each column of volumes adds up to one.
    assert beat.d_state[:N_VOLUMES, :N_VOLUMES].sum(axis=1) == pytest.approx(
        np.ones(N_VOLUMES), rel=1e-9
    )


def test_a_beat_ends_at_the_next_onset():
    beats = BeatMap(Plant("hfref", "CP"))
    beat = beats.beat(beats.plant.rest(), beats.values(30_000))
    assert beat.state[PHASE] == pytest.approx(1.0, abs=1e-12)
    assert beat.d_state.shape == (0, N)
    assert beat.d_metrics.shape == (0, len(METRICS))


def test_the_phase_of_the_start_is_ignored_and_the_start_is_left_alone():
    beats = BeatMap(Plant("hfref", "CP"))
    state, values = beats.plant.rest(), beats.values(30_000)
    later = state.copy()
    later[PHASE] = 3.7
    kept = later.copy()
    assert np.array_equal(beats.beat(later, values).state, beats.beat(state, values).state)
    assert np.array_equal(later, kept)


def test_the_map_is_the_simulator():
    """Twenty beats by the map are twenty beats of a course with the same step."""
    plant = Plant("shock-d", "CP")
    beats = BeatMap(plant)
    values = beats.values(44_000)
    simulator = Simulator(plant, step=float(values[STEP]))
    start = steady_state(plant, 30_000).state
    simulator.reset(start, speed=30_000)
    state = start
    for _ in range(20):
        beat = beats.beat(state, values)
        state = beat.state
    simulator.advance(44_000, 20 * beats.period(values))
    assert simulator.state[:PHASE] == pytest.approx(state[:PHASE], rel=1e-5, abs=1e-4)
    ours = METRICS.as_dict(beat.metrics)
    for name, value in simulator.metrics().items():
        assert value == pytest.approx(ours[name], rel=1e-3, abs=1e-2), name


def test_the_step_is_the_cycle_over_a_whole_number():
    beats = BeatMap(Plant("shock-d", "CP"), step=0.0017)
    values = beats.values(0)
    assert values[STEP] <= 0.0017
    assert beats.steps(values) * values[STEP] == pytest.approx(60 / 105)
    fast = beats.values(0, {"heart_rate": 1.4})
    assert beats.steps(fast) * fast[STEP] == pytest.approx(60 / 105 / 1.4)


def test_a_strong_heart_gets_a_smaller_step():
    beats = BeatMap(Plant("healthy"))
    assert beats.values(0, {"lv_contractility": 20.0})[STEP] < 3e-4
    assert beats.values(0)[STEP] > 1.9e-3


def test_directions_that_are_kept_for_all_beats_cannot_be_written():
    for kept in _moving(False, False):
        with pytest.raises(ValueError, match="read-only"):
            kept[0] = 0
