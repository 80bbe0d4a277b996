"""Smooth stand-ins for max, min and switch, so that the plant can be differentiated.

Every width is a documented parameter of the caller; each function tends to its sharp original as
its width goes to zero.
"""

from __future__ import annotations

import casadi as ca


def positive_part(x: ca.SX | float, width: ca.SX | float) -> ca.SX:
    """max(x, 0) with a rounded corner; exceeds it by ``width**2 / (4 |x|)`` far from zero."""
    return 0.5 * (x + ca.sqrt(x * x + width * width))


def is_positive(x: ca.SX, width: ca.SX | float) -> ca.SX:
    """Share in (0, 1) to which x is positive: the derivative of :func:`positive_part`."""
    return 0.5 * (1 + x / ca.sqrt(x * x + width * width))


def smaller(x: ca.SX, y: ca.SX, width: ca.SX | float) -> ca.SX:
    """min(x, y) with a rounded corner."""
    return 0.5 * (x + y - ca.sqrt((x - y) ** 2 + width * width))


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
