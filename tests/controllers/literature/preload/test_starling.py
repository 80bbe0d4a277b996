"""Starling-like control with immediate response."""

from __future__ import annotations

import pytest

from controllers import load_controller
from controllers.literature.flow import flow_action
from controllers.literature.preload.control_line import scaling_for, target_flow

from ...conftest import briefing, closed_loop
from ..conftest import CP, HIGH, LOW, SPAN, START, law_of, moment

SETTINGS = {"bandwidth": 0.02, "proportional_time": 1.0, "slew": 1.0}


def test_speed_by_the_error_of_the_flow():
    error = target_flow(15.0, 3.2, scaling_for(CP, 1.0)) - 3.2
    gain = flow_action(CP, SETTINGS).integral
    law = law_of("starling", settings=SETTINGS)
    speed = law.next_speed(moment(lvedp=15.0, flow=3.2))
    assert speed == pytest.approx(START + gain * error * (1.0 + 1.0))


def test_the_published_line_is_not_scaled():
    published = law_of("starling", part="published", settings=SETTINGS)
    error = target_flow(15.0, 3.2, 1.0) - 3.2
    gain = flow_action(CP, SETTINGS).integral
    speed = published.next_speed(moment(lvedp=15.0, flow=3.2))
    assert speed == pytest.approx(START + 2 * gain * error)


def test_less_preload_is_less_speed():
    full, empty = (
        law_of("starling").next_speed(moment(lvedp=lvedp, flow=3.2)) for lvedp in (18.0, 4.0)
    )
    assert empty < START < full


@pytest.mark.parametrize("beats", [1, 2])
def test_the_change_of_a_beat_is_limited(beats):
    """50 rpm of 1700 a beat are 441 of the 15000 of a CP."""
    law = law_of("starling", settings={"bandwidth": 1.0})
    fast = law.next_speed(moment(lvedp=40.0, flow=1.0, beats=beats))
    assert fast - START == pytest.approx(beats * 50 / 1700 * SPAN, rel=1e-3)
    law.restart(START)
    assert START - law.next_speed(moment(lvedp=0.0, flow=4.0, beats=beats)) == pytest.approx(
        fast - START
    )


def test_it_does_not_wind_up():
    law, speed = law_of("starling"), START
    for _ in range(300):
        speed = law.next_speed(moment(speed, lvedp=30.0, flow=2.5))
    assert speed == HIGH
    assert law.next_speed(moment(speed, lvedp=5.0, flow=3.5)) < HIGH
    assert speed > LOW


def test_a_bled_patient_is_supported_less():
    """The sign on the plant: against the same run without a bleeding."""
    known = briefing("full", patient="healthy", pump=CP, level="P-6")
    runs = [
        closed_loop(load_controller("starling"), known, scenario=name, duration=60.0).rollout
        for name in ("none", "hemorrhage-severe")
    ]
    speeds = [float(run["speed_command"].values[-10:].mean()) for run in runs]
    preload = [float(run["lvedp"].values[-10:].mean()) for run in runs]
    assert preload[1] < preload[0]
    assert speeds[1] < speeds[0]
