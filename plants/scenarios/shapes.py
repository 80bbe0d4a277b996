"""How an event unfolds: piecewise functions of time whose products are averaged exactly.

Every shape is made of pieces ``level + slope*u + decay*exp(-rate*u)``, with u the time since the
piece began. Sums and products of such pieces stay polynomials times exponentials, so the mean of
several events acting together has a closed form and no quadrature step is ever chosen.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal, get_args

ShapeName = Literal["step", "ramp", "first_order", "pulse"]
SHAPES: tuple[str, ...] = get_args(ShapeName)


@dataclass(frozen=True)
class Piece:
    """``level + slope*u + decay*exp(-rate*u)`` with ``u = t - start``, until the next piece.

    Parameters
    ----------
    start : float
        When the piece begins, s.
    level, decay : float
        Constant part, and size of the part that decays (1).
    slope : float
        Rise of the linear part, 1/s.
    rate : float
        Rate of the decay, 1/s.
    """

    start: float
    level: float = 0.0
    slope: float = 0.0
    decay: float = 0.0
    rate: float = 0.0

    def value(self, t: float) -> float:
        """Value at time `t` (s)."""
        u = t - self.start
        return self.level + self.slope * u + self.decay * math.exp(-self.rate * u)

    def derivative(self, t: float) -> float:
        """Time derivative at `t` (s), 1/s."""
        return self.slope - self.rate * self.decay * math.exp(-self.rate * (t - self.start))

    def moved(self, start: float) -> Piece:
        """The same function written with another origin of u."""
        u = start - self.start
        decay = self.decay * math.exp(-self.rate * u)
        return Piece(start, self.level + self.slope * u, self.slope, decay, self.rate)


Course = tuple[Piece, ...]


def course(shape: str, onset: float, duration: float | None, time_constant: float | None) -> Course:
    """The fraction of an event's amount in effect over time: 0 before `onset`, 1 in full effect.

    Parameters
    ----------
    shape : {"step", "ramp", "first_order", "pulse"}
        A pulse lasts `duration` and then ends at once, or decays with `time_constant`.
    onset : float
        Begin, s.
    duration : float or None
        Of a ramp or a pulse, s.
    time_constant : float or None
        Of a first-order approach or of the recovery after a pulse, s.

    Returns
    -------
    tuple of Piece
        In the order of time; the first piece begins at minus infinity.

    Examples
    --------
    >>> from plants.scenarios.shapes import at, course
    >>> ramp = course("ramp", 20.0, 10.0, None)
    >>> [at(ramp, t) for t in (0.0, 25.0, 60.0)]
    [0.0, 0.5, 1.0]
    """
    pieces: list[Piece] = []
    if shape == "step":
        pieces = [Piece(onset, level=1.0)]
    elif shape == "ramp" and duration:
        pieces = [Piece(onset, slope=1.0 / duration), Piece(onset + duration, level=1.0)]
    elif shape == "first_order" and time_constant:
        pieces = [Piece(onset, level=1.0, decay=-1.0, rate=1.0 / time_constant)]
    elif shape == "pulse" and duration:
        end = onset + duration
        after = Piece(end, decay=1.0, rate=1.0 / time_constant) if time_constant else Piece(end)
        pieces = [Piece(onset, level=1.0), after]
    else:
        raise ValueError(f"no course for {shape!r} with {duration=}, {time_constant=}")
    return (Piece(-math.inf), *pieces)


def piece_at(pieces: Course, t: float) -> Piece:
    """The piece in force at `t`; at a boundary the later one."""
    current = pieces[0]
    for piece in pieces[1:]:
        if t < piece.start:
            break
        current = piece
    # The first piece is zero everywhere and has no finite origin to measure u from.
    return Piece(t) if math.isinf(current.start) else current


def at(pieces: Course, t: float) -> float:
    """Value at time `t` (s); a jump counts as done at its own instant."""
    return piece_at(pieces, t).value(t)


# A function of u on one interval as {(power, rate): coefficient} of u**power * exp(-rate*u).
_Terms = dict[tuple[int, float], float]


def mean_of_product(
    factors: tuple[tuple[float, float, Course], ...], t0: float, t1: float
) -> float:
    """Mean over [t0, t1] of the product of ``offset + gain * course(t)``, in closed form.

    Parameters
    ----------
    factors : tuple of (offset, gain, course)
        Offset and gain in the unit of the factor.
    t0, t1 : float
        The interval, s; `t0` must be less than `t1`.

    Returns
    -------
    float
        The mean, in the product of the factors' units.

    Examples
    --------
    >>> from plants.scenarios.shapes import course, mean_of_product
    >>> ramp = course("ramp", 0.0, 2.0, None)
    >>> mean_of_product(((0.0, 1.0, ramp), (0.0, 1.0, ramp)), 0.0, 2.0)  # of (t/2)^2
    0.3333333333333333
    """
    starts = {piece.start for _, _, pieces in factors for piece in pieces}
    edges = [t0, *sorted(start for start in starts if t0 < start < t1), t1]
    mean = 0.0
    for begin, end in itertools.pairwise(edges):
        terms: _Terms = {(0, 0.0): 1.0}
        for offset, gain, pieces in factors:
            terms = _product(terms, offset, gain, piece_at(pieces, begin).moved(begin))
        length = end - begin
        integral = math.fsum(c * _moment(n, k, length) for (n, k), c in terms.items())
        mean += integral / (t1 - t0)
    return mean


def _product(terms: _Terms, offset: float, gain: float, piece: Piece) -> _Terms:
    factor = (
        (0, 0.0, offset + gain * piece.level),
        (1, 0.0, gain * piece.slope),
        (0, piece.rate, gain * piece.decay),
    )
    product: _Terms = {}
    for (power, rate), left in terms.items():
        for more_power, more_rate, right in factor:
            if left and right:
                key = (power + more_power, rate + more_rate)
                product[key] = product.get(key, 0.0) + left * right
    return product


def _moment(power: int, rate: float, length: float) -> float:
    """Integral of u**power * exp(-rate*u) from 0 to `length`."""
    x = rate * length
    if power == 0:
        return -math.expm1(-x) / rate if x > 0.0 else length
    if x > 30.0:  # nothing cancels here: the removed part is below the rounding of the first
        tail, term = 0.0, 1.0
        for j in range(power + 1):
            tail += term
            term *= x / (j + 1)
        return math.factorial(power) / rate ** (power + 1) * (1.0 - math.exp(-x) * tail)
    # Series of positive terms: exact to rounding also where the closed form would cancel.
    total, term, j = 0.0, 1.0 / (power + 1), 0
    while term > 1e-18 * total:
        total += term
        j += 1
        term *= x / (power + 1 + j)
    return float(length ** (power + 1) * math.exp(-x) * total)
