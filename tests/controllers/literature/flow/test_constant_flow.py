"""Constant flow."""

from __future__ import annotations

import pytest

from controllers import load_controller
from controllers.literature import Quantities
from controllers.literature.flow import flow_action

from ...conftest import briefing, closed_loop
from ..conftest import CP, HIGH, LOW, START, law_of, moment

SETTINGS = {"bandwidth": 0.1, "proportional_time": 2.0}


def law(**changes):
    return law_of("constant-flow", settings=SETTINGS | changes, handed_over=Quantities(flow=3.0))


def test_the_flow_of_the_hand_over_is_held():
    assert law().next_speed(moment(flow=3.0)) == START


@pytest.mark.parametrize("error", [0.1, -0.1])
def test_speed_by_error_and_integral(error):
    gain = flow_action(CP, SETTINGS).integral
    wanted = START + gain * error * (1.0 + 2.0)
    assert law().next_speed(moment(flow=3.0 - error)) == pytest.approx(wanted)


def test_a_share_of_it_may_be_wanted():
    assert (
        law(share=1.1).next_speed(moment(flow=3.0))
        > START
        > law(share=0.9).next_speed(moment(flow=3.0))
    )


def test_it_does_not_wind_up():
    asked = law()
    for _ in range(200):
        assert LOW <= asked.next_speed(moment(flow=0.0)) <= HIGH
    assert LOW < asked.next_speed(moment(flow=3.3)) < HIGH


def test_a_bias_of_the_displayed_flow_does_no_harm():
    """The reference carries the same bias."""
    known = briefing("console", pump=CP, start=START)
    course = closed_loop(load_controller("constant-flow"), known, duration=60.0)
    flow = course.rollout["pump_flow_mean"].values
    bias = course.measurements[0]["displayed_flow"] - flow[0]
    assert abs(bias) > 0.1
    assert flow[-20:].mean() == pytest.approx(flow[0], abs=0.08)
