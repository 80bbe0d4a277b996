"""Intervals of shares."""

from __future__ import annotations

import math

import pytest

from experiments.statistics import wilson


@pytest.mark.parametrize(("events", "patients"), [(0, 12), (3, 12), (9, 12), (12, 12)])
def test_the_ends_solve_wilsons_equation(events, patients):
    share = events / patients
    for end in wilson(events, patients):
        if 0.0 < end < 1.0:
            deviations = abs(share - end) / math.sqrt(end * (1 - end) / patients)
            assert deviations == pytest.approx(1.959964, abs=1e-6)
    low, high = wilson(events, patients)
    assert low <= share <= high
    assert high - low < 0.6


def test_without_patients_the_interval_is_the_whole_range():
    assert wilson(0, 0) == (0.0, 1.0)
