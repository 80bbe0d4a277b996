"""Control periods: durations are filled to their end."""

from __future__ import annotations

import math

import pytest

from plants import InputError
from plants.simulation import period_lengths, suction_time, time_lived, whole_periods


@pytest.mark.parametrize(
    ("duration", "period", "lengths"),
    [
        (10.0, 4.0, [4.0, 4.0, 2.0]),
        (11.0, 4.0, [4.0, 4.0, 3.0]),
        (12.0, 4.0, [4.0, 4.0, 4.0]),
        (4.0, 4.0, [4.0]),
        (4.5, 4.0, [4.0, 0.5]),
    ],
)
def test_a_duration_is_filled_and_ends_with_a_short_period(duration, period, lengths):
    assert period_lengths(duration, period) == lengths


@pytest.mark.parametrize("period", [0.01, 0.1, 0.3, 0.7, 1.1, 7.0])
@pytest.mark.parametrize("count", [1, 3, 7, 100, 29_999])
def test_rounding_neither_adds_nor_shortens_a_period(period, count):
    lengths = period_lengths(count * period, period)
    assert len(lengths) == count
    assert set(lengths) == {period}
    assert whole_periods(count * period, period) == count


@pytest.mark.parametrize(
    ("duration", "period", "field"),
    [
        (3.0, 4.0, "duration"),
        (4.0, 0.0, "period"),
        (math.nan, 1.0, "duration"),
        (4.0, -1.0, "period"),
    ],
)
def test_what_is_no_duration_is_refused(duration, period, field):
    with pytest.raises(InputError) as caught:
        period_lengths(duration, period)
    assert caught.value.field == field


@pytest.mark.parametrize("duration", [10.0, 11.0, 13.99])
def test_where_periods_must_be_whole_others_are_refused(duration):
    with pytest.raises(InputError, match=r"duration = .*control periods of 4 s"):
        whole_periods(duration, 4.0)


def test_the_time_lived_ends_with_the_duration():
    assert [time_lived(k, 10.0, 4.0) for k in range(4)] == [0.0, 4.0, 8.0, 10.0]


def test_time_in_suction_is_the_share_over_time():
    assert suction_time([0.5, 0.0, 0.25], 4.0) == 3.0
    assert suction_time([0.5, 0.25], [1.0, 4.0]) == 1.5
