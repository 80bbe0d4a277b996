"""Release of hemoglobin: the published exponents seen in the release, one quantity at a time."""

from __future__ import annotations

import math

import pytest

from plants import Pump
from plants.pumps import InsertedDevice, hemolysis_rate

# Giersiepen 1990, human blood: index ~ stress^2.416 time^0.785.
STRESS_EXPONENT, TIME_EXPONENT = 2.416, 0.785


def release(*, rpm: float = 44_000.0, flow: float = 3.0, obstruction: float = 0.0) -> float:
    device = InsertedDevice(**Pump.load("CP").values, pump_present=1.0)
    return float(hemolysis_rate(rpm, flow, 0.0, 1.0, obstruction, device))


def exponent(before: float, after: float, ratio: float) -> float:
    return math.log(after / before) / math.log(ratio)


def test_release_grows_with_the_speed_as_the_stress():
    grown = exponent(release(rpm=30_000.0), release(rpm=45_000.0), 1.5)
    assert grown == pytest.approx(STRESS_EXPONENT, rel=1e-3)


def test_release_grows_with_the_flow_less_the_shorter_exposure():
    # Twice the flow carries twice the blood, which stays half as long.
    grown = exponent(release(flow=2.0), release(flow=4.0), 2.0)
    assert grown == pytest.approx(1 - TIME_EXPONENT, rel=1e-2)


def test_with_the_outlet_blocked_the_flow_does_not_count_again():
    assert exponent(
        release(flow=2.0, obstruction=1.0), release(flow=4.0, obstruction=1.0), 2.0
    ) == pytest.approx(0.0, abs=1e-9)


def test_at_the_reference_it_is_what_was_measured():
    pump = Pump.load("CP")
    at = release(rpm=pump["hemolysis_reference_speed"], flow=pump["hemolysis_reference_flow"])
    assert at == pytest.approx(pump["hemolysis_reference_rate"], rel=1e-3)
