"""Range and rate of every command."""

import math

import pytest

from controllers.supervision import SpeedGuard
from plants import Pump

from ..conftest import briefing

CP = Pump.load("CP")


def guard(start=40_000.0, period=0.1):
    return SpeedGuard(briefing(pump=CP, start=start, period=period), 31_000.0, 46_000.0)


@pytest.mark.parametrize("wanted", [-1e9, 0.0, 29_524.0, 46_001.0, 1e12])
def test_every_command_is_within_range_and_rate(wanted):
    limits, last = guard(), 40_000.0
    for _ in range(20):
        speed = limits.limited(wanted)
        assert 31_000.0 <= speed <= 46_000.0
        assert abs(speed - last) <= CP["motor_rate_limit"] * 0.1
        last = speed
    assert last == (31_000.0 if wanted < 40_000.0 else 46_000.0)


def test_what_is_within_is_not_changed():
    limits = guard(period=1.0)
    assert [limits.limited(s) for s in (31_000.0, 45_999.9, 38_123.4)] == [31e3, 45_999.9, 38_123.4]


@pytest.mark.parametrize("junk", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_holds_the_last(junk):
    assert guard().limited(junk) == 40_000.0


def test_a_pump_that_stood_still_is_brought_into_the_range_at_once():
    assert guard(start=0.0).limited(44_000.0) == 31_000.0
