"""Refusals of what an algorithm does not take, in words of the command and not of its library."""

from __future__ import annotations

import inspect
from typing import Any

from experiments.training.settings import TrainingSettings
from plants import InputError, unknown_name
from plants.quantities import ErrorCollector

# Of the project itself, beside those of the library; and what the library takes from elsewhere.
_OWN = ("environments", "first_actions")
_GIVEN = ("self", "policy", "env", "seed", "device", "verbose", "tensorboard_log")
# The kind of action that an algorithm takes, where it does not take both.
_ACTIONS = {"sac": "Box", "dqn": "Discrete"}
# What is taken where the default is of a kind; lists and tables are left to the library.
_KINDS: dict[type, tuple[tuple[type, ...], str]] = {
    float: ((int, float), "a number"),
    int: ((int,), "a whole number"),
    bool: ((bool,), "true or false"),
}


def check_hyperparameters(settings: TrainingSettings, algorithm: Any) -> None:
    """Refuse names that the algorithm or its network does not know, and values of a wrong kind.

    Parameters
    ----------
    settings : TrainingSettings
        What was asked for.
    algorithm : type
        The algorithm of the library.

    Raises
    ------
    InputError
        Something is refused; all of it is told.
    """
    told = ErrorCollector()
    given = settings.hyperparameters
    _check(told, "", {name: given[name] for name in given if name not in _OWN}, algorithm)
    network = given.get("policy_kwargs")
    if isinstance(network, dict):
        _check(told, "policy_kwargs.", network, algorithm.policy_aliases["MlpPolicy"])
    elif network is not None:
        told.add(InputError("hyperparameters.policy_kwargs", network, "a JSON object"))
    told.tell()


def _check(told: ErrorCollector, place: str, given: dict[str, Any], kind: Any) -> None:
    taken = inspect.signature(kind.__init__).parameters
    known = [name for name in taken if name not in _GIVEN and not name.startswith("_")]
    for name, value in given.items():
        field = f"hyperparameters.{place}{name}"
        if name not in known:
            told.add(unknown_name(field, name, [*known, *([] if place else _OWN)]))
            continue
        kinds, words = _KINDS.get(type(taken[name].default), ((), ""))
        if kinds and isinstance(value, str | int | float) and type(value) not in kinds:
            told.add(InputError(field, value, words))


def check_action(settings: TrainingSettings, space: object) -> None:
    """Refuse an algorithm that does not take the actions of the environment.

    Raises
    ------
    InputError
        It does not.
    """
    if type(space).__name__ != _ACTIONS.get(settings.algorithm, type(space).__name__):
        allowed = "ppo; sac with action speed; dqn with action level, or in weaning"
        raise InputError("algorithm", settings.algorithm, allowed)
