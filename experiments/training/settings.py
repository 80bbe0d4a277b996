"""What a training is asked to do, and the defaults of the algorithms."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from experiments.runs import replace_file
from plants import InputError, unknown_name
from plants.quantities import ErrorCollector, check_count, check_seed, read_json

_FILE = "training.json"

# Rewards count over 1 / (1 - gamma) = 20 periods: about as long as the circulation takes to settle.
_COMMON: Mapping[str, Any] = MappingProxyType({"gamma": 0.95, "learning_rate": 1e-3})
_OFF_POLICY: Mapping[str, Any] = MappingProxyType(
    {
        **_COMMON,
        "environments": 1,
        "buffer_size": 100_000,
        "learning_starts": 1000,
        "policy_kwargs": {"net_arch": [64, 64]},
    }
)
#: Arguments of the stable-baselines3 algorithms where they differ from its own defaults.
#: ``environments`` is the number of environments that are stepped side by side; ``first_actions``
#: are the probabilities of discrete actions before PPO has learned anything.
DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "ppo": {
            **_COMMON,
            "environments": 8,
            "n_steps": 256,
            "batch_size": 256,
            # A speed change costs: exploration begins at half its usual size. Much smaller, and
            # it dies out before the speed has moved.
            "policy_kwargs": {"log_std_init": -0.7, "net_arch": [64, 64]},
        },
        "sac": {**_OFF_POLICY, "train_freq": 2},
        "dqn": {**_OFF_POLICY, "target_update_interval": 1000},
    }
)
# Hours, not seconds: rewards count over 1 / (1 - gamma) = 200 h, longer than the label of most
# devices, so that the end of a course is seen from its begin. PPO gets a bonus for trying
# (ent_coef): what ends a course comes once an episode. Were all actions equally likely at first,
# two in seven would end it within hours, before anything has recovered: so it begins by holding.
_HOURS: Mapping[str, Any] = MappingProxyType({"gamma": 0.995})
#: What differs from :data:`DEFAULTS` in an environment, by id and algorithm.
ENVIRONMENT_DEFAULTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "impellab/Weaning-v0": {
            "ppo": {
                **_HOURS,
                "n_steps": 64,
                "batch_size": 128,
                "first_actions": (0.1, 0.12, 0.6, 0.06, 0.04, 0.06, 0.02),
                "gae_lambda": 0.98,
                "ent_coef": 0.01,
                "policy_kwargs": {"net_arch": [64, 64]},
            },
            "dqn": {**_HOURS},
        }
    }
)
#: The algorithms there are.
ALGORITHMS = tuple(DEFAULTS)


@dataclass(frozen=True)
class TrainingSettings:
    """A training, as it is stored beside its results.

    Parameters
    ----------
    algorithm : {"ppo", "sac", "dqn"}
        Of stable-baselines3. SAC takes the action "speed" only, DQN the action "level" and weaning.
    environment : str
        A Gymnasium id.
    steps : int
        Control periods to learn from, over all environments; rounded up to whole rollouts.
    seed : int
        Of the environments, the exploration and the weights.
    arguments : mapping
        Arguments of the environment; values that JSON can hold.
    hyperparameters : mapping
        Arguments of the algorithm in place of those of :data:`DEFAULTS` and
        :data:`ENVIRONMENT_DEFAULTS`.
    checkpoint_interval : int
        Steps between two checkpoints.
    evaluation_episodes : int
        Episodes of the evaluation at the end.
    command : str
        The command line behind it, if any; kept with the policy.

    Raises
    ------
    InputError
        A value is refused; the message names it.

    Examples
    --------
    >>> from experiments.training import TrainingSettings
    >>> TrainingSettings("sac", steps=5000).environment
    'impellab/Support-v1'
    """

    algorithm: str = "ppo"
    environment: str = "impellab/Support-v1"
    steps: int = 100_000
    seed: int = 0
    arguments: Mapping[str, Any] = field(default_factory=dict)
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)
    checkpoint_interval: int = 10_000
    evaluation_episodes: int = 20
    command: str = ""

    def __post_init__(self) -> None:
        told = ErrorCollector()
        if self.algorithm not in ALGORITHMS:
            told.add(unknown_name("algorithm", self.algorithm, ALGORITHMS))
        told.call(check_seed, self.seed)
        for name in ("steps", "checkpoint_interval", "evaluation_episodes"):
            told.call(check_count, getattr(self, name), name, 1)
        for name in ("arguments", "hyperparameters"):
            value = getattr(self, name)
            try:
                # Read back, so that what runs now is what a resumed training will read.
                object.__setattr__(self, name, json.loads(json.dumps(dict(value))))
            except (TypeError, ValueError):
                told.add(InputError(name, value, "a mapping of values that JSON can hold"))
        told.tell()

    def chosen(self) -> dict[str, Any]:
        """A new table of all arguments of the algorithm, the defaults included."""
        # A deep copy: stable-baselines3 writes into what it is given.
        here = ENVIRONMENT_DEFAULTS.get(self.environment, {}).get(self.algorithm, {})
        return copy.deepcopy({**DEFAULTS[self.algorithm], **here, **self.hyperparameters})

    def save(self, folder: Path) -> None:
        """Write the settings into a folder."""
        text = json.dumps(dataclasses.asdict(self), indent=2) + "\n"
        replace_file(folder / _FILE, text)

    @classmethod
    def load(cls, folder: Path) -> TrainingSettings:
        """The settings of a training in a folder.

        Raises
        ------
        InputError
            The folder holds no training, or its settings cannot be read.
        """
        path = folder / _FILE
        try:
            return cls(**read_json(path))
        except OSError:
            raise InputError("resume", str(folder), f"a folder with {_FILE}") from None
        except (TypeError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError("resume", str(path), f"settings of a training ({error})") from None
