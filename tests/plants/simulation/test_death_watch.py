"""Death by a therapy comes with the first whole period by whose end its time is over."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from plants import Death
from plants.simulation import DeathWatch, death_text

DEATH = Death(signal="map", low=45.0, seconds=10.0)


@pytest.mark.parametrize(
    ("period", "periods"),
    [(0.1, 100), (0.5, 20), (0.7, 15), (1.0, 10), (4.0, 3), (7.0, 2), (10.0, 1), (20.0, 1)],
)
def test_death_takes_as_many_periods_as_fill_its_time(period, periods):
    """Rounded up: 10 s are two periods of 7 s and three of 4 s."""
    assert periods == max(1, math.ceil(Fraction(10) / Fraction(str(period))))
    watch = DeathWatch(DEATH)
    verdicts = [watch.died({"map": 44.0}, period) for _ in range(periods)]
    assert verdicts == [False] * (periods - 1) + [True]


def test_a_pressure_at_the_bound_or_a_break_begins_the_count_anew():
    watch = DeathWatch(DEATH)
    assert [watch.died({"map": x}, 5.0) for x in (40.0, 45.0, 40.0, 40.0)] == [False] * 3 + [True]


def test_a_short_period_counts_for_its_length():
    watch = DeathWatch(DEATH)
    assert [watch.died({"map": 40.0}, x) for x in (6.0, 3.9)] == [False, False]
    watch.reset()
    assert [watch.died({"map": 40.0}, x) for x in (6.0, 4.0)] == [False, True]


def test_a_death_without_a_time_comes_with_the_first_period():
    watch = DeathWatch(Death(signal="map", low=45.0, seconds=0.0))
    assert [watch.died({"map": x}, 1.0) for x in (50.0, 44.0)] == [False, True]


def test_a_batch_counts_lane_by_lane():
    watch = DeathWatch(DEATH, 3)
    low = {"map": np.array([40.0, 40.0, 60.0])}
    moved = np.array([True, False, True])
    assert watch.died(low, 9.0, moved).tolist() == [False, False, False]
    assert watch.died(low, 9.0).tolist() == [True, False, False]
    watch.reset(np.array([0]))
    assert watch.seconds.tolist() == [0.0, 9.0, 0.0]


def test_the_text_names_signal_bound_and_time():
    assert death_text(DEATH) == "map below 45 mmHg for 10 s"
    assert death_text(DEATH, 14.0) == "map below 45 mmHg for 14 s"
