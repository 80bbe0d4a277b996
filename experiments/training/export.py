"""Policies learned elsewhere as policy folders: stable-baselines3, sb3-contrib, CleanRL, rl-zoo.

Of a model only the weights of its actor are taken, by their names: a fully connected network. A
controller needs no more, and nothing of a file is unpickled but numbers.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from controllers.policy import ACTIVATIONS
from experiments.training.evaluation import make_environment
from experiments.training.job import algorithms, write_policy
from experiments.training.normalisation_file import normalisation_of
from experiments.training.settings import TrainingSettings
from experiments.training.task import check_task
from plants import InputError, unknown_name

Array = NDArray[np.float32]


@dataclass(frozen=True)
class _Actor:
    """How the weights of an actor are named.

    Attributes
    ----------
    kind : str
        The algorithm whose network does the same: of "ppo" the output is clipped, or the
        likeliest action is taken; of "sac" it goes through tanh; of "dqn" the highest counts.
    layers : tuple of str
        Prefixes of the layers, from the input to the output.
    activation : str
        Between the layers, where nothing else is said.
    """

    kind: str
    layers: tuple[str, ...]
    activation: str


_ACTORS = (
    _Actor("ppo", ("mlp_extractor.policy_net.", "action_net."), "tanh"),  # PPO, A2C, TRPO ...
    _Actor("sac", ("actor.latent_pi.", "actor.mu."), "relu"),  # SAC, TQC, TD3, DDPG
    _Actor("dqn", ("q_net.q_net.",), "relu"),
    _Actor("dqn", ("quantile_net.quantile_net.",), "relu"),  # QR-DQN
    # CleanRL
    _Actor("ppo", ("actor_mean.",), "tanh"),
    _Actor("ppo", ("actor.",), "tanh"),
    _Actor("sac", ("fc1.", "fc2.", "fc_mean."), "relu"),
    _Actor("sac", ("fc1.", "fc2.", "fc_mu."), "relu"),
    _Actor("dqn", ("network.",), "relu"),
)
# Where the weights of the actor stand in the network of the policy folder.
_TARGETS = {
    "ppo": ("mlp_extractor.policy_net.", "action_net."),
    "sac": ("actor.latent_pi.", "actor.mu."),
    "dqn": ("q_net.q_net.",),
}
# Signs of a network that is more than its layers: memory, pictures, statistics of a batch.
_MORE = ("lstm", "gru", "rnn", "cnn", "conv", "features_extractor", "running_mean", "atoms")


def export_policy(
    model: Any,
    folder: str | os.PathLike[str],
    *,
    environment: str = "impellab/Support-v1",
    arguments: Mapping[str, Any] | None = None,
    normalisation: Any = None,
    activation: str | None = None,
    evaluation_episodes: int = 20,
) -> Path:
    """Write a policy that was learned elsewhere as a policy folder, and evaluate it.

    The folder is as ``impellab train`` writes it, and runs as the controller ``policy:FOLDER``.

    Parameters
    ----------
    model : path, model, torch module or mapping
        An actor of fully connected layers: a model of stable-baselines3 or sb3-contrib, or its
        file; the folder of a training by rl-zoo; an agent of CleanRL, its state or its file.
    folder : path
        Where to; must not be there.
    environment : str
        In which it was learned.
    arguments : mapping, optional
        Arguments of the environment there; its device, tier and action are the policy's.
    normalisation : Normalisation, wrapper or path, optional
        How observations were scaled: a ``VecNormalize`` or its file, or a ``NormalizeObservation``
        of Gymnasium. Without it they are taken as they are; rl-zoo's are found in its folder.
    activation : str, optional
        Between the layers; by default that of the model, or of its kind where a file says none.
    evaluation_episodes : int
        Episodes of the evaluation.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        The model has no such actor, does not fit the environment, or a file cannot be read.
    """
    home = Path(folder)
    if home.exists():
        raise InputError("folder", str(home), "a folder that is not there yet")
    if isinstance(model, str | os.PathLike):
        path = Path(model)
        if path.is_dir():
            path, beside = _of_zoo(path)
            normalisation = beside if normalisation is None else normalisation
        state, found_activation = _read_file(path)
        source = str(path)
    else:
        state, found_activation = _state_of(model)
        source = type(model).__name__
    actor, layers = _actor(state, source)
    chosen = activation or found_activation or actor.activation
    if chosen not in ACTIVATIONS:
        raise unknown_name("activation", chosen, ACTIVATIONS)
    settings = TrainingSettings(
        actor.kind,
        environment,
        steps=1,
        arguments=dict(arguments or {}),
        evaluation_episodes=evaluation_episodes,
    )
    check_task(settings)
    env = make_environment(environment, settings.arguments)
    layers = _fitted(layers, actor, env, source)
    scaling = normalisation_of(normalisation, layers[0][0].shape[1])
    network = {"net_arch": [len(bias) for _, bias in layers[:-1]], "activation_fn": chosen}
    learner = _learner(settings, env, network, layers)
    write_policy(home, settings, learner, scaling, network, {"exported_from": source})
    env.close()
    return home


def _of_zoo(folder: Path) -> tuple[Path, Path | None]:
    """Model and statistics in a folder of rl-zoo: the best model, else the only one."""
    models = sorted(folder.glob("*.zip"))
    best = [path for path in models if path.name == "best_model.zip"] or models
    if len(best) != 1:
        allowed = f"a folder with best_model.zip or one other model ({len(models)} are there)"
        raise InputError("model", str(folder), allowed)
    return best[0], next(iter(sorted(folder.rglob("vecnormalize.pkl"))), None)


def _read_file(path: Path) -> tuple[Mapping[str, Any], str | None]:
    """The weights in a file, and the activation that it names, if it does."""
    import torch
    from stable_baselines3.common.save_util import load_from_zip_file

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            described = archive.read("data") if "data" in names else b"{}"
        if "policy.pth" in names:
            _, parameters, _ = load_from_zip_file(path, load_data=False, device="cpu")
            # What it pickles it describes in words beside, which are all that is read.
            given = json.loads(described).get("policy_kwargs", {}).get("activation_fn", "")
            return parameters["policy"], _activation_named(str(given))
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        why = f"{type(error).__name__}: {str(error).partition('. ')[0]}"
        allowed = f"a file of weights alone ({' '.join(why.split())})"
        raise InputError("model", str(path), allowed) from None
    except zipfile.BadZipFile:
        raise InputError("model", str(path), "a file of torch or stable-baselines3") from None
    # CleanRL keeps the actor before its critics.
    return (state[0] if isinstance(state, tuple | list) else state), None


def _state_of(model: Any) -> tuple[Mapping[str, Any], str | None]:
    if isinstance(model, Mapping):
        return model, None
    network = getattr(model, "policy", model)
    if not hasattr(network, "state_dict"):
        raise InputError("model", type(model).__name__, "a model, a torch module or a path")
    kinds = [type(part).__name__ for part in network.modules()]
    named = [_activation_named(kind) for kind in kinds]
    own = getattr(network, "activation_fn", None)
    if own is not None:
        return network.state_dict(), _activation_named(own.__name__)
    return network.state_dict(), next(filter(None, named), None)


def _activation_named(text: str) -> str | None:
    """The activation of a class's name or of its words in a file."""
    word = re.sub(r"\W*$", "", text).rpartition(".")[2].lower()
    return next((name for name in ACTIVATIONS if name.replace("_", "") == word), None)


def _actor(state: Mapping[str, Any], source: str) -> tuple[_Actor, list[tuple[Array, Array]]]:
    """The actor in the weights, and its layers."""
    if not isinstance(state, Mapping):
        raise InputError("model", source, "weights by name")
    more = [name for name in state if any(sign in name.lower() for sign in _MORE)]
    if not more:
        for actor in _ACTORS:
            layers = _layers(state, actor.layers)
            # A part of its name alone is another network's.
            if layers and all(any(n.startswith(p) for n in state) for p in actor.layers[-1:]):
                for name, neutral in (("action_scale", 1.0), ("action_bias", 0.0)):
                    if name in state and np.any(_numbers(state[name]) != neutral):
                        raise InputError(
                            f"model.{name}",
                            _numbers(state[name]).tolist(),
                            f"{neutral:g}: actions from -1 to 1, as the environment's",
                        )
                return actor, layers
    why = f"{more[0]} is more than that" if more else f"of {', '.join(sorted(state)[:4])} ..."
    raise InputError("model", source, f"an actor of fully connected layers ({why})")


def _layers(state: Mapping[str, Any], prefixes: Sequence[str]) -> list[tuple[Array, Array]]:
    layers = []
    for prefix in prefixes:
        numbered = []
        for name in state:
            if match := re.fullmatch(re.escape(prefix) + r"(?:(\d+)\.)?weight", name):
                numbered.append((int(match[1] or 0), name.removesuffix("weight")))
        layers += [
            (_numbers(state[f"{name}weight"]), _numbers(state[f"{name}bias"]))
            for _, name in sorted(numbered)
            if f"{name}bias" in state
        ]
    return layers


def _numbers(tensor: Any) -> Array:
    return np.asarray(tensor.detach().cpu().numpy(), dtype=np.float32)


def _fitted(
    layers: list[tuple[Array, Array]], actor: _Actor, env: Any, source: str
) -> list[tuple[Array, Array]]:
    """The layers, checked against the environment; quantiles of a value become their mean."""
    discrete = hasattr(env.action_space, "n")
    if actor.kind != "ppo" and discrete != (actor.kind == "dqn"):
        kind = "discrete" if discrete else "continuous"
        raise InputError("model", source, f"an actor for {kind} actions, as the environment's")
    n = int(env.action_space.n) if discrete else int(np.prod(env.action_space.shape))
    inputs = int(np.prod(env.observation_space.shape))
    weight, bias = layers[-1]
    if actor.layers == ("quantile_net.quantile_net.",) and len(bias) % n == 0:
        weight = weight.reshape(-1, n, weight.shape[1]).mean(axis=0)
        bias = bias.reshape(-1, n).mean(axis=0)
        layers = [*layers[:-1], (weight, bias)]
    sizes = (layers[0][0].shape[1], len(bias))
    if sizes != (inputs, n):
        allowed = f"a network from {inputs} signals to {n} actions; it is one from {sizes[0]} to "
        raise InputError("model", source, f"{allowed}{sizes[1]}")
    return layers


def _learner(
    settings: TrainingSettings,
    env: Any,
    network: Mapping[str, Any],
    layers: Sequence[tuple[Array, Array]],
) -> Any:
    """An algorithm of stable-baselines3 whose actor has these layers; critics are all zeros."""
    import torch

    kind = settings.algorithm
    told = dict(network) | {
        "activation_fn": getattr(torch.nn, ACTIVATIONS[network["activation_fn"]])
    }
    more = {} if kind == "ppo" else {"buffer_size": 1}
    learner = algorithms()[kind]("MlpPolicy", env, policy_kwargs=told, device="cpu", **more)
    state = {name: torch.zeros_like(value) for name, value in learner.policy.state_dict().items()}
    names = [
        name.removesuffix("weight")
        for prefix in _TARGETS[kind]
        for name in sorted(state, key=lambda name: [int(n) for n in re.findall(r"\d+", name)])
        if name.startswith(prefix) and name.endswith("weight")
    ]
    for name, (weight, bias) in zip(names, layers, strict=True):
        state[f"{name}weight"], state[f"{name}bias"] = map(torch.as_tensor, (weight, bias))
    learner.policy.load_state_dict(state)
    return learner
