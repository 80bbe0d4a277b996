"""What a control period of support earns, for one patient and for many side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np

from plants import InputError, Therapy
from plants.therapies import EFFORT

#: What rewards there are: 1 less the therapy's cost, or the sum of goals met (``Support-v0``).
Reward = Literal["cost", "goals"]
REWARDS: Final[tuple[Reward, ...]] = ("cost", "goals")
#: Names of the terms that are no goal: a period that is lived, and those that will not be.
LIFE, DEATH = "life", "death"


def known_reward(value: Any) -> Reward:
    """The name of a reward.

    Raises
    ------
    InputError
        There is none of that name.
    """
    for name in REWARDS:
        if value == name:
            return name
    raise InputError("reward", value, f"one of {', '.join(REWARDS)}")


def reward_terms(
    reward: Reward,
    therapy: Any,
    metrics: Mapping[str, Any],
    change: Any,
    *,
    unphysical: Any = False,
    not_lived: Any = 0,
) -> dict[str, Any]:
    """The reward of a control period by named terms; the reward is their sum.

    Parameters
    ----------
    reward : {"cost", "goals"}
        ``"cost"``: 1 for a period that is lived, less what it costs by the therapy; each period
        that is not lived any more counts as one of the price of death, so that the sum over an
        episode is its number of periods less the cost that a benchmark reports for all of them.
        ``"goals"``: each goal that is met earns its weight; death costs nothing but what follows.
    therapy : Therapy or LaneTherapies
        Goals in the patients' own numbers.
    metrics : mapping of str to float or ndarray
        True values by signal name; where the plant left the physical range the last ones before.
    change : float or ndarray
        Change of the speed, rpm.
    unphysical : bool or ndarray
        Whether the plant left the physical range in this period.
    not_lived : int or ndarray
        Periods that are left of the episode where the patient is lost in this one; else 0.

    Returns
    -------
    dict of str to float or ndarray
        By signal of the goals, ``"effort"``, and with ``"cost"`` ``"life"`` and ``"death"``.
    """
    if reward == "goals":
        terms = therapy.goal_rewards(metrics, change)
        earned = 1.0 - np.asarray(unphysical, dtype=float)
        return {
            name: value if name == EFFORT else _like(value, value * earned)
            for name, value in terms.items()
        }
    costs = therapy.costs(metrics, change)
    terms = {LIFE: _like(change, np.ones_like(np.asarray(change, dtype=float)))}
    terms |= {name: -value for name, value in costs.items()}
    price = 1.0 - therapy.death.cost
    terms[DEATH] = _like(change, price * np.asarray(not_lived, dtype=float))
    return terms


def term_names(reward: Reward, therapy: Therapy) -> tuple[str, ...]:
    """Names of the terms of a reward, in their order."""
    goals = (*therapy.signals, EFFORT)
    return goals if reward == "goals" else (LIFE, *goals, DEATH)


def _like(pattern: Any, value: Any) -> Any:
    """A float where the pattern is one, else an array."""
    return float(value) if np.ndim(pattern) == 0 else np.asarray(value)
