"""One therapy in the numbers of many patients side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from plants import Therapy
from plants.quantities import Array
from plants.therapies import Death


class LaneTherapies:
    """A therapy for each lane, read for all lanes at once.

    The lanes' therapies differ by nothing but the upper ends of those goals that are a share of
    what a patient has without a pump.

    Parameters
    ----------
    therapy : Therapy
        Of all; may ask for shares.
    lanes : int
        How many.

    Examples
    --------
    >>> import numpy as np
    >>> from envs.lane_therapies import LaneTherapies
    >>> from plants import Goal, Therapy
    >>> work = Goal(signal="pressure_volume_area", high_share=0.5, weight=1.0, scale=1000.0)
    >>> therapy = Therapy.load("v0").model_copy(update={"goals": (work,)})
    >>> both = LaneTherapies(therapy, 2)
    >>> for lane, alone in enumerate((8000.0, 6000.0)):
    ...     both.set(lane, therapy.individual({"pressure_volume_area": alone}))
    >>> both.in_range({"pressure_volume_area": np.array([3500.0, 3500.0])})
    {'pressure_volume_area': array([ True, False])}
    """

    def __init__(self, therapy: Therapy, lanes: int):
        shares = [goal.signal for goal in therapy.goals if goal.high_share is not None]
        self._highs: dict[str, Array] = {name: np.zeros(lanes) for name in shares}
        # Goals look at distances alone: with the ends taken off the values, all ends are 0.
        self._relative = therapy.individual(dict.fromkeys(shares, 0.0))

    @property
    def death(self) -> Death:
        """When an episode ends; the same for all."""
        return self._relative.death

    def set(self, lane: int, therapy: Therapy) -> None:
        """Take over a patient's own therapy."""
        for goal in therapy.goals:
            if goal.signal in self._highs:
                self._highs[goal.signal][lane] = goal.high

    def costs(self, metrics: Mapping[str, Any], change: Array) -> dict[str, Any]:
        """As :meth:`Therapy.costs`."""
        return self._relative.costs(self._without_ends(metrics), change)

    def goal_rewards(self, metrics: Mapping[str, Any], change: Array) -> dict[str, Any]:
        """As :meth:`Therapy.goal_rewards`."""
        return self._relative.goal_rewards(self._without_ends(metrics), change)

    def in_range(self, metrics: Mapping[str, Any]) -> dict[str, Any]:
        """As :meth:`Therapy.in_range`."""
        return self._relative.in_range(self._without_ends(metrics))

    def _without_ends(self, metrics: Mapping[str, Any]) -> Mapping[str, Any]:
        ends = {name: metrics[name] - highs for name, highs in self._highs.items()}
        return {**metrics, **ends}
