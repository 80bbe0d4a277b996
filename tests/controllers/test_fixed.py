"""The held level."""

from __future__ import annotations

import math

import pytest

from controllers import Briefing, FixedLevel
from plants import InputError, Measurement, Patient, Pump, Therapy

NOTHING = Measurement(0.0, "icu", {"map": math.nan})


def briefing(pump="CP", start=40_000.0):
    return Briefing(Patient.load("shock-d"), Pump.load(pump), Therapy.default(), 1.0, "icu", start)


def test_without_a_level_the_start_speed_is_held():
    controller = FixedLevel()
    assert controller.name == "fixed"
    for start in (40_000.0, 0.0):
        controller.reset(briefing(start=start))
        assert controller.act(NOTHING).speed == start


@pytest.mark.parametrize(("pump", "speed"), [("CP", 39_000.0), ("2.5", 45_000.0)])
def test_the_level_is_that_of_the_pump(pump, speed):
    controller = FixedLevel("P-6")
    controller.reset(briefing(pump))
    assert controller.act(NOTHING).speed == speed


def test_an_unknown_level_is_refused_at_reset_with_those_there_are():
    controller = FixedLevel("P-12")
    with pytest.raises(InputError, match=r"P-0, .*P-9"):
        controller.reset(briefing())


def test_it_has_to_be_reset_first():
    with pytest.raises(RuntimeError, match="reset"):
        FixedLevel("P-6").act(NOTHING)
