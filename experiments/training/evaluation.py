"""How good a policy is: mean therapy reward over episodes that it was not trained on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

import envs
from controllers import Briefing, PolicyController
from controllers.policy import read_policy
from plants import InputError, Patient

#: Seed of the first evaluation episode. Training seeds its environments from small numbers up, so
#: that evaluation meets other individuals, scenarios and noise.
FIRST_SEED = 1_000_000

Act = Callable[[NDArray[np.float32]], Any]


@dataclass(frozen=True)
class Evaluation:
    """Result of evaluation episodes.

    Attributes
    ----------
    rewards : tuple of float
        Sum of the rewards of each episode.
    outcomes : tuple of str
        How each episode ended: "alive" at its horizon, "death" or "unphysical".
    in_range : dict of str to float
        Share of the periods in which each goal's signal was where it is wanted.
    periods : int
        Control periods over all episodes.
    beyond_life : int
        Episodes with a beat with which no patient lives.
    """

    rewards: tuple[float, ...]
    outcomes: tuple[str, ...]
    in_range: dict[str, float]
    periods: int
    beyond_life: int = 0

    @property
    def mean_reward(self) -> float:
        """Mean sum of rewards of an episode."""
        return float(np.mean(self.rewards))

    def metrics(self) -> dict[str, float]:
        """The result as a flat table for JSON."""
        return {
            "episode_reward": self.mean_reward,
            "episode_reward_sd": float(np.std(self.rewards)),
            "episodes": len(self.rewards),
            "deaths": self.outcomes.count("death"),
            "unphysical": self.outcomes.count("unphysical"),
            "beyond_life": self.beyond_life,
        } | {f"in_range_{name}": share for name, share in self.in_range.items()}


def held_out(environment: str, arguments: Mapping[str, Any]) -> gymnasium.Env[Any, Any]:
    """An environment for evaluation, whose individuals are not limited to a training cohort.

    Raises
    ------
    InputError
        There is no such environment, or it does not take the arguments.
    """
    envs.register()
    changed = dict(arguments) | ({"cohort_size": None} if "cohort_size" in arguments else {})
    return make_environment(environment, changed)


def make_environment(environment: str, arguments: Mapping[str, Any]) -> gymnasium.Env[Any, Any]:
    """The environment, with bad input as an InputError.

    Raises
    ------
    InputError
        There is no such environment, or it does not take the arguments.
    """
    try:
        return gymnasium.make(environment, **arguments)
    except gymnasium.error.Error:
        raise InputError("environment", environment, "a registered id") from None
    except TypeError as error:
        raise arguments_refused(arguments, error) from None


def arguments_refused(arguments: Mapping[str, Any], error: TypeError) -> InputError:
    """The refusal of arguments that an environment does not take, without the code's own names."""
    why = str(error).rpartition("__init__() ")[2]
    return InputError("arguments", dict(arguments), f"what the environment takes ({why})")


def compare(
    policy: str | PathLike[str], levels: Sequence[str], *, episodes: int = 60
) -> list[dict[str, Any]]:
    """A policy beside held P-levels, in the same episodes.

    Parameters
    ----------
    policy : path
        Folder of the policy; it runs as the controller, in the environment it was trained in.
    levels : sequence of str
        P-levels to hold.
    episodes : int
        How many.

    Returns
    -------
    list of dict
        A row for each, with its name in ``"controller"`` and :meth:`Evaluation.metrics`.

    Raises
    ------
    InputError
        The policy cannot be used, or the device has no such level.
    """
    controller = PolicyController(policy)
    description = read_policy(Path(policy))
    env = held_out(description.environment, description.arguments)
    task: Any = env.unwrapped
    rows = []
    for name in (controller.name, *levels):
        if name == controller.name:
            act = _as_act(controller, task)
        else:
            held = task.actions.action(task.pump.speed(name))
            act = functools.partial(_constant, held)
        rows.append({"controller": name} | evaluate(env, act, episodes=episodes).metrics())
    env.close()
    return rows


def _constant(action: Any, observation: NDArray[np.float32]) -> Any:
    return action


def _as_act(controller: PolicyController, task: Any) -> Act:
    """The controller as a function of the observation, which holds the last values."""
    controller.reset(
        Briefing(
            patient=Patient.load("shock-d"),
            pump=task.pump,
            therapy=task.therapy,
            period=task.period,
            tier=task.tier,
            start_speed=0.0,
        )
    )

    def act(observation: NDArray[np.float32]) -> Any:
        return task.actions.action(controller.speed_for(observation))

    return act


def evaluate(
    env: gymnasium.Env[Any, Any], act: Act, *, episodes: int, first_seed: int = FIRST_SEED
) -> Evaluation:
    """Run episodes with seeds from `first_seed` on.

    Parameters
    ----------
    env : gymnasium.Env
        An environment of this package.
    act : callable
        From an observation to an action.
    episodes : int
        How many.
    first_seed : int
        Seed of the first.

    Examples
    --------
    >>> import gymnasium, envs
    >>> from experiments.training.evaluation import evaluate
    >>> env = gymnasium.make("impellab/Support-v1", max_episode_steps=5)
    >>> hold = env.unwrapped.actions.action(39_000.0)
    >>> result = evaluate(env, lambda observation: hold, episodes=2)
    >>> result.outcomes, result.periods
    (('alive', 'alive'), 10)
    """
    rewards, outcomes, periods, beyond = [], [], 0, 0
    kept: dict[str, int] = {}
    for episode in range(episodes):
        observation, info = env.reset(seed=first_seed + episode)
        total, over, left_life = 0.0, False, bool(info["beyond_life"])
        while not over:
            observation, reward, terminated, truncated, info = env.step(act(observation))
            total += float(reward)
            over = terminated or truncated
            periods += 1
            left_life = left_life or info["beyond_life"]
            for name, inside in info["in_range"].items():
                kept[name] = kept.get(name, 0) + bool(inside)
        rewards.append(total)
        beyond += left_life
        outcomes.append(str(info["outcome"]))
    shares = {name: count / periods for name, count in kept.items()}
    return Evaluation(tuple(rewards), tuple(outcomes), shares, periods, beyond)
