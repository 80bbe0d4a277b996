"""Means of beats: what a reference is taken from, and the filters of the laws."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict

from controllers.literature.beat_quantities import Quantities


class MovingMean:
    """Mean of the last values.

    Parameters
    ----------
    count : int
        How many.

    Examples
    --------
    >>> from controllers.literature.averages import MovingMean
    >>> mean = MovingMean(3)
    >>> [mean.add(value) for value in (60.0, 90.0, 60.0, 30.0)]
    [60.0, 75.0, 70.0, 60.0]
    """

    def __init__(self, count: int):
        self._values: deque[float] = deque(maxlen=count)

    def clear(self) -> None:
        """Forget all values."""
        self._values.clear()

    def add(self, value: float) -> float:
        """The mean with one more value."""
        self._values.append(value)
        return sum(self._values) / len(self._values)


def mean_beat(beats: Sequence[Quantities]) -> Quantities:
    """Mean of each quantity over the beats in which it is known; NaN where it never is.

    Examples
    --------
    >>> from controllers.literature import Quantities
    >>> from controllers.literature.averages import mean_beat
    >>> mean = mean_beat([Quantities(flow=3.0), Quantities(flow=4.0, map=70.0)])
    >>> mean.flow, mean.map, mean.lvedp
    (3.5, 70.0, nan)
    """
    known: dict[str, list[float]] = {}
    for beat in beats:
        for name, value in asdict(beat).items():
            if math.isfinite(value):
                known.setdefault(name, []).append(value)
    return Quantities(**{name: math.fsum(values) / len(values) for name, values in known.items()})
