"""Starling-like control whose line adapts."""

from __future__ import annotations

import pytest

from controllers.literature.preload.control_line import scaling_for

from ..conftest import CP, START, law_of, moment

START_SCALING = scaling_for(CP, 1.0)


@pytest.mark.parametrize(
    ("beat", "direction"),
    [
        ({"map": 60.0, "lvedp": 12.0}, 1),
        ({"map": 60.0, "lvedp": 20.0}, 0),  # congested: the line is not what is lacking
        ({"map": 75.0, "lvedp": 12.0}, 0),
        ({"map": 95.0, "lvedp": 12.0}, -1),
        ({"map": 60.0, "lvedp": 2.0}, -1),  # an empty ventricle comes first
    ],
)
def test_the_line_follows_pressure_and_preload(beat, direction):
    law = law_of("starling-adaptive", settings={"rate": 0.3})
    law.next_speed(moment(flow=3.2, seconds=2.0, **beat))
    assert law.scaling == pytest.approx(START_SCALING + direction * 0.3 * 2 / 60)


def test_the_line_goes_no_further_than_a_factor():
    for pressure, factor in ((40.0, 1.5), (110.0, 1 / 1.5)):
        law = law_of("starling-adaptive", settings={"rate": 5.0, "largest": 1.5})
        for _ in range(100):
            law.next_speed(moment(flow=3.2, map=pressure, lvedp=12.0))
        assert law.scaling == pytest.approx(factor * START_SCALING)


def test_at_rest_it_is_the_immediate_response():
    told = moment(flow=3.2, map=75.0, lvedp=12.0)
    adaptive, immediate = (law_of(name) for name in ("starling-adaptive", "starling"))
    assert adaptive.next_speed(told) == immediate.next_speed(told)


def test_a_low_pressure_ends_in_more_speed():
    speeds = []
    for pressure in (60.0, 75.0):
        law, speed = law_of("starling-adaptive"), START
        for _ in range(30):
            speed = law.next_speed(moment(speed, flow=3.2, map=pressure, lvedp=16.0))
        speeds.append(speed)
    assert speeds[0] > speeds[1]
