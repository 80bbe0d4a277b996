"""The range of life: metrics of a beat with which no patient lives, though the plant does.

A value beyond it is a label and no error: the equations hold, and the run goes on. Every outcome
of a plant carries it, so that nobody takes a central venous pressure of 90 mmHg for a patient's.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from plants.plant.metrics import METRICS
from plants.quantities import SignalRange, one_of, signal_ranges


class LifeRange(SignalRange):
    """Range of a metric of a beat in a living patient; see ``plants/data/life.toml``."""

    signal: Annotated[str, one_of(METRICS.names)]


class BeyondLife(NamedTuple):
    """A value with which no patient lives.

    Parameters
    ----------
    signal : str
        Name of the metric.
    value, limit : float
        What it was, and the end of the range of life that it is beyond, in `unit`.
    unit : str
        Unit of the metric.
    """

    signal: str
    value: float
    limit: float
    unit: str

    @property
    def excess(self) -> float:
        """How far it is beyond, in its unit."""
        return abs(self.value - self.limit)

    def __str__(self) -> str:
        side = "above" if self.value > self.limit else "below"
        return f"{self.signal} {self.value:.3g} {self.unit}, {side} {self.limit:g}"


@functools.cache
def range_of_life() -> Mapping[str, LifeRange]:
    """The range of life of each metric that has one, by name.

    Examples
    --------
    >>> from plants.plant import range_of_life
    >>> central = range_of_life()["cvp"]
    >>> central.low < 5.0 < central.high, central.unit, central.tag
    (True, 'mmHg', 'X')
    """
    return signal_ranges("life.toml", LifeRange)


def beyond_life(metrics: Mapping[str, float]) -> tuple[BeyondLife, ...]:
    """Which values of a beat lie beyond the range of life; empty where none does.

    Parameters
    ----------
    metrics : mapping of str to float
        Metrics of a beat, or some of them; what is no number is told by other means.

    Examples
    --------
    >>> from plants.plant import beyond_life
    >>> beyond_life({"map": 70.0, "cvp": 8.0})
    ()
    >>> [(each.signal, each.value) for each in beyond_life({"map": 70.0, "cvp": 92.0})]
    [('cvp', 92.0)]
    """
    beyond = []
    for name, life in range_of_life().items():
        value = metrics.get(name, life.low)
        if value < life.low or value > life.high:
            limit = life.low if value < life.low else life.high
            beyond.append(BeyondLife(name, float(value), limit, life.unit))
    return tuple(beyond)


def within_life(metrics: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Which of many patients have no value beyond life; what is no number is none.

    Parameters
    ----------
    metrics : mapping of str to ndarray, shape (n,)
        Metrics of each, as :meth:`plants.BatchSimulator.metrics` gives them.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> from plants.plant import within_life
    >>> within_life({"map": np.array([70.0, 70.0]), "cvp": np.array([8.0, 92.0])}).tolist()
    [True, False]
    """
    beyond: Any = False
    for name, life in range_of_life().items():
        if name in metrics:
            beyond = beyond | (metrics[name] < life.low) | (metrics[name] > life.high)
    return ~np.asarray(beyond, dtype=bool)


class LifeWatch:
    """The worst values beyond life of a course, of all beats that were looked at.

    Examples
    --------
    >>> from plants.plant import LifeWatch
    >>> watch = LifeWatch()
    >>> for pressure in (8.0, 70.0, 92.0, 60.0):
    ...     watch.look({"cvp": pressure})
    >>> [each.value for each in watch.beyond]
    [92.0]
    """

    def __init__(self) -> None:
        self._worst: dict[str, BeyondLife] = {}

    def look(self, metrics: Mapping[str, float]) -> None:
        """Take a beat in."""
        self.add(beyond_life(metrics))

    def add(self, beyond: Iterable[BeyondLife]) -> None:
        """Take in what another watch has seen, or :func:`beyond_life` told."""
        for each in beyond:
            before = self._worst.get(each.signal)
            if before is None or each.excess > before.excess:
                self._worst[each.signal] = each

    @property
    def beyond(self) -> tuple[BeyondLife, ...]:
        """The worst value of each metric that was beyond life; empty where none was."""
        return tuple(self._worst.values())


def beyond_life_text(beyond: Iterable[BeyondLife]) -> str:
    """Values beyond life in a line, as outcomes tell them; empty where there are none.

    Examples
    --------
    >>> from plants.plant import BeyondLife, beyond_life_text
    >>> beyond_life_text([BeyondLife("cvp", 92.0, 50.0, "mmHg")])
    'cvp 92 mmHg, above 50'
    """
    return "; ".join(str(each) for each in beyond)
