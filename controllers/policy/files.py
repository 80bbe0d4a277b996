"""The files of a learned policy: its description, normalisation and network."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants import InputError

#: Names of the two files of a policy: its description and its weights.
POLICY_FILES = ("config.json", "model.zip")
#: Kind of the actions of a policy that weans; see :mod:`controllers.weaning.policies.learned`.
WEANING_ACTION = "change"
_KEYS = ("format", "algorithm", "tier", "device", "period", "action", "signals", "normalisation")
_ALGORITHMS = ("ppo", "sac", "dqn")


@dataclass(frozen=True)
class Normalisation:
    """How an observation becomes the input of the network: shifted, scaled and clipped.

    Parameters
    ----------
    mean, variance : tuple of float
        Of each entry of the observation, in its unit and its unit squared.
    epsilon : float
        Added to the variance.
    clip : float
        Largest size of an entry of the result.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.policy import Normalisation
    >>> Normalisation((60.0,), (25.0,), 0.0, 10.0).apply(np.array([70.0])).tolist()
    [2.0]
    """

    mean: tuple[float, ...]
    variance: tuple[float, ...]
    epsilon: float
    clip: float

    def apply(self, observation: NDArray[Any]) -> NDArray[np.float32]:
        """The input of the network, of the observation's shape."""
        scaled = (observation - np.array(self.mean)) / np.sqrt(
            np.array(self.variance) + self.epsilon
        )
        return np.clip(scaled, -self.clip, self.clip).astype(np.float32)

    def as_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


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


def read_policy(folder: Path) -> dict[str, Any]:
    """The description of a policy, with every key that is needed.

    Raises
    ------
    InputError
        A file is missing or cannot be understood.
    """
    for name in POLICY_FILES:
        if not (folder / name).is_file():
            allowed = f"a folder with {' and '.join(POLICY_FILES)}; {name} is missing"
            raise InputError("policy", str(folder), allowed)
    path = folder / POLICY_FILES[0]
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("policy", str(folder), f"JSON ({error})", source=str(path)) from None
    if not isinstance(config, dict):
        raise InputError("policy", str(folder), "a JSON object", source=str(path))
    for key in _KEYS:
        if key not in config:
            raise InputError(key, "(missing)", "a value", source=str(path))
    if config["format"] != 1:
        raise InputError("format", config["format"], "1", source=str(path))
    if config["algorithm"] not in _ALGORITHMS:
        allowed = "one of " + ", ".join(_ALGORITHMS)
        raise InputError("algorithm", config["algorithm"], allowed, source=str(path))
    return config


def policy_normalisation(config: Mapping[str, Any], n: int, source: str) -> Normalisation:
    """The normalisation of a description, for an observation of n entries.

    Raises
    ------
    InputError
        It cannot be understood.
    """
    content = config["normalisation"]
    try:
        normalisation = Normalisation(
            tuple(map(float, content["mean"])),
            tuple(map(float, content["variance"])),
            float(content["epsilon"]),
            float(content["clip"]),
        )
    except (KeyError, TypeError, ValueError):
        allowed = "mean, variance, epsilon and clip"
        raise InputError("normalisation", content, allowed, source=source) from None
    entries = {len(normalisation.mean), len(normalisation.variance)}
    if entries != {n} or min(normalisation.variance) < 0:
        allowed = f"{n} means and {n} variances, one for each signal"
        raise InputError("normalisation", content, allowed, source=source)
    return normalisation


def policy_network(folder: Path, config: Mapping[str, Any], n: int, *, discrete: bool) -> Any:
    """The network with its weights; nothing that could hold code is unpacked.

    Parameters
    ----------
    folder : Path
        Of the policy.
    config : mapping
        Its description.
    n : int
        Number of actions where they are `discrete`, else of their dimensions.

    Raises
    ------
    InputError
        The weights do not fit the description.
    """
    from gymnasium import spaces
    from stable_baselines3.common.save_util import load_from_zip_file
    from stable_baselines3.dqn.policies import DQNPolicy
    from stable_baselines3.ppo.policies import MlpPolicy
    from stable_baselines3.sac.policies import SACPolicy

    kinds = {"ppo": MlpPolicy, "sac": SACPolicy, "dqn": DQNPolicy}
    inputs = spaces.Box(-np.inf, np.inf, (len(config["signals"]),), np.float32)
    outputs: spaces.Space[Any] = (
        spaces.Discrete(n) if discrete else spaces.Box(-1.0, 1.0, (n,), np.float32)
    )
    arguments = config.get("policy_arguments", {})
    try:
        network = kinds[config["algorithm"]](inputs, outputs, lambda _: 0.0, **arguments)
        _, parameters, _ = load_from_zip_file(
            folder / POLICY_FILES[1], load_data=False, device="cpu"
        )
        network.load_state_dict(parameters["policy"])
    except Exception as error:
        text = f"weights that fit the description ({type(error).__name__}: {error})"
        source = str(folder / POLICY_FILES[0])
        raise InputError("policy", str(folder), " ".join(text.split()), source=source) from error
    network.set_training_mode(False)
    return network


def action_probabilities(network: Any, inputs: NDArray[np.float32], n: int) -> NDArray[np.float64]:
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
