"""The clock of a controller, whatever that of the measurements does."""

import itertools

import pytest

from controllers.supervision import ControlClock
from controllers.supervision.control_clock import LONGEST_GAP


def ticks(times, period=1.0):
    clock = ControlClock(period)
    return [clock.advance(time) for time in times]


def test_a_clock_that_is_right_is_taken_as_it_is():
    times = [0.1 * k for k in range(50)]
    seen = ticks(times, 0.1)
    assert [tick.time for tick in seen] == times
    assert [tick.seconds for tick in seen[1:]] == [b - a for a, b in itertools.pairwise(times)]
    assert not any(tick.jumped for tick in seen)


@pytest.mark.parametrize("step", [0.0, 1e-9, 1e-3])
def test_a_clock_that_stands_still_is_replaced_by_the_calls(step):
    seen = ticks([5.0 + step * k for k in range(10)])
    assert [tick.seconds for tick in seen] == [1.0] * 10
    assert seen[-1].time == pytest.approx(14.0)
    assert not any(tick.jumped for tick in seen)


@pytest.mark.parametrize("step", [-1e-3, -5.0, -1e12])
def test_a_clock_that_runs_back_has_jumped_and_time_goes_on(step):
    before, after = ticks([100.0, 100.0 + step])
    assert after.jumped
    assert (after.seconds, after.time) == (1.0, pytest.approx(before.time + 1.0))


@pytest.mark.parametrize("step", [LONGEST_GAP + 0.1, 10_000.0, 1e15])
def test_a_jump_forward_counts_one_period_of_work_and_all_of_the_time(step):
    _, after = ticks([3.0, 3.0 + step])
    assert after.jumped
    assert (after.seconds, after.time) == (1.0, 3.0 + step)


def test_missed_calls_and_long_periods_are_no_jump():
    assert not ticks([0.0, 4.0])[1].jumped
    assert not ticks([0.0, 60.0], period=60.0)[1].jumped
    assert ticks([0.0, 121.0], period=60.0)[1].jumped
