"""Starling-like control on flow pulsatility."""

from __future__ import annotations

import pytest

from controllers.literature import Quantities
from controllers.literature.flow import flow_action

from ..conftest import CP, START, law_of, moment

SETTINGS = {"bandwidth": 0.05, "proportional_time": 1.0}
#: Mean flow 3 and pulsatility 4: the angle of a triangle of 3, 4 and 5.
AT = Quantities(flow=3.0, flow_max=5.0, flow_min=1.0)


def beat(flow, pulsatility):
    return moment(flow=flow, flow_max=flow + pulsatility / 2, flow_min=flow - pulsatility / 2)


def law(**changes):
    return law_of("starling-pulsatility", settings=SETTINGS | changes, handed_over=AT)


def test_the_line_goes_through_the_hand_over():
    assert law().next_speed(beat(3.0, 4.0)) == pytest.approx(START)
    assert law(slope_share=2.0).next_speed(beat(3.0, 4.0)) > START


def test_the_target_lies_at_equal_radius():
    """Flow 5 and pulsatility 12 have radius 13; three fifths of it are 7.8."""
    gain = flow_action(CP, SETTINGS).integral
    rise = law().next_speed(beat(5.0, 12.0)) - START
    assert rise == pytest.approx(min(2 * gain * 2.8, 46_000 - START))
    fall = law().next_speed(beat(4.0, 3.0)) - START
    assert fall == pytest.approx(-2 * gain * 1.0)


def test_more_pulsatility_is_more_speed():
    assert law().next_speed(beat(3.0, 3.0)) < START < law().next_speed(beat(3.0, 5.0))
