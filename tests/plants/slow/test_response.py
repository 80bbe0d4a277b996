"""The slopes of the periodic beat by what the slow clock moves are those of finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from plants import DISTURBANCES, METRICS, PhysicsError, Plant, steady_state
from plants.slow.response import BeatResponse, drive_vector, drives

SPEED = 43_000.0
SHOWN = (
    "map",
    "cardiac_output",
    "lvedp",
    "lvedv",
    "pcwp",
    "pressure_volume_area",
    "hemolysis_rate",
)


@pytest.fixture(scope="module")
def beats() -> BeatResponse:
    responding = BeatResponse(Plant("shock-c", "CP"))
    responding.update_slopes(responding.find_near({}, SPEED))
    return responding


def metrics(plant: Plant, name: str, nudge: float) -> np.ndarray:
    acting = {metric: DISTURBANCES[metric].neutral for metric in drives()}
    volume = plant.patient["blood_volume"]
    if name == "blood_volume":
        volume += nudge
    else:
        acting[name] += nudge
    steady = steady_state(plant, SPEED, acting, blood_volume=volume)
    return np.array([steady.metrics[metric] for metric in SHOWN])


@pytest.mark.parametrize(("column", "name"), list(enumerate([*drives(), "blood_volume"])))
def test_slopes_are_those_of_differences(beats, column, name):
    nudge = {"blood_volume": 0.1, "venous_volume": 0.1}.get(name, 1e-4)
    if name == "mitral_leak":  # It cannot be negative.
        low, middle, high = (metrics(beats.plant, name, k * nudge) for k in (0, 1, 2))
        expected = (4 * middle - 3 * low - high) / (2 * nudge)
    else:
        expected = (metrics(beats.plant, name, nudge) - metrics(beats.plant, name, -nudge)) / (
            2 * nudge
        )
    rows = [METRICS.index[metric] for metric in SHOWN]
    slopes = beats.slope[rows, column]
    # A difference of heart rates also changes the number of steps of the beat.
    relative = 0.02 if name == "heart_rate" else 2e-3
    assert slopes == pytest.approx(expected, rel=relative, abs=1e-5)
    assert np.any(slopes != 0.0)


def test_the_blood_volume_answers_to_itself_alone(beats):
    row = beats.slope[METRICS.index["blood_volume"]]
    assert row[-1] == pytest.approx(1.0)
    assert np.abs(row[:-1]).max() < 1e-6


def test_a_search_finds_the_same_beat_from_anywhere(beats):
    acting = {"lv_contractility": 1.4, "mitral_leak": 0.8}
    direct = steady_state(beats.plant, SPEED, acting, blood_volume=4800.0)
    steady = beats.find_near(acting, SPEED, 4800.0)
    assert steady.metrics["map"] == pytest.approx(direct.metrics["map"], abs=1e-4)
    again = beats.find_near({}, 38_000.0, thorough=False)
    assert again.metrics["map"] == pytest.approx(
        steady_state(beats.plant, 38_000.0).metrics["map"], abs=1e-4
    )


def test_a_failed_search_is_reported_and_does_not_spoil_the_next(beats):
    beats.find_near({}, SPEED)
    with pytest.raises(PhysicsError, match="shock-c"):
        beats.find_near({}, SPEED, 2000.0, thorough=False)
    steady = beats.find_near({}, SPEED, thorough=False)
    expected = steady_state(beats.plant, SPEED).metrics["map"]
    assert steady.metrics["map"] == pytest.approx(expected, abs=1e-4)


def test_the_vector_of_drives_holds_what_acts_and_the_volume():
    vector = drive_vector({"heart_rate": 1.2, "wall_contact": 0.5}, 4321.0)
    assert len(vector) == len(drives()) + 1
    assert vector[-1] == 4321.0
    assert vector[drives().index("heart_rate")] == 1.2
    assert vector[drives().index("systemic_resistance")] == 1.0
