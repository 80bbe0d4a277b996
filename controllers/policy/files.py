"""The files of a learned policy: its description and its network."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from controllers.policy.description import PolicyDescription
from plants import InputError
from plants.quantities import Array, read_json, refusals

#: Names of the two files of a policy: its description and its weights.
POLICY_FILES = ("config.json", "model.zip")
#: Kind of the actions of a policy that weans; see :mod:`controllers.weaning.policies.learned`.
WEANING_ACTION = "change"
#: Activations by the name that the arguments of a network may say, and torch's own name.
ACTIVATIONS = {
    "tanh": "Tanh",
    "relu": "ReLU",
    "elu": "ELU",
    "leaky_relu": "LeakyReLU",
    "silu": "SiLU",
    "gelu": "GELU",
}


def check_libraries(field: str, name: str) -> None:
    """Refuse a policy where what runs it is not installed.

    Raises
    ------
    InputError
        torch or stable-baselines3 is missing.
    """
    for library in ("torch", "stable_baselines3"):
        if importlib.util.find_spec(library) is None:
            allowed = f"{library} installed: pip install 'impellab[rl]'"
            raise InputError(field, name, allowed)


def read_policy(folder: Path) -> PolicyDescription:
    """The description of a policy.

    Raises
    ------
    InputError
        A file is missing or cannot be understood; all mistakes of the description are told at once.
    """
    for name in POLICY_FILES:
        if not (folder / name).is_file():
            allowed = f"a folder with {' and '.join(POLICY_FILES)}; {name} is missing"
            raise InputError("policy", str(folder), allowed)
    path = folder / POLICY_FILES[0]
    try:
        content = read_json(path)
    except (OSError, ValueError) as error:
        raise InputError("policy", str(folder), f"JSON ({error})", source=str(path)) from None
    if not isinstance(content, dict):
        raise InputError("policy", str(folder), "a JSON object", source=str(path))
    try:
        return PolicyDescription.model_validate_json(json.dumps(content))
    except ValidationError as error:
        raise refusals(error, PolicyDescription, source=str(path)) from None


def is_weaning_policy(description: PolicyDescription) -> bool:
    """Whether a policy decides on steps of weaning, not on the speed."""
    return description.action.get("kind") == WEANING_ACTION


def policy_network(folder: Path, description: PolicyDescription, n: int, *, discrete: bool) -> Any:
    """The network with its weights; nothing that could hold code is unpacked.

    Parameters
    ----------
    folder : Path
        Of the policy.
    description : PolicyDescription
        From :func:`read_policy`.
    n : int
        Number of actions where they are `discrete`, else of their dimensions.

    Raises
    ------
    InputError
        The weights do not fit the description, or are not finite.
    """
    import torch
    from gymnasium import spaces
    from stable_baselines3.common.save_util import load_from_zip_file
    from stable_baselines3.dqn.policies import DQNPolicy
    from stable_baselines3.ppo.policies import MlpPolicy
    from stable_baselines3.sac.policies import SACPolicy

    kinds = {"ppo": MlpPolicy, "sac": SACPolicy, "dqn": DQNPolicy}
    inputs = spaces.Box(-np.inf, np.inf, (len(description.signals),), np.float32)
    outputs: spaces.Space[Any] = (
        spaces.Discrete(n) if discrete else spaces.Box(-1.0, 1.0, (n,), np.float32)
    )
    arguments = dict(description.policy_arguments)
    try:
        if isinstance(named := arguments.get("activation_fn"), str):
            arguments["activation_fn"] = getattr(torch.nn, ACTIVATIONS[named])
        network = kinds[description.algorithm](inputs, outputs, lambda _: 0.0, **arguments)
        _, parameters, _ = load_from_zip_file(
            folder / POLICY_FILES[1], load_data=False, device="cpu"
        )
        network.load_state_dict(parameters["policy"])
        _check_finite(network)
    except Exception as error:
        text = f"weights that fit the description ({type(error).__name__}: {error})"
        source = str(folder / POLICY_FILES[0])
        raise InputError("policy", str(folder), " ".join(text.split()), source=source) from error
    network.set_training_mode(False)
    return network


def _check_finite(network: Any) -> None:
    """Refuse weights that are no numbers."""
    for name, weights in network.state_dict().items():
        if not np.isfinite(weights.detach().cpu().numpy()).all():
            raise ValueError(f"{name} is not finite")


def action_probabilities(network: Any, inputs: NDArray[np.float32], n: int) -> Array:
    """Probability of each of n discrete actions; 1 for the one that a value network takes.

    Parameters
    ----------
    network
        From :func:`policy_network`.
    inputs : ndarray of float32, shape (m,)
        A normalised observation.
    n : int
        Number of actions.
    """
    if not hasattr(network, "get_distribution"):
        probabilities = np.zeros(n)
        probabilities[int(network.predict(inputs, deterministic=True)[0])] = 1.0
        return probabilities
    tensor, _ = network.obs_to_tensor(inputs)
    distribution = network.get_distribution(tensor).distribution
    return np.asarray(distribution.probs.detach().cpu().numpy(), dtype=np.float64).ravel()
