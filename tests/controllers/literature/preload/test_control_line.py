"""The control line and the return line."""

from __future__ import annotations

import pytest

from controllers.literature.preload.control_line import (
    RETURN_SLOPE,
    control_line,
    scaling_for,
    target_flow,
)
from plants import Pump


@pytest.mark.parametrize(
    ("pressure", "flow"), [(3.3, 1.55), (7.0, 5.15), (14.0, 8.56), (18.0, 9.25), (0.0, 0.0)]
)
def test_values_of_the_control_line(pressure, flow):
    assert control_line(pressure) == pytest.approx(flow, abs=5e-3)
    assert control_line(pressure, 0.5) == pytest.approx(0.5 * flow, abs=5e-3)


def test_a_ventricle_without_pressure_asks_for_nothing():
    assert control_line(-5.0) == 0.0
    assert target_flow(-5.0, 3.0, 1.0) == 0.0


@pytest.mark.parametrize("scaling", [0.38, 1.0])
@pytest.mark.parametrize(("pressure", "flow"), [(20.0, 3.0), (8.0, 4.0), (2.0, 3.5)])
def test_the_target_lies_on_both_lines(pressure, flow, scaling):
    target = target_flow(pressure, flow, scaling)
    on_return_line = pressure - (target - flow) / RETURN_SLOPE
    assert control_line(on_return_line, scaling) == pytest.approx(target, abs=1e-9)


def test_the_target_lies_towards_the_control_line():
    assert target_flow(20.0, 3.0, 0.38) > 3.0
    assert target_flow(3.0, 3.0, 0.38) < 3.0


@pytest.mark.parametrize("device", ["CP", "5.5", "2.5"])
def test_the_scaled_line_asks_for_what_the_pump_can_give(device):
    pump = Pump.load(device)
    top = control_line(18.0, scaling_for(pump, 1.0))
    highest = pump.levels[-1] if pump.boost is None else pump.levels[-2]
    assert highest.flow_low <= top <= highest.flow_high
    assert control_line(18.0, scaling_for(pump, 0.8)) == pytest.approx(0.8 * top)
