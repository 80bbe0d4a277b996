"""The held level."""

from __future__ import annotations

import pytest

from controllers import FixedLevel
from plants import InputError

from .conftest import briefing, unmeasured

NOTHING = unmeasured(0.0)


def test_without_a_level_the_start_speed_is_held():
    controller = FixedLevel()
    assert controller.name == "fixed"
    for start in (40_000.0, 0.0):
        controller.reset(briefing(pump="CP", start=start))
        assert controller.act(NOTHING).speed == start


@pytest.mark.parametrize(("pump", "speed"), [("CP", 39_000.0), ("2.5", 45_000.0)])
def test_the_level_is_that_of_the_pump(pump, speed):
    controller = FixedLevel("P-6")
    controller.reset(briefing(pump=pump))
    assert controller.act(NOTHING).speed == speed


def test_an_unknown_level_is_refused_at_reset_with_those_there_are():
    controller = FixedLevel("P-12")
    with pytest.raises(InputError, match=r"P-0, .*P-9"):
        controller.reset(briefing(pump="CP"))


def test_it_has_to_be_reset_first():
    with pytest.raises(RuntimeError, match="reset"):
        FixedLevel("P-6").act(NOTHING)
