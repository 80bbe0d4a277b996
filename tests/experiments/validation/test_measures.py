"""Measures of pressure-volume loops."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.validation.measures import (
    loop_area,
    loop_fill,
    pulmonary_time_constant,
    stroke_shares,
)


def test_a_rectangle_fills_its_box_and_a_triangle_half_of_it():
    box = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.0, 0.0, 2.0, 2.0])
    assert loop_fill(*box) == 1.0
    turn = np.linspace(0, np.pi, 2001)
    arch = np.cos(turn), np.sin(turn)
    half_sine = np.linspace(-1, 1, 2001), np.cos(np.linspace(-1, 1, 2001) * np.pi / 2)
    assert loop_fill(*arch) == pytest.approx(np.pi / 4, abs=1e-3)
    assert loop_fill(*half_sine) == pytest.approx(2 / np.pi, abs=1e-3)


def test_the_area_of_a_rectangle_is_its_stroke_work():
    box = np.array([60.0, 120.0, 120.0, 60.0]), np.array([5.0, 5.0, 100.0, 100.0])
    assert loop_area(*box) == 60.0 * 95.0
    assert loop_area(box[0][::-1], box[1][::-1]) == 60.0 * 95.0


def test_the_pulmonary_time_constant_is_resistance_times_compliance():
    metrics = {"mpap": 30.0, "pcwp": 12.0, "pa_systolic": 45.0, "pa_diastolic": 20.0}
    stroke, rate = 60.0, 90.0
    resistance = (30.0 - 12.0) / (stroke * rate / 60.0)  # mmHg.s/mL
    compliance = stroke / 25.0
    assert pulmonary_time_constant(metrics | {"heart_rate": rate}) == pytest.approx(
        resistance * compliance
    )


def _loop(drained: float):
    """Filling, upstroke, ejection and downstroke; so much of the width falls in each stroke."""
    pressure = np.concatenate(
        [np.full(50, 5.0), np.linspace(5, 100, 100), np.full(30, 100.0), np.linspace(100, 5, 100)]
    )
    volume = np.concatenate(
        [
            np.linspace(0, 1, 50),
            np.linspace(1, 1 - drained, 100),
            np.linspace(1 - drained, drained, 30),
            np.linspace(drained, 0, 100),
        ]
    )
    return volume, pressure


@pytest.mark.parametrize("drained", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("shift", [0, 77])
def test_the_strokes_of_the_pressure_show_how_much_is_drained_in_them(drained, shift):
    volume, pressure = (np.roll(x, shift) for x in _loop(drained))
    up, down = stroke_shares(volume, pressure)
    # Between 10 and 90 % of the pressure, 0.8 of a straight stroke.
    assert up == pytest.approx(0.8 * drained, abs=0.02)
    assert down == pytest.approx(0.8 * drained, abs=0.02)
