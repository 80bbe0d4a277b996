"""Constant power."""

from __future__ import annotations

import pytest

from controllers.literature import Quantities

from ..conftest import HIGH, START, law_of, moment


def law(**changes):
    settings = {"share": 1.0, "bandwidth": 0.06} | changes
    return law_of("constant-power", settings=settings, handed_over=Quantities(shaft_power=2.0))


def test_the_gain_is_by_the_affinity_laws():
    """dP/dN is 3 P/N, so that a tenth of a watt is 39000 / 6 * 0.1 rpm."""
    rise = law().next_speed(moment(shaft_power=1.9)) - START
    assert rise == pytest.approx(0.06 * 650.0)


def test_more_power_is_less_speed():
    assert law().next_speed(moment(shaft_power=2.2)) < START
    assert law(share=1.2).next_speed(moment(shaft_power=2.2)) > START


def test_it_does_not_wind_up():
    asked = law()
    for _ in range(500):
        asked.next_speed(moment(shaft_power=0.5))
    assert asked.next_speed(moment(shaft_power=2.1)) < HIGH


def test_a_restart_keeps_the_reference():
    asked = law()
    asked.restart(35_000.0)
    assert asked.next_speed(moment(shaft_power=2.0)) == 35_000
