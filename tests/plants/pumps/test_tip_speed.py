"""The bound on the head near shut-off: one head coefficient for all, the smallest that does."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from plants.pumps.tip_speed import smallest_head_coefficient, tip_speed_bound

from plants import InputError, Pump

LEFT = ("2.5", "CP", "5.0", "LD", "5.5")
COEFFICIENT = 0.33


@pytest.mark.parametrize("device", [*LEFT, "RP"])
def test_shutoff_limit_is_the_tip_speed_bound(device):
    pump = Pump.load(device)
    assert pump["shutoff_limit"] == pytest.approx(tip_speed_bound(pump, COEFFICIENT), abs=1e-5)
    assert "psi 0.33" in pump.entries["shutoff_limit"].source


def test_bound_by_hand():
    # 14 Fr are 4.667 mm; at 46 krpm the tip moves at 11.24 m/s, and rho u^2 is 1004 mmHg.
    pump = Pump.load("CP")
    tip = math.pi * 14 / 3 * 1e-3 * 46_000 / 60
    expected = 1060 * tip**2 / 133.322
    assert expected == pytest.approx(1004, abs=1)
    assert tip_speed_bound(pump, 1.0) * 46**2 == pytest.approx(expected, rel=1e-9)


def test_head_coefficient_is_the_smallest_with_which_the_ranges_hold():
    pumps = [Pump.load(name) for name in LEFT]
    assert smallest_head_coefficient(pumps) == COEFFICIENT
    # The 5.0 decides: with the others alone a smaller one would do.
    assert smallest_head_coefficient([Pump.load("CP"), Pump.load("2.5")]) < COEFFICIENT


def test_a_device_of_unknown_size_has_no_bound():
    pump = Pump.load("CP")
    ratings = {name: one for name, one in pump.ratings.items() if name != "pump_french"}
    with pytest.raises(InputError, match="pump_french"):
        tip_speed_bound(replace(pump, ratings=ratings), COEFFICIENT)
