"""What a training ends with: how its environment describes a policy and how it is evaluated."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import gymnasium
from gymnasium.envs.registration import load_env_creator

import envs
from controllers.policy import WEANING_ACTION
from envs import SupportEnv, WeaningEnv
from experiments.training.evaluation import evaluate, held_out
from experiments.training.settings import TrainingSettings
from experiments.training.weaning import at_random, evaluate_weaning, held_out_weaning, hold_level
from plants import InputError, unknown_name
from plants.bedside import ACTIONS

Act = Callable[[Any], Any]


def check_task(settings: TrainingSettings) -> None:
    """Refuse an environment that is none of this package.

    Raises
    ------
    InputError
        It has neither the form of ``impellab/Support-v1`` nor of ``impellab/Weaning-v0``.
    """
    _weans(settings.environment)


def evaluated(settings: TrainingSettings, act: Act) -> tuple[dict[str, Any], dict[str, float]]:
    """What describes the policy for whoever runs it, and its metrics.

    Parameters
    ----------
    settings : TrainingSettings
        Of the training.
    act : callable
        The policy, from an observation to an action.

    Returns
    -------
    description : dict
        ``tier``, ``device``, ``period``, ``action``, ``signals`` and ``held_level``.
    metrics : dict of float
        Those of the policy, and, in the same episodes, the reward of simple ones.
    """
    weans = _weans(settings.environment)
    return (_weaning if weans else _support)(settings, act)


def _weans(environment: str) -> bool:
    envs.register()
    try:
        entry = gymnasium.spec(environment).entry_point
    except gymnasium.error.Error:
        own = [spec.id for spec in gymnasium.registry.values() if spec.namespace == "impellab"]
        raise unknown_name("environment", environment, own) from None
    kind: object = entry
    if isinstance(entry, str):
        # Somebody else's environment may lack a library; it is refused below all the same.
        with contextlib.suppress(ImportError, gymnasium.error.Error):
            kind = load_env_creator(entry)
    if kind not in (SupportEnv, WeaningEnv):
        raise InputError("environment", environment, "an environment of this package")
    return kind is WeaningEnv


def _support(settings: TrainingSettings, act: Act) -> tuple[dict[str, Any], dict[str, float]]:
    env = held_out(settings.environment, settings.arguments)
    task: Any = env.unwrapped
    level, episodes = task.therapy.fallback_level, settings.evaluation_episodes
    hold = task.actions.action(task.pump.speed(level))
    evaluation = evaluate(env, act, episodes=episodes)
    of_held = evaluate(env, lambda _: hold, episodes=episodes)
    description = {
        "tier": task.tier,
        "device": task.pump.name,
        "period": task.period,
        "action": task.actions.as_dict(),
        "signals": tuple(task.signals),
        "held_level": level,
    }
    env.close()
    return description, evaluation.metrics() | {"held_episode_reward": of_held.mean_reward}


def _weaning(settings: TrainingSettings, act: Act) -> tuple[dict[str, Any], dict[str, float]]:
    env = held_out_weaning(settings.arguments)
    task: Any = env.unwrapped
    metrics = evaluate_weaning(env, act, episodes=settings.evaluation_episodes).metrics()
    for name, policy in (("held", hold_level), ("random", at_random(settings.seed))):
        measures = evaluate_weaning(env, policy, episodes=settings.evaluation_episodes).metrics()
        metrics |= {f"{name}_{key}": measures[key] for key in ("episode_reward", "share_well")}
    description = {
        "tier": task.tier,
        "device": task.pump.name,
        "period": task.interval,
        "action": {"kind": WEANING_ACTION, "names": list(ACTIONS)},
        "signals": tuple(task.signals),
        "held_level": task.draws.start,
    }
    env.close()
    return description, metrics
