"""Where no steady-state beat was found, so that it is not searched for again nearby."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from controllers.tracking.model.steady_state_newton import are_near
from plants.quantities import Array

# Points that are remembered for each setting, and how near known inputs count as the same.
_POINTS, _SAME_INPUTS = 16, 0.02


@dataclass(frozen=True)
class _Failure:
    """A point at which no beat was found, from a beat so far away (rpm), and why."""

    point: Array
    inputs: Array
    distance: float
    reason: str

    def is_near(self, point: Array, inputs: Array, distance: float) -> bool:
        """Whether a search at a point would be the same, and begin no nearer."""
        same = np.allclose(self.inputs, inputs, rtol=_SAME_INPUTS, equal_nan=True)
        return same and distance >= self.distance and are_near(self.point, point)


class FailedSearches:
    """Remembers searches that failed: one takes as long as hundreds of beats.

    Parameters
    ----------
    settings : int
        Of how many settings they are remembered.
    """

    def __init__(self, settings: int):
        self._settings = settings
        self._failures: dict[Hashable, deque[_Failure]] = {}
        self._from_rest: set[Hashable] = set()

    def reason(self, key: Hashable, point: Array, inputs: Array, distance: float) -> str:
        """Why a search of a setting that begins so far away (rpm) would fail; "" if unknown."""
        near = (f for f in self._failures.get(key, ()) if f.is_near(point, inputs, distance))
        return next((failure.reason for failure in near), "")

    def record(
        self, key: Hashable, point: Array, inputs: Array, distance: float, reason: str
    ) -> None:
        """Take down a search that failed."""
        failures = self._failures.setdefault(key, deque(maxlen=_POINTS))
        failures.append(_Failure(point.copy(), inputs, distance, reason))
        for oldest in list(self._failures)[: -self._settings]:
            del self._failures[oldest]

    def record_from_rest(self, key: Hashable) -> None:
        """A search from rest has failed at a setting whose slopes were at hand.

        The next one would too, nine times of ten, and takes longest of all.
        """
        self._from_rest.add(key)

    def failed_from_rest(self, key: Hashable) -> bool:
        """Whether a search from rest has failed at a setting since its slopes were taken."""
        return key in self._from_rest

    def forget(self, key: Hashable) -> None:
        """A search of the setting has succeeded."""
        self._failures.pop(key, None)

    def forget_from_rest(self, key: Hashable) -> None:
        """The slopes of the setting are gone."""
        self._from_rest.discard(key)
