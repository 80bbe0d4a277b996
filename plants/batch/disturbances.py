"""What acts on the lanes of a batch over a stretch of time, found once for lanes that share it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from plants.quantities import Array
from plants.scenarios import Scenario, disturbance_vector

# Stretches that are remembered; lanes of one scenario meet the same ones episode after episode.
_REMEMBERED = 20_000


class MeanDisturbances(NamedTuple):
    """Mean disturbances over a stretch of time: by name, and as the model takes them."""

    by_name: dict[str, float]
    vector: Array


class BatchDisturbances:
    """Mean disturbances of lanes that each have a scenario, or none, and a clock of their own.

    Parameters
    ----------
    scenarios : sequence of Scenario or None
        One for each lane.
    """

    def __init__(self, scenarios: Sequence[Scenario | None]):
        self.scenarios: list[Scenario | None] = [None] * len(scenarios)
        # Entries hold their scenario, so that no other can come to have its id.
        self._known: dict[tuple[int, float, float], tuple[Scenario, MeanDisturbances]] = {}
        self._distinct: dict[bytes, MeanDisturbances] = {}
        self._equal: dict[Scenario, Scenario] = {}
        for lane, scenario in enumerate(scenarios):
            self.assign(lane, scenario)

    def __getstate__(self) -> dict[str, Any]:
        # What is remembered goes by the address of its scenario, which no copy shares.
        return vars(self) | {"_known": {}}

    def assign(self, lane: int, scenario: Scenario | None) -> None:
        """Give a lane another scenario."""
        if scenario is not None:
            # Lanes with equal scenarios share one object, and so all that is found for it.
            scenario = self._equal.setdefault(scenario, scenario)
        self.scenarios[lane] = scenario

    def lanes(self) -> NDArray[np.intp]:
        """The lanes that have a scenario."""
        return np.array([i for i, s in enumerate(self.scenarios) if s is not None], np.intp)

    def over(self, lane: int, start: float, seconds: float) -> MeanDisturbances:
        """Mean disturbances of a lane with a scenario; the same object for the same values."""
        scenario = self.scenarios[lane]
        assert scenario is not None
        key = (id(scenario), start, seconds)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
                self._distinct.clear()
                self._equal.clear()
            by_name = scenario.mean(start, start + seconds)
            vector = disturbance_vector(by_name)
            mean = MeanDisturbances(by_name, vector)
            mean = self._distinct.setdefault(vector.tobytes(), mean)
            known = self._known[key] = scenario, mean
        return known[1]
