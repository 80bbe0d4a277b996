"""The smooth stand-ins: what they tend to, how far they are off, and that they never overshoot."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants.circulation import fraction, gate, hinge, lower_of, positive_part, saturated, soft_sign
from plants.circulation.smooth import hinge_slope

numbers = st.floats(-200.0, 200.0)
widths = st.floats(1e-4, 1.0)


@given(x=numbers, width=widths)
def test_the_positive_part_exceeds_the_sharp_one_by_at_most_its_documented_residue(x, width):
    excess = float(positive_part(x, width)) - max(x, 0.0)
    bound = min(width / 2, width**2 / (4 * abs(x)) if x else np.inf)
    assert -1e-12 <= excess <= bound * (1 + 1e-6) + 1e-12


@given(x=numbers, width=widths)
def test_the_hinge_is_sharp_outside_its_width_and_little_above_within(x, width):
    excess = float(hinge(x, width)) - max(x, 0.0)
    assert -1e-12 <= excess <= 3 / 16 * width + 1e-12
    if abs(x) >= width:
        assert excess == pytest.approx(0.0, abs=1e-12)


@given(x=numbers, y=numbers, width=widths)
def test_the_lower_of_two_lies_below_both_by_at_most_its_residue(x, y, width):
    shortfall = min(x, y) - float(lower_of(x, y, width))
    assert -1e-12 <= shortfall <= width / 2 + 1e-12


@pytest.mark.parametrize("x", [-3.0, -0.3, -0.1, 0.0, 0.2, 0.3, 5.0])
def test_the_slope_of_the_hinge_is_its_derivative(x):
    symbol = ca.SX.sym("x")
    slope = ca.Function("slope", [symbol], [ca.gradient(hinge(symbol, 0.3), symbol)])
    assert float(slope(x)) == pytest.approx(float(hinge_slope(x, 0.3)), abs=1e-14)


@given(x=st.floats(-10.0, 10.0))
def test_the_soft_sign_is_odd_rises_and_ends(x):
    assert float(soft_sign(x)) == pytest.approx(-float(soft_sign(-x)), abs=1e-15)
    assert abs(float(soft_sign(x))) <= 1.0
    assert float(soft_sign(x + 0.01)) >= float(soft_sign(x))
    if abs(x) >= 3:
        assert abs(float(soft_sign(x))) == 1.0
    assert float(soft_sign(1e-4)) == pytest.approx(1e-4, rel=1e-7)


@pytest.mark.parametrize("end", [-3.0, 3.0])
def test_the_soft_sign_is_twice_differentiable_at_its_ends(end):
    symbol = ca.SX.sym("x")
    bend = ca.Function("bend", [symbol], [ca.hessian(soft_sign(symbol), symbol)[0]])
    assert float(bend(end * (1 - 1e-7))) == pytest.approx(0.0, abs=1e-6)
    assert float(bend(end * (1 + 1e-7))) == 0.0


@pytest.mark.parametrize("corner", [-0.3, 0.3])
def test_the_hinge_is_twice_differentiable_at_its_ends(corner):
    symbol = ca.SX.sym("x")
    bend = ca.Function("bend", [symbol], [ca.hessian(hinge(symbol, 0.3), symbol)[0]])
    before, after = float(bend(corner - 1e-9)), float(bend(corner + 1e-9))
    assert before == pytest.approx(after, abs=1e-6)
    assert float(bend(0.0)) == pytest.approx(0.75 / 0.3)


@pytest.mark.parametrize("width", [1e-1, 1e-3, 1e-6])
def test_the_functions_tend_to_the_sharp_ones(width):
    for part in (positive_part, hinge):
        assert float(part(2.0, width)) == pytest.approx(2.0, abs=width)
        assert float(part(-2.0, width)) == pytest.approx(0.0, abs=width)
    assert float(lower_of(2.0, 3.0, width)) == pytest.approx(2.0, abs=width)
    assert float(gate(1.0, width)) == pytest.approx(1.0, abs=width)
    assert float(gate(-1.0, width)) == pytest.approx(0.0, abs=width)


@given(x=st.floats(-1e4, 1e4))
def test_saturation_keeps_within_one_and_the_sign(x):
    y = float(saturated(x))
    assert abs(y) <= 1.0
    assert y * x >= 0.0
    if abs(x) < 0.1:
        assert y == pytest.approx(x, abs=1e-5)


@given(x=st.floats(-5.0, 5.0), dx=st.floats(1e-3, 1.0))
def test_the_gate_rises(x, dx):
    assert 0.0 <= float(gate(x, 0.5)) <= float(gate(x + dx, 0.5)) <= 1.0


@pytest.mark.parametrize(("x", "expected"), [(0.0, 0.0), (3.25, 0.25), (-0.25, 0.75)])
def test_the_fraction_lies_in_the_cycle(x, expected):
    assert float(fraction(x)) == pytest.approx(expected)
    symbol = ca.SX.sym("x")
    slope = ca.Function("slope", [symbol], [ca.gradient(fraction(symbol), symbol)])
    assert float(slope(x)) == 1.0
