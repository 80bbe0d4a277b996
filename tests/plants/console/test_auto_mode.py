"""AUTO: the ramp, the answer to suction, the next try and the way back to P-level mode."""

from __future__ import annotations

import math

import numpy as np
import pytest

from plants import AutoMode, InputError, Pump

HOURS = 3600.0


@pytest.fixture
def auto() -> AutoMode:
    return AutoMode(Pump.load("CP"))


def run(auto: AutoMode, until: float, suction, *, start: float = 0.0, period: float = 1.0):
    """Speeds at every period from the start on; suction is a function of time and speed."""
    times = np.arange(start + period, until + 1e-6, period)
    return times, np.array([auto.apply(bool(suction(t, auto.speed)), float(t)) for t in times])


def above(rpm: float):
    """A patient in suction above a speed."""
    return lambda _, speed: speed > rpm


@pytest.mark.parametrize("period", [0.1, 1.0, 7.0])
def test_ramp_takes_30_s_from_standstill_whatever_the_period(auto, period):
    times, speeds = run(auto, 60.0, lambda *_: False, period=period)
    assert speeds == pytest.approx(np.minimum(46_000 * times / 30, 46_000), rel=1e-9)


@pytest.mark.parametrize("device", Pump.names())
def test_without_suction_the_highest_speed_that_may_be_held_is_reached(device):
    pump = Pump.load(device)
    auto = AutoMode(pump)
    _, speeds = run(auto, 100.0, lambda *_: False)
    # Not the boost level of the 2.5: five minutes of it are all the label gives.
    assert speeds[-1] == pump.speed("P-8" if device == "2.5" else "P-9")
    assert np.all(np.diff(speeds) >= 0)


def test_suction_is_answered_at_once_and_tried_again_after_the_wait(auto):
    auto.reset(speed=46_000.0)
    assert auto.apply(True, 1.0) == pytest.approx(0.95 * 46_000)
    for t in range(2, 61):
        assert auto.apply(False, float(t)) == pytest.approx(0.95 * 46_000)
    # 60 s after the last suction the wait is over; the ramp is that of the start.
    assert auto.apply(False, 62.0) == pytest.approx(0.95 * 46_000 + 46_000 / 30)
    assert auto.apply(False, 120.0) == 46_000


def test_suction_that_lasts_is_answered_again_every_settle_time():
    auto = AutoMode(Pump.load("CP"), settle_time=5.0)
    auto.reset(speed=46_000.0)
    _, speeds = run(auto, 16.0, lambda *_: True)
    assert auto.backoffs == 4
    falls = np.flatnonzero(np.diff(np.concatenate([[46_000.0], speeds])) < 0)
    assert list(falls + 1) == [1, 6, 11, 16]


def test_it_stays_near_the_highest_speed_without_suction(auto):
    """Most of the time below the limit, by no more than a back-off or two; over it for moments."""
    limit = 40_000.0
    _, speeds = run(auto, 1800.0, above(limit))
    settled = speeds[120:]
    assert auto.backoffs > 10  # it tried again and again
    assert np.mean(settled > limit) < 0.1
    assert settled.min() > limit - 2.2 * 0.05 * 46_000
    assert settled.max() < limit + 0.05 * 46_000


def test_a_limit_that_rises_is_found_and_one_that_falls_is_kept(auto):
    _, low = run(auto, 600.0, above(36_000.0))
    _, high = run(auto, 1200.0, above(43_000.0), start=600.0)
    _, lower = run(auto, 1800.0, above(34_000.0), start=1200.0)
    means = [part[-300:].mean() for part in (low, high, lower)]
    assert means[2] < means[0] < means[1]


def test_never_below_p_2_once_it_runs():
    pump = Pump.load("CP")
    auto = AutoMode(pump)
    times, speeds = run(auto, 300.0, lambda *_: True)
    assert np.all(np.diff(speeds[times < 25]) >= 0)  # up to P-2 whatever is told
    assert np.all(speeds[times > 25] == pump.speed("P-2"))


@pytest.mark.parametrize(("limit", "expected"), [(1e9, "P-9"), (41_000.0, "P-6"), (0.0, "P-2")])
def test_three_hours_then_the_level_not_above_the_speed_in_use(auto, limit, expected):
    _, speeds = run(auto, 3 * HOURS - 10, above(limit), period=10.0)
    assert (auto.mode, auto.level) == ("auto", None)
    auto.apply(False, 3 * HOURS)
    assert auto.mode == "p-level"
    assert auto.level.rpm == auto.speed <= speeds[-1]
    assert auto.level.name == expected
    held = auto.speed
    # What is told afterwards changes nothing: the level is the clinician's again.
    assert auto.apply(True, 4 * HOURS) == held
    assert auto.apply(False, 5 * HOURS) == held


def test_reset_begins_again(auto):
    run(auto, 3 * HOURS, above(40_000.0), period=10.0)
    auto.reset(speed=31_000.0, time=5 * HOURS)
    assert (auto.mode, auto.level, auto.backoffs, auto.speed) == ("auto", None, 0, 31_000.0)
    assert auto.apply(False, 5 * HOURS + 3.0) == pytest.approx(31_000 + 4_600)
    boosted = AutoMode(Pump.load("2.5"))
    boosted.reset(speed=51_000.0)
    assert boosted.speed == 50_000.0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ramp_time": 0.0}, "ramp_time"),
        ({"duration": math.nan}, "duration"),
        ({"backoff_share": 1.5}, "backoff_share"),
        ({"settle_time": -1.0}, "settle_time"),
        ({"retry_time": "60"}, "retry_time"),
        ({"lowest_level": "P-12"}, "level"),
    ],
)
def test_refused_settings(changed, field):
    with pytest.raises(InputError, match=field):
        AutoMode(Pump.load("CP"), **changed)


def test_refused_calls(auto):
    auto.reset(time=100.0)
    for time in (99.0, math.nan, math.inf, "now"):
        with pytest.raises(InputError, match="time"):
            auto.apply(False, time)
    for suction in (math.nan, 1, "yes", None):
        with pytest.raises(InputError, match="suction"):
            auto.apply(suction, 101.0)
    with pytest.raises(InputError, match="speed"):
        auto.reset(speed=47_000.0)
    assert auto.apply(np.bool_(False), 101.0) > 0
