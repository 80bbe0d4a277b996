"""A criterion of weaning: its range, and what it says to a value."""

from __future__ import annotations

import math

import pytest

from controllers import Criterion


@pytest.mark.parametrize(
    ("low", "high", "value", "met"),
    [
        (60.0, math.inf, 59.9, False),
        (60.0, math.inf, 60.0, True),
        (60.0, math.inf, 75.0, True),
        (-math.inf, 12.0, 12.1, False),
        (-math.inf, 12.0, 12.0, True),
        (-math.inf, 12.0, 5.0, True),
        (50.0, 110.0, 49.0, False),
        (50.0, 110.0, 80.0, True),
        (50.0, 110.0, 111.0, False),
        (-math.inf, math.inf, math.nan, False),
    ],
)
def test_a_value_meets_the_criterion_inside_its_range(low, high, value, met):
    criterion = Criterion("map", low=low, high=high)
    assert criterion.holds(value) is met
    assert criterion.judge(value).met is met


@pytest.mark.parametrize(
    ("value", "limit", "words"),
    [(49.0, 50.0, "49 mmHg, at least 50"), (111.0, 110.0, "111 mmHg, at most 110")],
)
def test_the_reason_names_the_limit_that_is_exceeded(value, limit, words):
    reason = Criterion("map", low=50.0, high=110.0).judge(value)
    assert (reason.value, reason.limit) == (value, limit)
    assert reason.text == f"mean arterial pressure {words}"


def test_an_unknown_value_is_told_as_unknown():
    reason = Criterion("map", low=60.0).judge(math.nan, " at P-4")
    assert "unknown at P-4, at least 60" in reason.text
