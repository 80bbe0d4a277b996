"""AUTO of the console under a controller's hat."""

from __future__ import annotations

import itertools

import numpy as np

from controllers import load_controller
from plants import AutoMode

from ...conftest import briefing, closed_loop
from ..conftest import CP, HIGH, START, law_of, moment


def test_it_does_what_auto_mode_does():
    law, mode = law_of("auto"), AutoMode(CP)
    mode.reset(START, -1.0)
    shortfalls = [-0.1, -0.1, 0.2, 0.04, *[-0.1] * 70]
    for time, shortfall in enumerate(shortfalls):
        wanted = mode.apply(shortfall > 0.05, float(time))
        told = moment(time=float(time), inlet_shortfall=shortfall)
        assert law.next_speed(told) == wanted
    assert mode.backoffs == 1


def test_the_ramp_goes_to_the_highest_speed():
    law = law_of("auto")
    speeds = [law.next_speed(moment(time=float(t), inlet_shortfall=-0.1)) for t in range(30)]
    assert speeds[-1] == HIGH
    assert all(b >= a for a, b in itertools.pairwise(speeds))


def test_a_restart_begins_auto_anew():
    law = law_of("auto")
    for t in range(5):
        law.next_speed(moment(time=float(t), inlet_shortfall=0.2))
    law.restart(40_000.0)
    again = law.next_speed(moment(40_000.0, time=10_000.0, inlet_shortfall=-0.1))
    assert 40_000 < again < 42_000


def test_suction_on_the_plant_is_answered():
    known = briefing("console", pump=CP, start=46_000.0)
    course = closed_loop(load_controller("auto"), known, scenario="wall-contact", duration=40.0)
    suction = course.rollout["suction"].values > 0.05
    speeds = np.array([command.speed for command in course.commands])
    assert suction.any()
    first = int(np.argmax(suction))
    assert np.all(speeds[:first] == 46_000)
    assert speeds[first] < 46_000  # told by the very beat
    assert speeds[first:].min() < 0.9 * 46_000
