"""Constant pressure head."""

from __future__ import annotations

import pytest

from ..conftest import HIGH, LOW, SPAN, START, law_of, moment


def test_the_published_gain_by_range():
    """0.004 rad/s every 5 ms and mmHg are 7.64 rpm/s, over 6 krpm; a CP has 15."""
    law = law_of("constant-head", part="published")
    assert law.next_speed(moment(head=74.0)) - START == pytest.approx(7.64 * SPAN / 6000, rel=5e-3)


def test_speed_integrates_the_error_of_the_head():
    law = law_of("constant-head", settings={"reference": 60.0, "gain": 0.001})
    rise = 0.001 * SPAN
    speeds = [law.next_speed(moment(head=head, seconds=2.0)) for head in (50.0, 65.0, 60.0)]
    assert speeds == pytest.approx([START + 20 * rise, START + 10 * rise, START + 10 * rise])


def test_it_does_not_wind_up():
    law = law_of("constant-head")
    for _ in range(200):
        assert LOW <= law.next_speed(moment(head=10.0)) <= HIGH
    assert law.next_speed(moment(head=70.0)) < HIGH


def test_a_restart_begins_at_its_speed():
    law = law_of("constant-head", settings={"reference": 60.0})
    law.next_speed(moment(head=20.0))
    law.restart(35_000.0)
    assert law.next_speed(moment(head=60.0)) == 35_000
