"""The parts of a reconstruction, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from controllers.literature.reconstruction import (
    Reconstruction,
    flow_at_power,
    flow_per_speed,
    hydraulic_power,
    shares,
)
from controllers.suction import flow_from_current
from plants import Plant, Pump, Simulator

from ..conftest import earlier

CP = Pump.load("CP")


def test_the_range_of_the_flow_follows_the_swing_of_the_current():
    """By hand: 303.3 mmHg times 1 L/min are 0.674 W, at 4608 rad/s 0.1463 mN.m or 146.3 mA."""
    beat = Reconstruction(CP, 44_000.0, 690.0, 60.0)
    assert beat.flow_range == pytest.approx(60.0 / 146.26, rel=1e-4)
    assert beat.flow == pytest.approx(float(flow_from_current(CP, np.array(690.0), np.array(44e3))))
    assert beat.highest_flow - beat.lowest_flow == pytest.approx(beat.flow_range)
    assert beat.lowest_flow < beat.flow < beat.highest_flow


def test_moments_lie_where_the_file_says():
    beat = Reconstruction(CP, 44_000.0, 690.0, 60.0)
    share = shares()["end_diastolic_flow_share"]
    flow = beat.flow - share * beat.flow_range
    assert beat.end_diastolic_pressure(70.0) == pytest.approx(70.0 - float(CP.head(44e3, flow)))
    # Less current is less flow, against more head, from a lower pressure.
    assert Reconstruction(CP, 44_000.0, 680.0, 60.0).end_diastolic_pressure(70.0) < (
        beat.end_diastolic_pressure(70.0)
    )
    assert beat.peak_pressure(70.0) == pytest.approx(70.0 - float(CP.head(44e3, beat.highest_flow)))


@pytest.mark.parametrize(
    ("speed", "current"), [(math.nan, 690.0), (0.0, 20.0), (44_000.0, math.nan), (60_000.0, 1.0)]
)
def test_what_cannot_be_told_is_nan(speed, current):
    beat = Reconstruction(CP, speed, current, 10.0)
    assert all(
        math.isnan(value)
        for value in (
            beat.flow,
            beat.head(3.0),
            beat.shaft_power,
            beat.inlet_shortfall(70.0),
            beat.peak_pressure(70.0),
        )
    )


def test_power_and_flow_are_each_others_inverse():
    assert flow_at_power(hydraulic_power(60.0, 3.6), 60.0) == pytest.approx(3.6)
    assert hydraulic_power(450.0, 1.0) == pytest.approx(1.0, rel=1e-3)


def test_faster_pumps_give_more():
    assert flow_per_speed(CP, 42_000.0) == pytest.approx(1.01e-4, rel=0.01)
    step = CP.flow_at(42_500.0, 60.0) - CP.flow_at(41_500.0, 60.0)
    assert 1000 * flow_per_speed(CP, 42_000.0) == pytest.approx(float(step), rel=0.01)


def test_an_inlet_that_sucks_gives_less_than_an_open_one():
    simulator = Simulator(Plant("shock-d", CP), earlier("wall-contact", 15.0))
    simulator.reset(speed=44_000)
    shortfalls = []
    for _ in range(20):
        beat = simulator.metrics()
        told = Reconstruction(
            CP, beat["pump_speed"], beat["motor_current"], beat["motor_current_pulsatility"]
        )
        shortfalls.append((beat["suction"], told.inlet_shortfall(beat["placement_signal"])))
        simulator.advance(44_000.0, 1.0)
    assert all(shortfall < -0.03 for suction, shortfall in shortfalls if suction < 0.01)
    assert all(shortfall > 0.05 for suction, shortfall in shortfalls if suction > 0.05)
    assert {suction > 0.05 for suction, _ in shortfalls} == {False, True}
