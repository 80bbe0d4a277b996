"""Power ratio."""

from __future__ import annotations

import math

import pytest

from controllers.literature import Quantities

from ..conftest import HIGH, SPAN, START, law_of, moment

AT = Quantities(hydraulic_power=0.3, stroke_work=2000.0, heart_rate=90.0)


def law(**settings):
    return law_of("power-ratio", settings={"gain": 0.02} | settings, handed_over=AT)


def beat(power, work, rate=90.0):
    return moment(hydraulic_power=power, stroke_work=work, heart_rate=rate)


def test_the_ratio_of_the_hand_over_is_held():
    asked = law()
    assert asked.next_speed(beat(0.3, 2000.0)) == pytest.approx(START)
    assert asked.next_speed(beat(0.6, 4000.0)) == pytest.approx(START)
    assert asked.next_speed(beat(0.45, 2000.0, rate=135.0)) == pytest.approx(START)


@pytest.mark.parametrize(("work", "sign"), [(4000.0, 1), (1000.0, -1)])
def test_speed_integrates_the_log_ratio(work, sign):
    """Twice the power of the ventricle: the logarithm of two more."""
    change = law().next_speed(beat(0.3, work)) - START
    assert change == pytest.approx(sign * 0.02 * SPAN * math.log(2.0))


def test_a_share_of_it_may_be_wanted():
    assert law(share=1.5).next_speed(beat(0.3, 2000.0)) > START


def test_a_ventricle_without_work_is_no_error_and_does_not_wind_up():
    asked = law()
    for _ in range(300):
        assert asked.next_speed(beat(0.3, -100.0)) <= HIGH
        asked.next_speed(beat(0.3, 1e5))
    assert asked.next_speed(beat(3.0, 200.0)) < HIGH
