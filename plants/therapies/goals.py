"""Wanted ranges, hard limits and the end of life: the parts of a therapy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from plants.quantities import SIGNALS, CheckedModel, InputError, Quantity, one_of
from plants.therapies.reward_shaping import tolerance

#: Where each number came from, by the name of its field.
Entries = tuple[tuple[str, Quantity], ...]


class Bounds(CheckedModel):
    """A range of a signal, both ends included; without one end that side is open.

    Parameters
    ----------
    signal : str
        A name of :data:`~plants.SIGNALS`.
    low, high : float, optional
        Ends in the signal's unit; at least one.
    entries : tuple of (str, Quantity)
        Where the numbers came from, by field.
    """

    signal: Annotated[str, one_of(SIGNALS)]
    low: float | None = None
    high: float | None = None
    entries: Entries = ()

    def _contradictions(self) -> Iterable[InputError]:
        if self.low is None and self.high is None:
            yield InputError("low", None, "low or high must be given")
        signal = SIGNALS[self.signal]
        for field in ("low", "high"):
            value = getattr(self, field)
            if value is not None and not signal.low <= value <= signal.high:
                allowed = f"{signal.low:g} to {signal.high:g} {signal.unit}"
                yield InputError(field, value, allowed)
        if self.low is not None and self.high is not None and self.low > self.high:
            yield InputError("low", self.low, f"at most high = {self.high:g} {signal.unit}")

    @property
    def unit(self) -> str:
        """Unit of the signal."""
        return SIGNALS[self.signal].unit

    def holds(self, value: Any) -> Any:
        """Whether the value, or each of an array, lies in the range; NaN does not."""
        x = np.asarray(value, dtype=float)
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        inside = (low <= x) & (x <= high)
        return bool(inside) if x.ndim == 0 else inside


class Goal(Bounds):
    """A range in which a signal is wanted, and how much that matters.

    Parameters
    ----------
    signal, low, high, entries
        As in :class:`Bounds`.
    weight : float
        Reward of a value in range, and weight of the squared distance in the cost (1).
    scale : float
        Distance that counts as one in the cost and leaves 0.1 of the reward, in the signal's
        unit.

    Examples
    --------
    >>> from plants import Goal
    >>> goal = Goal(signal="map", low=65.0, high=90.0, weight=2.0, scale=10.0)
    >>> goal.reward(70.0), goal.residual(70.0), goal.holds(60.0)
    (2.0, 0.0, False)
    """

    # Both must be given, though fields before them need not be.
    weight: float = Field(default=..., ge=0.0)
    scale: float = Field(default=..., gt=0.0)

    def reward(self, value: Any) -> Any:
        """Between 0 and the weight; a float or an array of the value's shape."""
        return self.weight * tolerance(value, self.low, self.high, margin=self.scale)

    def residual(self, value: Any) -> Any:
        """Scaled and weighted distance from the range; its square is the cost.

        Takes floats, arrays and CasADi expressions.
        """
        return self.weight**0.5 * hinge(self, value) / self.scale


class Limit(Bounds):
    """A range that must not be left whatever it costs; see :class:`Bounds`."""


class Death(CheckedModel):
    """The end of an episode: a signal stays too low for too long.

    Parameters
    ----------
    signal : str
        A name of :data:`~plants.SIGNALS`.
    low : float
        The value below which the patient does not live, in the signal's unit.
    seconds : float
        How long without a break, s.
    entries : tuple of (str, Quantity)
        Where the numbers came from, by field.
    """

    signal: Annotated[str, one_of(SIGNALS)]
    low: float
    seconds: float = Field(ge=0.0)
    entries: Entries = ()

    def threatens(self, metrics: Mapping[str, Any]) -> Any:
        """Whether the signal is too low now; the caller counts for how long."""
        x = np.asarray(metric(metrics, self.signal), dtype=float)
        below = x < self.low
        return bool(below) if x.ndim == 0 else below


def hinge(bounds: Bounds, value: Any) -> Any:
    """Distance of a value from a range: 0 inside, growing by 1 per unit outside.

    Parameters
    ----------
    bounds : Bounds
        A goal or a limit.
    value : float, numpy.ndarray or CasADi expression
        In the signal's unit.

    Returns
    -------
    float, numpy.ndarray or CasADi expression
        Of the value's kind and shape, in the signal's unit.

    Examples
    --------
    >>> import casadi
    >>> from plants import Goal, hinge
    >>> goal = Goal(signal="map", low=65.0, high=90.0, weight=1.0, scale=10.0)
    >>> hinge(goal, 60.0), hinge(goal, 70.0), hinge(goal, 95.0)
    (5.0, 0.0, 5.0)
    >>> map_ = casadi.SX.sym("map")
    >>> float(casadi.Function("f", [map_], [hinge(goal, map_)])(60.0))
    5.0
    """
    below = 0.0 if bounds.low is None else _positive_part(bounds.low - value)
    above = 0.0 if bounds.high is None else _positive_part(value - bounds.high)
    return below + above


def _positive_part(x: Any) -> Any:
    # Written with abs, which floats, arrays and CasADi expressions all have; max is not.
    return (x + abs(x)) / 2.0


def metric(metrics: Mapping[str, Any], name: str) -> Any:
    """The value of a metric.

    Raises
    ------
    InputError
        It is not there.
    """
    if name not in metrics:
        raise InputError(f"metrics[{name!r}]", None, f"a value of {name}, which the therapy uses")
    return metrics[name]
