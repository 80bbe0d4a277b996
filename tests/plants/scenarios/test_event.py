"""An event: what it gives, and what it takes."""

from __future__ import annotations

import math

import pytest

from plants import Event


@pytest.mark.parametrize("volume", [500.0, -500.0])
def test_a_ramp_gives_or_takes_its_volume_evenly(volume):
    event = Event("volume", volume, "ramp", 10.0, duration=100.0)
    assert event.target == "infusion"
    assert event.at(5.0) == 0.0
    assert event.at(60.0) == pytest.approx(volume / 100.0)
    assert event.mean(0.0, 60.0) * 60.0 == pytest.approx(volume / 2)
    assert event.mean(0.0, 110.0) * 110.0 == pytest.approx(volume)
    assert event.at(150.0) == 0.0


@pytest.mark.parametrize("volume", [500.0, -500.0])
def test_a_first_order_volume_slows_down(volume):
    event = Event("volume", volume, "first_order", 10.0, time_constant=20.0)
    assert event.at(10.0) == pytest.approx(volume / 20.0)
    assert event.mean(0.0, 30.0) * 30.0 == pytest.approx(volume * (1 - math.exp(-1)))
