"""The device driver: range, levels, rate, boost time and lost commands."""

import math

import pytest
from hypothesis import given, strategies as st

from plants import DeviceDriver, InputError, Pump


@pytest.fixture(scope="module")
def cp():
    return Pump.load("CP")


@pytest.fixture(scope="module")
def small():
    return Pump.load("2.5")


def test_command_in_range_passes_unchanged(cp):
    assert DeviceDriver(cp).apply(43210.0, 0.0) == 43210.0


def test_command_is_brought_into_range(cp):
    driver = DeviceDriver(cp)
    assert driver.apply(-5.0, 0.0) == 0.0
    assert driver.apply(1e9, 1.0) == cp.max_rpm == driver.speed


def test_command_goes_to_the_nearest_level(cp):
    driver = DeviceDriver(cp, quantise=True)
    levels = {level.rpm for level in cp.levels}
    for k, command in enumerate(range(-1000, 60000, 777)):
        speed = driver.apply(float(command), float(k))
        assert speed in levels
        clipped = min(max(command, 0), cp.max_rpm)
        assert abs(speed - clipped) == min(abs(rpm - clipped) for rpm in levels)


@pytest.mark.parametrize("lost", [math.nan, math.inf, -math.inf])
def test_lost_command_holds_the_last_speed_and_is_counted(cp, lost):
    driver = DeviceDriver(cp, quantise=True)
    driver.reset(44000.0)
    assert driver.apply(lost, 0.0) == 44000.0
    driver.apply(42000.0, 1.0)
    assert driver.apply(lost, 2.0) == 42000.0
    assert driver.held == 2
    driver.reset()
    assert (driver.held, driver.speed) == (0, 0.0)


def test_rate_limit_holds_in_both_directions(cp):
    driver = DeviceDriver(cp, rate_limit=1000.0)
    driver.reset(40000.0)
    assert [driver.apply(44000.0, t) for t in (0.0, 1.0, 2.5)] == [40000.0, 41000.0, 42500.0]
    assert driver.apply(0.0, 3.0) == 42000.0


def test_rate_limited_level_is_reached(cp):
    driver = DeviceDriver(cp, quantise=True, rate_limit=500.0)
    driver.reset(42000.0)
    speeds = [driver.apply(44000.0, float(t)) for t in range(6)]
    assert speeds == [42000.0, 42500.0, 43000.0, 43500.0, 44000.0, 44000.0]


def test_boost_lasts_five_minutes_and_then_falls_to_the_level_below(small):
    driver = DeviceDriver(small, quantise=True)
    speeds = [driver.apply(51000.0, float(t)) for t in range(400)]
    assert speeds[:300] == [51000.0] * 300
    assert speeds[300:] == [50000.0] * 100
    assert driver.boosted == pytest.approx(300.0)


def test_boost_never_exceeds_its_time_with_a_period_that_does_not_divide_it(small):
    driver = DeviceDriver(small)
    for k in range(60):
        driver.apply(51000.0, 7.0 * k)
    assert 293.0 <= driver.boosted <= 300.0


def test_short_breaks_do_not_renew_the_boost(small):
    driver = DeviceDriver(small)
    boosted = 0
    for t in range(2000):
        boosted += driver.apply(50000.0 if t % 100 == 99 else 50900.0, float(t)) > 50000.0
    assert boosted == 300


def test_boost_ends_whatever_the_rate_limit(small):
    driver = DeviceDriver(small, rate_limit=1.0)
    driver.reset(51000.0)
    for t in range(301):
        speed = driver.apply(51000.0, float(t))
    assert speed == 50000.0


def test_held_command_does_not_outlast_the_boost(small):
    driver = DeviceDriver(small)
    driver.reset(51000.0)
    speeds = [driver.apply(math.nan, float(t)) for t in range(302)]
    assert speeds[299] == 51000.0
    assert speeds[300] == 50000.0


def test_reset_gives_the_boost_back(small):
    driver = DeviceDriver(small)
    for t in range(400):
        driver.apply(51000.0, float(t))
    driver.reset()
    assert driver.apply(51000.0, 0.0) == 51000.0


def test_device_without_boost_holds_its_highest_level(cp):
    driver = DeviceDriver(cp)
    assert {driver.apply(46000.0, float(t)) for t in range(0, 4000, 10)} == {46000.0}


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=40), st.booleans())
def test_speed_is_always_one_the_device_can_run(commands, quantise):
    pump = Pump.load("2.5")
    driver = DeviceDriver(pump, quantise=quantise, rate_limit=20000.0)
    for k, command in enumerate(commands):
        before = driver.speed
        speed = driver.apply(command, 50.0 * k)
        assert 0.0 <= speed <= pump.max_rpm
        assert abs(speed - before) <= 20000.0 * 50.0


@pytest.mark.parametrize("rate_limit", [0.0, -1.0, math.nan, math.inf])
def test_bad_rate_limit_is_refused(cp, rate_limit):
    with pytest.raises(InputError, match="rate_limit"):
        DeviceDriver(cp, rate_limit=rate_limit)


def test_bad_start_and_time_that_runs_backwards_are_refused(cp):
    driver = DeviceDriver(cp)
    with pytest.raises(InputError, match="speed"):
        driver.reset(50000.0)
    with pytest.raises(InputError, match="time"):
        driver.reset(0.0, math.nan)
    driver.reset(0.0, 5.0)
    with pytest.raises(InputError, match=r"time = 4\.0"):
        driver.apply(0.0, 4.0)
