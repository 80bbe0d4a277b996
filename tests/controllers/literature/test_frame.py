"""The frame around the laws: when they are asked, and between which speeds."""

from __future__ import annotations

import itertools
import math

import pytest

from controllers import Outcome, load_controller, running_levels
from controllers.literature import LITERATURE, LiteratureController, SpeedLaw
from controllers.literature.frame import frame_settings
from plants import InputError, Measurement, Pump
from plants.quantities import parameter_table

from ..conftest import THERAPY, briefing, closed_loop, unmeasured

PUMP = Pump.load("CP")
START = 39_000.0
SAFE = PUMP.speed(THERAPY.fallback_level)
RATE = frame_settings()["rate_limit"]
HAND_OVER = int(frame_settings()["hand_over_time"])  # calls, at a period of 1 s


class Recorded(SpeedLaw):
    """Wants what it is told to, and remembers all that it was told."""

    def __init__(self, wanted):
        self.wanted, self.moments, self.restarts, self.settled = wanted, [], [], []

    def restart(self, speed):
        self.restarts.append(speed)

    def hand_over(self, settled, speed):
        self.settled.append((settled, speed))

    def next_speed(self, now):
        self.moments.append(now)
        return self.wanted


class Wanting(LiteratureController):
    """A controller that does what its test wants."""

    NAME, SUMMARY = "constant-power", "for tests"
    PARAMETERS = parameter_table(("share", "1", "", 0, 2), ("bandwidth", "1/s", "", 0, 1))
    NEEDS = ("flow",)
    wanted = math.nan

    def law(self, briefing):
        self.asked = Recorded(self.wanted)
        return self.asked


def ready(wanted=math.nan, *, at_once=False, tier="icu", **told):
    controller = Wanting()
    controller.wanted = wanted
    controller.reset(briefing(tier, pump=PUMP, start=START, **told))
    if at_once:
        run(controller, HAND_OVER)
        controller.asked.moments.clear()
    return controller


def reading(time, **values):
    return Measurement(time, "icu", {"displayed_flow": 3.0, "heart_rate": 90.0} | values)


def run(controller, count, start=0, period=1.0, **values):
    return [controller.act(reading((start + k) * period, **values)).speed for k in range(count)]


# --- hand-over ---


def test_the_speed_is_held_until_the_operating_point_is_known():
    controller = ready(46_000.0)
    flows = [2.0, 4.0, *[3.0] * (HAND_OVER - 2), 9.0]
    speeds = [
        controller.act(reading(float(t), displayed_flow=flow)).speed for t, flow in enumerate(flows)
    ]
    # At the value which ends the time of the hand-over the law is asked.
    assert speeds[: HAND_OVER - 1] == [START] * (HAND_OVER - 1)
    assert speeds[HAND_OVER - 1] > START
    ((settled, speed),) = controller.asked.settled
    assert (settled.flow, speed) == (3.0, START)


def test_a_law_that_takes_no_operating_point_is_asked_at_once():
    controller = Wanting()

    class AtOnce(Recorded):
        TAKES_OPERATING_POINT = False

    controller.law = lambda briefing: AtOnce(40_000.0)
    controller.reset(briefing(pump=PUMP, start=START))
    assert controller.act(reading(0.0)).speed == 40_000


# --- range and rate ---


def test_steps_are_limited_up_and_down():
    up, down = ready(1e6), ready(0.0)
    rising, falling = (run(controller, HAND_OVER + 3)[HAND_OVER - 1 :] for controller in (up, down))
    assert rising == [START + RATE, 46_000.0, 46_000.0, 46_000.0]
    assert falling == [START - RATE, 31_000.0, 31_000.0, 31_000.0]
    levels = running_levels(PUMP)
    assert (levels[0].rpm, levels[-1].rpm) == (31_000.0, 46_000.0)


def test_the_law_is_told_between_which_speeds_it_chooses():
    controller = ready(math.nan, at_once=True)
    run(controller, 1, start=HAND_OVER)
    (now,) = controller.asked.moments
    assert (now.low, now.speed, now.high) == (START - RATE, START, START + RATE)
    assert (now.seconds, now.beats) == (1.0, 2)  # 90 a minute, half a beat left from before


def test_nan_holds_the_speed():
    controller = ready(math.nan, at_once=True)
    assert run(controller, 3, start=HAND_OVER) == [START] * 3


def test_from_outside_the_range_the_rate_gives_way():
    controller = Wanting()
    controller.wanted = 46_000.0
    controller.reset(briefing(pump=PUMP, start=0.0))
    speeds = run(controller, HAND_OVER + 1)
    assert speeds[0] == 31_000
    assert speeds[-1] > 31_000


def test_a_short_period_asks_once_a_beat():
    controller = ready(math.nan, period=0.1)
    run(controller, 70, period=0.1)
    controller.asked.moments.clear()
    run(controller, 20, start=70, period=0.1)
    assert len(controller.asked.moments) == 3  # 90 a minute
    assert all(now.beats == 1 for now in controller.asked.moments)
    assert sum(now.seconds for now in controller.asked.moments) == pytest.approx(2.0, abs=0.3)


# --- what is missing ---


def test_a_missing_quantity_holds_and_then_falls_back():
    controller = ready(40_000.0, at_once=True)
    run(controller, 1, start=HAND_OVER)
    asked = len(controller.asked.moments)
    held, fallback = (
        controller.act(unmeasured(HAND_OVER + t, heart_rate=90.0, map=70.0)) for t in (1.0, 2.0)
    )
    assert (held.speed, held.status) == (40_000.0, None)
    assert fallback.speed == SAFE
    assert fallback.status.outcome is Outcome.FALLBACK
    assert len(controller.asked.moments) == asked
    assert controller.asked.restarts[-1] == SAFE


def test_the_operating_point_stays_after_a_fallback():
    controller = ready(40_000.0, at_once=True)
    for t in range(3):
        controller.act(unmeasured(float(HAND_OVER + t)))
    back = run(controller, 1, start=HAND_OVER + 3, displayed_flow=2.5)
    assert len(controller.asked.settled) == 1
    assert back[0] == 40_000
    assert controller.asked.moments[-1].speed == SAFE


def test_a_clock_that_jumped_restarts_at_the_speed_in_force():
    controller = ready(40_000.0, at_once=True)
    run(controller, 2, start=HAND_OVER)
    controller.act(reading(5000.0))
    assert controller.asked.restarts[-1] == 40_000


# --- refusals ---


def test_a_tier_that_does_not_tell_what_is_needed_is_refused():
    controller = Wanting()
    controller.NEEDS = ("lvedv",)
    with pytest.raises(InputError, match="lvedv"):
        controller.reset(briefing("icu", pump=PUMP))


def test_it_is_reset_first():
    with pytest.raises(RuntimeError, match="reset"):
        Wanting().act(reading(0.0))


# --- all of them on the plant ---


@pytest.mark.parametrize("device", ["CP", "5.5"])
@pytest.mark.parametrize("name", LITERATURE)
def test_ten_seconds_on_the_plant(name, device):
    known = briefing(pump=device, level="P-6")
    speeds = [
        command.speed
        for command in closed_loop(load_controller(name), known, duration=10.0).commands
    ]
    levels = running_levels(known.pump)
    assert all(math.isfinite(speed) for speed in speeds)
    assert levels[0].rpm <= min(speeds) <= max(speeds) <= levels[-1].rpm
    assert all(abs(b - a) <= RATE + 1e-6 for a, b in itertools.pairwise(speeds))


@pytest.mark.parametrize("tier", ["console", "icu", "full"])
@pytest.mark.parametrize("name", LITERATURE)
def test_every_tier_will_do(name, tier):
    controller = load_controller(name)
    known = briefing(tier, pump=PUMP, start=START)
    assert all(
        math.isfinite(c.speed) for c in closed_loop(controller, known, duration=3.0).commands
    )
    # Blind for more than a second it is where it is safe.
    blind = [controller.act(unmeasured(3.0 + t, tier)).speed for t in range(3)]
    assert blind[-1] == SAFE
