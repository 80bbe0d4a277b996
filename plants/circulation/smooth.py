"""Smooth stand-ins for max, min and switch, so that the plant can be differentiated.

Every width is a documented parameter of the caller; each function tends to its sharp original as
its width goes to zero. There are two families:

- :func:`hinge`, :func:`hinge_slope`, :func:`soft_sign` and :func:`ramp` are rational within their
  width and exact outside, twice differentiable. The time loop evaluates them at every stage of
  every step, where roots would hold it up.
- :func:`positive_part`, :func:`is_positive`, :func:`lower_of`, :func:`saturated` and :func:`gate`
  have tails, so that no derivative is ever zero or infinite: for valves, whose opening an estimator
  has to see coming, for suction, and for laws that are evaluated once a beat, are raised to a
  power, or have to fall everywhere.
"""

from __future__ import annotations

import casadi as ca


def hinge(x: ca.SX | float, width: ca.SX | float) -> ca.SX:
    """max(x, 0), its corner rounded between -width and width; there above it by at most 3/16."""
    beyond, inside = _from_foot(x, width)
    rounded = inside**2 * (inside * (width / 4 - width / 16 * inside))
    return rounded + width * (beyond - inside)


def hinge_slope(x: ca.SX, width: ca.SX | float) -> ca.SX:
    """Share, 0 to 1, to which x is positive: the derivative of :func:`hinge`."""
    _, inside = _from_foot(x, width)
    return inside**2 * (0.75 - 0.25 * inside)


def _from_foot(x: ca.SX | float, width: ca.SX | float) -> tuple[ca.SX, ca.SX]:
    """How far, in widths, x lies above -width, where a corner begins; and that up to its end."""
    beyond = ca.fmax(x / width + 1, 0)
    return beyond, ca.fmin(beyond, 2)


def is_positive(x: ca.SX, width: ca.SX | float) -> ca.SX:
    """Share in (0, 1) to which x is positive: the derivative of :func:`positive_part`."""
    return 0.5 * (1 + x / ca.sqrt(x * x + width * width))


def soft_sign(x: ca.SX) -> ca.SX:
    """x for small x, its sign from 3 on, where value, slope and bend meet.

    The tangent hyperbolic's first Pade approximant, which ends there of itself.
    """
    inside = ca.fmin(ca.fmax(x, -3), 3)
    square = inside**2
    return inside * (27 + square) / (27 + 9 * square)


def lower_of(x: ca.SX, y: ca.SX, width: ca.SX | float) -> ca.SX:
    """min(x, y) with a rounded corner."""
    return x - positive_part(x - y, width)


def positive_part(x: ca.SX | float, width: ca.SX | float) -> ca.SX:
    """max(x, 0) with a rounded corner; exceeds it by ``width**2 / (4 |x|)`` far from zero."""
    return 0.5 * (x + ca.sqrt(x * x + width * width))


def saturated(x: ca.SX) -> ca.SX:
    """x held within (-1, 1): x for small x, its sign for large; tails fall with ``x**-4``."""
    return x / ca.sqrt(ca.sqrt(1 + (x * x) ** 2))


def gate(x: ca.SX, width: ca.SX | float) -> ca.SX:
    """Step from 0 to 1 over a few widths; algebraic, an exponential would cost several times it."""
    return 0.5 * (1 + saturated(x / width))


def fraction(x: ca.SX) -> ca.SX:
    """Fractional part, in [0, 1); its derivative is that of x."""
    return x - ca.floor(x)


def ramp(x: ca.SX, width: ca.SX | float) -> ca.SX:
    """Step from 0 to 1 between -width and width, twice differentiable.

    Exactly 0 below and exactly 1 above, where :func:`gate` has tails: for inputs that must do
    nothing at all at their neutral value.
    """
    t = ca.fmin(ca.fmax(0.5 * (1 + x / width), 0), 1)
    return t**3 * (10 - 15 * t + 6 * t**2)
