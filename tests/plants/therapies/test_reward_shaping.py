"""The tolerance primitive: one inside, a tenth at the margin, monotone outside."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants import InputError, tolerance

numbers = st.floats(-1e6, 1e6)


@given(numbers, numbers, st.floats(1e-3, 1e6), numbers)
def test_between_zero_and_one_and_one_exactly_inside(a, b, margin, value):
    low, high = min(a, b), max(a, b)
    result = tolerance(value, low, high, margin=margin)
    assert 0.0 <= result <= 1.0
    if low <= value <= high:
        assert result == 1.0


@given(st.floats(0.0, 10.0), st.floats(0.0, 10.0))
def test_farther_is_never_better(a, b):
    near, far = min(a, b), max(a, b)
    for sign in (-1.0, 1.0):
        better = tolerance(sign * (1.0 + near), -1.0, 1.0, margin=2.0)
        assert better >= tolerance(sign * (1.0 + far), -1.0, 1.0, margin=2.0)


def test_a_tenth_is_left_at_the_margin_on_both_sides():
    assert tolerance(-2.0, 0.0, 1.0, margin=2.0) == pytest.approx(0.1)
    assert tolerance(3.0, 0.0, 1.0, margin=2.0) == pytest.approx(0.1)


def test_fall_is_gaussian():
    reward = tolerance(np.array([1.0, 2.0]), high=0.0, margin=2.0)
    assert reward[0] == pytest.approx(0.1**0.25)
    assert reward[1] == pytest.approx(0.1)


def test_a_missing_bound_is_open():
    assert tolerance(1e9, low=0.0) == 1.0
    assert tolerance(-1e9, high=0.0) == 1.0
    assert tolerance(5.0) == 1.0


def test_without_a_margin_nothing_is_left_outside():
    assert tolerance(np.array([0.0, 1.0, 1.0 + 1e-9]), 0.0, 1.0).tolist() == [1.0, 1.0, 0.0]


def test_shape_is_kept_and_a_number_stays_one():
    assert isinstance(tolerance(1.0, 0.0, margin=1.0), float)
    assert tolerance(np.zeros((2, 3)), 1.0, margin=1.0).shape == (2, 3)


@pytest.mark.parametrize("margin", [0.0, 1.0])
def test_nan_stays_nan_and_infinity_is_worth_nothing(margin):
    assert math.isnan(tolerance(math.nan, 0.0, 1.0, margin=margin))
    assert tolerance(math.inf, 0.0, 1.0, margin=margin) == 0.0


@pytest.mark.parametrize(
    ("bounds", "field"),
    [
        ({"low": 2.0, "high": 1.0}, "low"),
        ({"low": math.nan}, "low"),
        ({"margin": -1.0}, "margin"),
        ({"margin": math.inf}, "margin"),
        ({"margin": math.nan}, "margin"),
    ],
)
def test_nonsense_is_refused(bounds, field):
    with pytest.raises(InputError) as caught:
        tolerance(0.0, **bounds)
    assert caught.value.field == field
