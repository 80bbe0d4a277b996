"""The periodic beat by Newton's method and by marching."""

from __future__ import annotations

import pytest

from experiments.speed.case import CASE
from experiments.speed.periodic import beats_until_periodic, periodic_rows
from plants import BeatMap, Patient, PhysicsError, Plant, steady_state


def test_marching_finds_the_same_beat_but_not_an_unstable_one():
    beats = BeatMap(Plant("shock-d", "CP"))
    assert 10 < beats_until_periodic(beats, 44_000.0) < 1000
    # Bled by 800 mL: suction at every other beat.
    unstable = Plant(Patient.load("rv-failure").replace(blood_volume=4200.0), "5.5")
    speed = unstable.pump.speed("P-6")
    assert steady_state(unstable, speed).beats > 1
    with pytest.raises(PhysicsError, match="after marching 100 beats"):
        beats_until_periodic(BeatMap(unstable), speed, most=100)


def test_a_periodic_row_counts_both_ways():
    (row,) = periodic_rows(1, [CASE])
    assert "Newton iterations" in row.ours_by
    assert int(row.other_by.split()[0]) > 10
    assert row.target == "ratio >= 3"
