"""Draws: which patients, scenarios and starts an environment meets, and what a draw costs."""

import time

import numpy as np
import pytest

from envs import SupportEnv
from envs.draws import Draws, start_state
from plants import Patient, PhysicsError, Plant, Pump, Therapy, steady_state

CP, THERAPY = Pump.load("CP"), Therapy.default()


def drawn(draws, count=40):
    random = np.random.default_rng(0)
    return [draws.episode(random) for _ in range(count)]


def test_every_choice_is_drawn():
    draws = Draws(
        ["shock-c", "shock-e"], 0.0, None, ["none", "exercise", None], ["P-4", 4e4], CP, THERAPY
    )
    episodes = drawn(draws)
    assert {episode.patient.name for episode in episodes} == {"shock-c", "shock-e"}
    assert {episode.scenario.name if episode.scenario else None for episode in episodes} == {
        "none",
        "exercise",
        None,
    }
    assert {episode.start_speed for episode in episodes} == {35_000.0, 40_000.0}
    assert len({episode.sensor_seed for episode in episodes}) == len(episodes)


def test_a_cohort_has_its_size():
    episodes = drawn(Draws("shock-d", 0.1, 3, None, "P-6", CP, THERAPY))
    assert {episode.patient.name for episode in episodes} == {"shock-d/0", "shock-d/1", "shock-d/2"}


def test_without_a_size_every_individual_is_new():
    episodes = drawn(Draws("shock-d", 0.1, None, None, "P-6", CP, THERAPY), count=6)
    assert len({episode.patient.name for episode in episodes}) == 6


def test_the_start_is_the_steady_state():
    patient = Patient.load("shock-c")
    (episode,) = drawn(Draws(patient, 0.0, None, None, "P-2", CP, THERAPY), count=1)
    assert episode.patient is patient
    expected = steady_state(Plant(patient, CP), CP.speed("P-2")).state
    np.testing.assert_array_equal(episode.state, expected)
    with pytest.raises(ValueError, match="read-only"):
        episode.state[0] = 0.0


def test_an_individual_without_a_steady_state_is_drawn_again(monkeypatch):
    draws = Draws("shock-d", 0.1, None, None, "P-6", CP, THERAPY)
    failures = iter([True, True, False])

    def sometimes(patient, pump, speed):
        if next(failures):
            raise PhysicsError("no periodic beat")
        return start_state(Patient.load("shock-d"), pump, speed)

    monkeypatch.setattr("envs.draws.start_state", sometimes)
    drawn(draws, count=1)
    assert next(failures, None) is None


def test_a_given_patient_without_a_steady_state_is_an_error(monkeypatch):
    def never(patient, pump, speed):
        raise PhysicsError("no periodic beat")

    monkeypatch.setattr("envs.draws.start_state", never)
    with pytest.raises(PhysicsError):
        drawn(Draws("shock-d", 0.0, None, None, "P-6", CP, THERAPY), count=1)


def test_a_reset_to_a_known_start_is_cheap():
    env = SupportEnv(spread=0.1, cohort_size=1)
    env.reset(seed=0)
    times = []
    for _ in range(10):
        began = time.perf_counter()
        env.reset()
        times.append(time.perf_counter() - began)
    assert min(times) < 0.01
