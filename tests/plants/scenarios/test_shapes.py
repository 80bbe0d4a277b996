"""Means of single events and of products of events, against numerical quadrature."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from plants.scenarios.shapes import SHAPES, Course, at, course, mean_of_product, piece_at

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def _quadrature(function, breakpoints, t0, t1):
    """Composite Gauss quadrature between the breakpoints, in pieces short against the decay."""
    edges = [t0, *sorted(b for b in breakpoints if t0 < b < t1), t1]
    total = 0.0
    for begin, end in itertools.pairwise(edges):
        cells = np.linspace(begin, end, 41)
        for a, b in itertools.pairwise(cells):
            points = 0.5 * (a + b) + 0.5 * (b - a) * _NODES
            total += (
                0.5 * (b - a) * sum(w * function(t) for w, t in zip(_WEIGHTS, points, strict=True))
            )
    return total / (t1 - t0)


times = st.floats(0.0, 100.0)
spans = st.floats(0.5, 80.0)


@st.composite
def courses(draw) -> Course:
    shape = draw(st.sampled_from(SHAPES))
    duration = draw(spans) if shape in ("ramp", "pulse") else None
    time_constant = None
    if shape == "first_order" or (shape == "pulse" and draw(st.booleans())):
        time_constant = draw(spans)
    return course(shape, draw(times), duration, time_constant)


@st.composite
def intervals(draw) -> tuple[float, float]:
    start = draw(st.floats(-20.0, 150.0))
    return start, start + draw(st.floats(1e-3, 200.0))


@settings(max_examples=60, deadline=None)
@given(courses(), intervals(), st.floats(-5.0, 5.0), st.floats(-5.0, 5.0))
def test_mean_is_exact(pieces, window, offset, gain):
    t0, t1 = window
    breaks = [piece.start for piece in pieces]
    expected = _quadrature(lambda t: offset + gain * at(pieces, t), breaks, t0, t1)
    assert mean_of_product(((offset, gain, pieces),), t0, t1) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(courses(), min_size=2, max_size=4), intervals())
def test_mean_of_product_is_exact(several, window):
    t0, t1 = window
    breaks = [piece.start for pieces in several for piece in pieces]
    gains = (0.5, -0.7, 2.0, 1.3)
    factors = tuple((1.0, g, pieces) for g, pieces in zip(gains, several, strict=False))

    def product(t):
        return math.prod(1.0 + g * at(pieces, t) for _, g, pieces in factors)

    expected = _quadrature(product, breaks, t0, t1)
    assert mean_of_product(factors, t0, t1) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(courses(), st.floats(-20.0, 400.0))
def test_course_is_a_fraction(pieces, t):
    assert -1e-12 <= at(pieces, t) <= 1.0 + 1e-12


@pytest.mark.parametrize("time_constant", [1e-3, 1.0, 1e6])
def test_first_order_mean_keeps_its_digits_at_any_time_constant(time_constant):
    pieces = course("first_order", 0.0, None, time_constant)
    x = 0.05 / time_constant
    expected = x / 2 - x**2 / 6 + x**3 / 24 if x < 1e-3 else 1 + math.expm1(-x) / x
    assert mean_of_product(((0.0, 1.0, pieces),), 0.0, 0.05) == pytest.approx(expected, abs=1e-15)


def test_values_of_each_shape():
    step = course("step", 2.0, None, None)
    assert [at(step, t) for t in (-1e9, 1.999, 2.0, 1e9)] == [0.0, 0.0, 1.0, 1.0]
    pulse = course("pulse", 2.0, 3.0, None)
    assert [at(pulse, t) for t in (1.0, 2.0, 4.9, 5.0)] == [0.0, 1.0, 1.0, 0.0]
    recovering = course("pulse", 2.0, 3.0, 10.0)
    assert at(recovering, 15.0) == pytest.approx(math.exp(-1.0))
    lagging = course("first_order", 2.0, None, 10.0)
    assert at(lagging, 12.0) == pytest.approx(1.0 - math.exp(-1.0))


def test_derivative_is_the_slope():
    for pieces in (course("ramp", 1.0, 4.0, None), course("first_order", 1.0, None, 4.0)):
        slope = (at(pieces, 3.0 + 1e-6) - at(pieces, 3.0 - 1e-6)) / 2e-6
        assert piece_at(pieces, 3.0).derivative(3.0) == pytest.approx(slope, rel=1e-6)


def test_shape_without_its_times_is_refused():
    with pytest.raises(ValueError, match="ramp"):
        course("ramp", 0.0, None, None)
