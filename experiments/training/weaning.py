"""How good a learned policy weans: episodes of patients that it was not trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from controllers.policy import policy_network, read_policy
from experiments.training.evaluation import FIRST_SEED, make_environment
from plants import InputError
from plants.bedside import ACTIONS
from plants.cohorts import FIRST_EVALUATION_SEED
from plants.quantities import stream

#: The environment of weaning.
WEANING = "impellab/Weaning-v0"
#: How an episode may end, in the words of the tables.
ENDS = ("well", "failed", "died", "bridge", "premature_bridge", "label")
_HOLD = ACTIONS.index("stay")
# The cohort of the environment where none is named.
_COHORT = 1000

Act = Callable[[NDArray[np.float32]], Any]


@dataclass(frozen=True)
class WeaningEvaluation:
    """Result of evaluation episodes.

    Attributes
    ----------
    rewards, hours : tuple of float
        Sum of the rewards, and time on the pump at the end (h), of each episode.
    ends : tuple of str
        How each ended, of :data:`ENDS`.
    cases : tuple of str
        Case of each patient.
    """

    rewards: tuple[float, ...]
    hours: tuple[float, ...]
    ends: tuple[str, ...]
    cases: tuple[str, ...]

    def metrics(self) -> dict[str, float]:
        """The result as a flat table for JSON."""
        shares = {f"share_{end}": self.ends.count(end) / len(self.ends) for end in ENDS}
        return {
            "episode_reward": float(np.mean(self.rewards)),
            "episode_reward_sd": float(np.std(self.rewards)),
            "episodes": len(self.rewards),
            "pump_hours": float(np.mean(self.hours)),
        } | shares

    def by_case(self) -> dict[str, dict[str, int]]:
        """Number of episodes by case and end; only what occurred."""
        ends: dict[str, dict[str, int]] = {}
        for case, end in sorted(zip(self.cases, self.ends, strict=True)):
            row = ends.setdefault(case, {})
            row[end] = row.get(end, 0) + 1
        return ends


def held_out_weaning(arguments: Mapping[str, Any]) -> gymnasium.Env[Any, Any]:
    """The environment with patients behind the training cohort, from the first hour on.

    Events and begin of the training are left out: everybody is met at the begin of support.

    Raises
    ------
    InputError
        The environment does not take the arguments, or the cohort leaves no patients.
    """
    first = arguments.get("cohort_first", 0) + arguments.get("cohort_size", _COHORT)
    size = min(_COHORT, FIRST_EVALUATION_SEED - first)
    if size < 1:
        allowed = "a cohort that leaves patients for the evaluation"
        raise InputError("cohort_size", arguments.get("cohort_size"), allowed)
    changed = {name: value for name, value in arguments.items() if name != "begin"}
    return make_environment(WEANING, changed | {"cohort_first": first, "cohort_size": size})


def evaluate_weaning(env: gymnasium.Env[Any, Any], act: Act, *, episodes: int) -> WeaningEvaluation:
    """Run the patients of the environment's cohort, one after the other from its first on.

    Parameters
    ----------
    env : gymnasium.Env
        ``impellab/Weaning-v0``.
    act : callable
        From an observation to an action.
    episodes : int
        How many patients; those whose arteries do not take the device do not count.

    Raises
    ------
    InputError
        The cohort has not so many.

    Examples
    --------
    >>> from experiments.training.weaning import evaluate_weaning, held_out_weaning
    >>> env = held_out_weaning({"cohort_size": 600})
    >>> evaluate_weaning(env, lambda seen: 6, episodes=2).hours
    (0.0, 0.0)
    """
    draws: Any = env.unwrapped
    patients = iter(draws.draws.patients)
    ended: list[tuple[float, float, str, str]] = []
    while len(ended) < episodes:
        patient = next(patients, None)
        if patient is None:
            raise InputError("episodes", episodes, f"at most {len(ended)}, which the cohort has")
        try:
            seen, info = env.reset(seed=FIRST_SEED + patient, options={"patient": patient})
        except InputError:
            continue
        total, over = 0.0, False
        while not over:
            seen, reward, terminated, truncated, info = env.step(act(seen))
            total, over = total + float(reward), terminated or truncated
        ended.append((total, float(info["hours"]), _end(info), str(info["case"])))
    rewards, hours, ends, cases = zip(*ended, strict=True)
    return WeaningEvaluation(rewards, hours, ends, cases)


def _end(info: Mapping[str, Any]) -> str:
    outcome, result = str(info["outcome"]), str(info["result"])
    if outcome == "explanted":
        return result
    if outcome == "bridge":
        return "bridge" if result == "failed" else "premature_bridge"
    return "label" if outcome == "alive" else outcome


def hold_level(seen: NDArray[np.float32]) -> int:
    """Hold the level until the label's end."""
    return _HOLD


def at_random(seed: int) -> Act:
    """Actions drawn evenly, from a seed."""
    random = stream("random actions", seed)
    return lambda seen: int(random.integers(len(ACTIONS)))


def policy_act(folder: str | PathLike[str]) -> Act:
    """The action that the policy in a folder takes without exploration.

    Raises
    ------
    InputError
        The policy cannot be used.
    """
    home = Path(folder)
    description = read_policy(home)
    network = policy_network(home, description, len(ACTIONS), discrete=True)
    normalisation = description.normalisation
    return lambda seen: network.predict(normalisation.apply(seen), deterministic=True)[0]


def compare_weaning(
    folder: str | PathLike[str], *, episodes: int = 100
) -> dict[str, WeaningEvaluation]:
    """A policy beside holding the level and random actions, on the same held-out patients.

    Parameters
    ----------
    folder : path
        Of the policy; it acts by itself, without the rules of the weaning controller.
    episodes : int
        How many patients.

    Raises
    ------
    InputError
        The policy cannot be used.
    """
    env = held_out_weaning(read_policy(Path(folder)).arguments)
    acts = {"policy": policy_act(folder), "held": hold_level, "random": at_random(0)}
    return {name: evaluate_weaning(env, act, episodes=episodes) for name, act in acts.items()}
