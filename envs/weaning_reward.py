"""The reward of weaning: comfort of the patient, time on the pump, steps down, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plants import Therapy

#: A stable hour by CORMPO 2025 (arXiv 2511.06111): least mean pressure (mmHg), heart rate (1/min)
#: and pulse pressure (mmHg).
STABLE = {"map": 60.0, "heart_rate": 50.0, "pulse_pressure": 20.0}


@dataclass(frozen=True)
class WeaningReward:
    """Weights of the reward; all are guesses but for the form of the score of steps.

    Parameters
    ----------
    hour : float
        Price of an hour on the pump.
    step : float
        Price or prize of a P-level: earned by each level down in a stable hour, lost by each level
        up, so that going down and up again earns nothing.
    well, failed, died, bridge, premature_bridge : float
        How the course ends: explanted and well after 48 h, failed within them, dead on the pump,
        named for a durable pump or a transplant when no explant would have held, or when one would.
        They outweigh what a course of days costs, and naming everybody at once loses: less than
        half of the cohort recover, and a bridge decision must not pay without having looked.

    Examples
    --------
    >>> from envs import WeaningReward
    >>> WeaningReward().steps(-2, {"map": 70.0, "heart_rate": 80.0, "pulse_pressure": 30.0})
    1.0
    """

    hour: float = 0.1
    step: float = 0.5
    well: float = 100.0
    failed: float = -100.0
    died: float = -150.0
    bridge: float = 20.0
    premature_bridge: float = -60.0

    def steps(self, change: int, metrics: Mapping[str, float]) -> float:
        """Score of a change of level from a circulation of those metrics."""
        if change < 0 and not stable(metrics):
            return 0.0
        return -self.step * change

    def goals(
        self, therapy: Therapy, metrics: Mapping[str, float] | None, hours: float
    ) -> dict[str, float]:
        """What is missing of each goal's weight, an hour; everything where there is no beat."""
        return {
            goal.signal: hours
            * ((0.0 if metrics is None else goal.reward(metrics[goal.signal])) - goal.weight)
            for goal in therapy.goals
        }


def stable(metrics: Mapping[str, float]) -> bool:
    """Whether a circulation is stable by CORMPO's definition.

    Examples
    --------
    >>> from envs import stable
    >>> stable({"map": 58.0, "heart_rate": 80.0, "pulse_pressure": 30.0})
    False
    """
    return all(metrics[name] >= low for name, low in STABLE.items())
