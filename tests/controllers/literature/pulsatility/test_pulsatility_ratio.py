"""Pulsatility-ratio control."""

from __future__ import annotations

import math

import pytest

from controllers.literature import Quantities

from ..conftest import HIGH, LOW, SPAN, START, law_of, moment

#: 3 L/min over 100 mmHg: 0.5 mL/s per mmHg.
AT = Quantities(flow_max=5.0, flow_min=2.0, head_pulsatility=100.0)
STEP = 0.02 * SPAN


def law(**arguments):
    return law_of("pulsatility-ratio", handed_over=AT, **arguments)


def beat(ratio, speed=START, **told):
    """A beat with a ratio in mL/s per mmHg."""
    return moment(speed, flow_max=2.0 + 6.0 * ratio, flow_min=2.0, head_pulsatility=100.0, **told)


def test_the_hand_over_is_kept():
    assert law().next_speed(beat(0.5)) == pytest.approx(START)


def test_a_ratio_above_the_reference_is_more_speed_and_below_it_less():
    assert law().next_speed(beat(0.65)) == pytest.approx(START + 0.5 * STEP)
    assert law().next_speed(beat(0.35)) == pytest.approx(START - 0.5 * STEP)
    # Halfway between two sets: the mean of their rules, Z and P.
    assert law().next_speed(beat(0.575)) == pytest.approx(START + 0.25 * STEP)


def test_a_rising_ratio_adds_to_the_speed():
    asked = law()
    asked.next_speed(beat(0.0))
    assert asked.next_speed(beat(0.5)) == pytest.approx(START + 0.5 * STEP)
    # Far below and falling by half the range: LN and N give LN, the whole step.
    assert asked.next_speed(beat(0.0)) == pytest.approx(START - STEP)


def test_a_restart_forgets_the_last_error_and_keeps_the_reference():
    asked = law()
    asked.next_speed(beat(0.0))
    asked.restart(START)
    assert asked.next_speed(beat(0.5)) == pytest.approx(START)


def test_limits_hold_and_nothing_winds_up():
    asked, speed = law(), START
    for _ in range(300):
        speed = asked.next_speed(beat(2.0, speed))
    assert speed == HIGH
    assert asked.next_speed(beat(0.35, speed)) < HIGH
    for _ in range(300):
        speed = asked.next_speed(beat(0.0, speed))
    assert speed == LOW


@pytest.mark.parametrize("pulsatility", [0.0, math.nan])
def test_without_a_pulse_the_speed_is_held(pulsatility):
    wanted = law().next_speed(moment(flow_max=4.0, flow_min=4.0, head_pulsatility=pulsatility))
    assert math.isnan(wanted)


def test_as_published_the_reference_is_a_number():
    asked = law(part="published")
    assert asked.next_speed(beat(0.51)) == pytest.approx(START)
    assert asked.next_speed(beat(0.5)) < START
