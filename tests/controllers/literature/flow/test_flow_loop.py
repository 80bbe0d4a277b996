"""PI action on a flow, by effect."""

from __future__ import annotations

import pytest

from controllers.literature.flow import flow_action
from plants import Pump

SETTINGS = {"bandwidth": 0.1, "proportional_time": 3.0}


@pytest.mark.parametrize(("device", "middle"), [("CP", 38_500.0), ("5.5", 25_000.0)])
def test_gains_are_the_bandwidth_over_the_effect_of_the_speed(device, middle):
    pump, action = Pump.load(device), flow_action(Pump.load(device), SETTINGS)
    more = float(pump.flow_at(middle + 50, 60.0) - pump.flow_at(middle - 50, 60.0)) / 100
    assert action.integral == pytest.approx(0.1 / more, rel=0.01)
    assert action.proportional == pytest.approx(3.0 * action.integral)
