"""Model-free adaptive control of the preload."""

from __future__ import annotations

import pytest

from controllers.literature import Quantities

from ..conftest import HIGH, LOW, SPAN, START, law_of, moment

UNIT = 0.01 * SPAN


def law(**settings):
    return law_of("model-free-adaptive", settings=settings, handed_over=Quantities(lvedp=15.0))


def test_the_hand_over_is_kept():
    assert law().next_speed(moment(lvedp=15.0)) == pytest.approx(START)


def test_more_preload_is_more_speed_and_less_is_less():
    rise = 0.05 * 4.0 / 2.0 * UNIT
    assert law().next_speed(moment(lvedp=19.0)) == pytest.approx(START + rise)
    assert law().next_speed(moment(lvedp=11.0)) == pytest.approx(START - rise)


def test_a_preload_that_falls_already_is_answered_less():
    asked = law(eta=0.0)
    asked.next_speed(moment(lvedp=21.0))
    falling = asked.next_speed(moment(lvedp=19.0))  # dy = 2, of an error of 4
    assert falling == pytest.approx(START + 0.05 * (4.0 - 2.0) / 2.0 * UNIT)


def test_the_pseudo_gradient_by_hand():
    """A unit of speed that took 3 mmHg: phi_4 = 1 + 0.3 (3 - 1) / (1 + 1) = 1.3."""
    asked = law()
    asked.next_speed(moment(lvedp=21.0))
    wanted = asked.next_speed(moment(START + UNIT, lvedp=18.0))
    change = 1.3 * 0.05 * (3.0 - 3.0 - 1.0) / (1.0 + 1.3**2)  # error, dy(k), du(k-1)
    assert wanted == pytest.approx(START + UNIT + change * UNIT)


def test_a_gradient_of_the_wrong_sign_begins_anew():
    """The preload rises by 10 with a unit of speed: 1 + 0.3 (-10 - 1) / 2 is below nought."""
    asked = law()
    asked.next_speed(moment(lvedp=15.0))
    wanted = asked.next_speed(moment(START + UNIT, lvedp=25.0))
    change = 0.05 * (10.0 + 10.0 - 1.0) / 2.0
    assert wanted == pytest.approx(START + UNIT + change * UNIT)


def test_limits_hold_and_nothing_winds_up():
    asked, speed = law(), START
    for _ in range(3000):
        speed = asked.next_speed(moment(speed, lvedp=30.0))
    assert speed == HIGH
    assert LOW < asked.next_speed(moment(speed, lvedp=10.0)) < HIGH


def test_a_restart_forgets_the_beats_and_keeps_the_target():
    asked = law()
    asked.next_speed(moment(lvedp=25.0))
    asked.restart(START)
    assert asked.next_speed(moment(lvedp=15.0)) == pytest.approx(START)
