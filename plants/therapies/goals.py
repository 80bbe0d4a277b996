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

    def _ends(self) -> tuple[str, ...]:
        """Names of the fields of which at least one says where the range ends."""
        return ("low", "high")

    def _contradictions(self) -> Iterable[InputError]:
        if all(getattr(self, field) is None for field in self._ends()):
            yield InputError("low", None, f"{' or '.join(self._ends())} must be given")
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
        Price of a distance of about one scale, and reward of a value in range (1).
    scale : float
        Distance that counts as one, in the signal's unit.
    high_share : float, optional
        In place of `low` and `high`: the most that is wanted as a share of what the signal is in
        the same patient without a pump. Such a goal can be asked for nothing before
        :meth:`individual` has made it a patient's own.

    Examples
    --------
    >>> from plants import Goal
    >>> goal = Goal(signal="map", low=65.0, high=90.0, weight=2.0, scale=10.0)
    >>> goal.cost(70.0), round(goal.cost(60.0), 3), goal.holds(60.0)
    (0.0, 0.472, False)
    >>> work = Goal(signal="pressure_volume_area", high_share=0.75, weight=1.0, scale=1000.0)
    >>> work.individual({"pressure_volume_area": 8000.0}).high
    6000.0
    """

    # Both must be given, though fields before them need not be.
    weight: float = Field(default=..., ge=0.0)
    scale: float = Field(default=..., gt=0.0)
    high_share: float | None = Field(default=None, gt=0.0)

    def _ends(self) -> tuple[str, ...]:
        return ("low", "high", "high_share")

    def _contradictions(self) -> Iterable[InputError]:
        yield from super()._contradictions()
        if self.high_share is not None and not (self.low is None and self.high is None):
            yield InputError("high_share", self.high_share, "no low or high beside it")

    def individual(self, unsupported: Mapping[str, float]) -> Goal:
        """The goal of a patient.

        Parameters
        ----------
        unsupported : mapping of str to float
            Metrics of the patient without a pump, at least the goal's signal.

        Raises
        ------
        InputError
            The signal is not among them.
        """
        if self.high_share is None:
            return self
        high = self.high_share * metric(unsupported, self.signal)
        return self.model_copy(update={"high": high, "high_share": None})

    def holds(self, value: Any) -> Any:
        self._check_individual()
        return super().holds(value)

    def reward(self, value: Any) -> Any:
        """Between 0 and the weight; a float or an array of the value's shape.

        It falls as a Gaussian, of which 0.1 is left at a distance of the scale.
        """
        self._check_individual()
        return self.weight * tolerance(value, self.low, self.high, margin=self.scale)

    def residual(self, value: Any) -> Any:
        """Root of :meth:`cost`, with the sign of nothing: 0 or more.

        Takes floats, arrays and CasADi expressions; smooth outside the range.
        """
        self._check_individual()
        return self.weight**0.5 * cost_root(hinge(self, value) / self.scale)

    def residual_slope(self, value: Any) -> Any:
        """Derivative of :meth:`residual` by the value, for floats and arrays."""
        self._check_individual()
        x = np.asarray(value, dtype=float)
        above = x > (np.inf if self.high is None else self.high)
        below = x < (-np.inf if self.low is None else self.low)
        distance = hinge(self, x) / self.scale
        side = above.astype(float) - below
        return side * self.weight**0.5 * cost_root_slope(distance) / self.scale

    def cost(self, value: Any) -> Any:
        """What a value costs: 0 in the range, more with every distance from it.

        ``weight * 2 * (sqrt(1 + r**2) - 1)`` at a distance of ``r`` scales: the pseudo-Huber
        function (Charbonnier 1997 IEEE Trans Image Process). That is the square of a small distance
        and twice a large one, so that a goal out of reach neither drowns the others nor is given up
        for nothing.
        """
        return self.residual(value) ** 2

    def _check_individual(self) -> None:
        if self.high_share is not None:
            allowed = (
                "a goal of a patient: Therapy.individual gives one, with the metrics unsupported"
            )
            raise InputError(f"goal {self.signal}: high_share", self.high_share, allowed)


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
    cost : float
        Price of each control period that is not lived (1).
    entries : tuple of (str, Quantity)
        Where the numbers came from, by field.
    """

    signal: Annotated[str, one_of(SIGNALS)]
    low: float
    seconds: float = Field(ge=0.0)
    cost: float = Field(default=0.0, ge=0.0)
    entries: Entries = ()

    def threatens(self, metrics: Mapping[str, Any]) -> Any:
        """Whether the signal is too low now; the caller counts for how long."""
        x = np.asarray(metric(metrics, self.signal), dtype=float)
        below = x < self.low
        return bool(below) if x.ndim == 0 else below


def cost_root(distance: Any) -> Any:
    """Root of the pseudo-Huber cost ``2 * (sqrt(1 + r**2) - 1)`` of a distance ``r`` >= 0.

    Takes floats, arrays and CasADi expressions; no difference of nearly equal numbers is formed.

    Examples
    --------
    >>> from plants.therapies import cost_root
    >>> round(cost_root(1e-9) * 1e9, 9), round(cost_root(3.0) ** 2, 6)
    (1.0, 4.324555)
    """
    return distance * (2.0 / (1.0 + (1.0 + distance * distance) ** 0.5)) ** 0.5


def cost_root_slope(distance: Any) -> Any:
    """Derivative of :func:`cost_root` by the distance."""
    root = (1.0 + distance * distance) ** 0.5
    return ((1.0 + root) / 2.0) ** 0.5 / root


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
