"""The motor's current by a balance of power in SI units, done apart from the code's own units."""

from __future__ import annotations

import math

import pytest

from plants import Pump
from plants.pumps import InsertedDevice
from plants.pumps.motor import motor_current

MMHG_IN_PASCAL = 133.322


def inserted(device: str) -> InsertedDevice:
    return InsertedDevice(**Pump.load(device).values, pump_present=1.0)


@pytest.mark.parametrize("device", ["2.5", "CP", "5.5"])
@pytest.mark.parametrize(("share", "litres_per_minute"), [(0.7, 2.0), (1.0, 4.0)])
def test_current_times_torque_constant_is_the_torque_that_the_blood_takes_up(
    device, share, litres_per_minute
):
    pump = Pump.load(device)
    rpm = share * pump["max_speed"]
    pressure = pump["shutoff_limit"] * (rpm / 1000) ** 2 * MMHG_IN_PASCAL  # Euler head, Pa
    flow = litres_per_minute * 1e-3 / 60  # m3/s
    angular = rpm * 2 * math.pi / 60  # rad/s
    blood = pressure * flow / angular  # N.m
    friction = pump["friction_torque"] * 1e-3 * (rpm / 1000) ** 2  # N.m
    amperes = (blood + friction) / (pump["torque_constant"] * 1e-3) + pump["idle_current"] * 1e-3
    milliamperes = float(motor_current(litres_per_minute * 1000 / 60, rpm / 1000, inserted(device)))
    assert milliamperes == pytest.approx(1e3 * amperes, rel=1e-3)


def test_no_current_without_a_pump_or_at_standstill():
    absent = InsertedDevice(**Pump.load("CP").values, pump_present=0.0)
    assert float(motor_current(50.0, 40.0, absent)) == 0.0
    assert float(motor_current(0.0, 0.0, inserted("CP"))) == pytest.approx(0.0, abs=0.1)
