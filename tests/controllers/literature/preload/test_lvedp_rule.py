"""LVEDP rule."""

from __future__ import annotations

import math

import pytest

from controllers import load_controller
from plants import Measurement

from ...conftest import briefing, closed_loop
from ..conftest import CP, HIGH, LOW, START, law_of, moment


def test_a_congested_ventricle_is_given_a_hundredth_more_speed_a_beat():
    law = law_of("lvedp-rule")
    assert law.next_speed(moment(lvedp=20.0)) == pytest.approx(1.01 * START)
    assert law.next_speed(moment(lvedp=20.0, beats=2)) == pytest.approx(1.0201 * START)


def test_an_empty_ventricle_is_given_a_hundredth_less():
    law = law_of("lvedp-rule")
    assert law.next_speed(moment(lvedp=8.0)) == pytest.approx(0.99 * START)


@pytest.mark.parametrize(("pressure", "rests"), [(13.1, True), (14.9, True), (15.1, False)])
def test_near_the_reference_the_speed_rests(pressure, rests):
    assert (law_of("lvedp-rule").next_speed(moment(lvedp=pressure)) == START) == rests


def test_as_published_the_speed_never_rests():
    law = law_of("lvedp-rule", part="published")
    assert law.next_speed(moment(lvedp=14.1)) == pytest.approx(1.01 * START)
    assert law.next_speed(moment(lvedp=14.0)) == pytest.approx(0.99 * START)


def test_limits_hold_and_nothing_winds_up():
    law, speed = law_of("lvedp-rule"), START
    for _ in range(300):
        speed = law.next_speed(moment(speed, lvedp=30.0))
    assert speed == HIGH
    assert law.next_speed(moment(speed, lvedp=8.0)) == pytest.approx(0.99 * HIGH)
    for _ in range(300):
        speed = law.next_speed(moment(speed, lvedp=3.0))
    assert speed == LOW


def test_a_missing_pressure_holds_the_speed():
    controller = load_controller("lvedp-rule")
    controller.reset(briefing("full", pump=CP, start=START))
    for time in range(3):
        known = controller.act(Measurement(float(time), "full", {"lvedp": 20.0})).speed
    missing = controller.act(Measurement(3.0, "full", {"lvedp": math.nan})).speed
    assert missing == known > START


@pytest.mark.parametrize("tier", ["icu", "full"])
def test_a_ventricle_that_fills_more_is_supported_more(tier):
    known = briefing(tier, patient="hfref", pump=CP, level="P-6")
    speeds = [
        float(
            closed_loop(load_controller("lvedp-rule"), known, scenario=scenario, duration=60.0)
            .rollout["speed_command"]
            .values[-10:]
            .mean()
        )
        for scenario in ("hemorrhage-severe", "preload-rise")
    ]
    assert speeds[0] < speeds[1]
