"""The mean of a course where suction comes and goes without a cycle of a few beats."""

from __future__ import annotations

import numpy as np
import pytest

from plants import METRICS, BeatMap, PeriodicBeat, PhysicsError, Plant
from plants.beat import FollowedBeat

#: Suction that comes and goes without a cycle of a few beats: a failing right ventricle, filled
#: badly, before a left pump at a high level.
IRREGULAR = {
    "heart_rate": 0.92,
    "rv_contractility": 0.76,
    "lv_contractility": 0.78,
    "venous_volume": 310.0,
}


def test_the_mean_of_a_course_stands_in_where_it_is_asked_for_and_says_so():
    plant = Plant("rv-failure", "CP")
    speed = plant.pump.speed("P-8")
    with pytest.raises(PhysicsError, match=r"no (periodic|stable) beat"):
        PeriodicBeat(plant).find(speed, IRREGULAR)
    search = FollowedBeat(plant)
    regular = search.find(speed, {})
    assert (regular.repeats, regular.beats) == (True, 1)
    mean = search.find(speed, IRREGULAR)
    assert not mean.repeats
    assert mean.beats > 12
    with pytest.raises(PhysicsError, match="has no slopes"):
        mean.periodic_beat.state.sum()
    beats, state, pressures = BeatMap(plant), mean.state, []
    for _ in range(100):
        beat = beats.beat(state, mean.values)
        state = beat.state
        pressures.append(beat.metrics[METRICS.index["map"]])
    assert mean.metrics["map"] == pytest.approx(np.mean(pressures), abs=1.0)
    assert np.ptp(pressures) > 0.1
    # Back where beats repeat themselves, they are found again.
    assert search.find(speed, {}).metrics["map"] == pytest.approx(regular.metrics["map"], abs=0.01)


def test_a_course_that_is_followed_costs_a_few_dozen_beats(monkeypatch):
    plant = Plant("rv-failure", "CP")
    speed = plant.pump.speed("P-8")
    search = FollowedBeat(plant)
    search.find(speed, {})
    search.find(speed, IRREGULAR)
    beats, counted = BeatMap.beat, []
    monkeypatch.setattr(BeatMap, "beat", lambda *a, **k: (counted.append(1), beats(*a, **k))[1])
    for factor in (0.77, 0.775, 0.78):
        search.find(speed, IRREGULAR | {"lv_contractility": factor})
    assert len(counted) <= 3 * 600  # from rest it takes thousands
