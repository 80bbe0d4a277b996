"""What a policy's ``config.json`` says: how it was trained, and how to run it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from plants import InputError
from plants.quantities import CheckedModel, Name, one_of

_NotNegative = Annotated[float, Field(ge=0.0)]
_Positive = Annotated[float, Field(gt=0.0)]


class Normalisation(CheckedModel):
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
    variance: tuple[_NotNegative, ...]
    epsilon: _NotNegative
    clip: _Positive

    def _contradictions(self) -> Iterable[InputError]:
        for index, variance in enumerate(self.variance):
            if variance + self.epsilon == 0.0:
                yield InputError(
                    f"variance[{index}]", variance, "more than 0, or an epsilon that is"
                )

    def apply(self, observation: NDArray[Any]) -> NDArray[np.float32]:
        """The input of the network, of the observation's shape."""
        scaled = (observation - np.array(self.mean)) / np.sqrt(
            np.array(self.variance) + self.epsilon
        )
        return np.clip(scaled, -self.clip, self.clip).astype(np.float32)


class PolicyDescription(CheckedModel):
    """The description of a policy.

    Parameters
    ----------
    format : int
        1.
    algorithm : {"ppo", "sac", "dqn"}
        By which it was trained.
    tier, device : str
        Sensors and pump for which it was trained.
    period : float
        Control period for which it was trained; s, or h of one that weans.
    action : dict
        What its actions mean.
    signals : tuple of str
        The observation.
    normalisation : Normalisation
        What the network gets of it.
    policy_arguments : dict
        Of the network.
    environment, arguments
        In which it was trained.
    held_level : str
        The level held beside it in the evaluation.
    metrics, training, versions : dict
        What the evaluation gave, how it was trained, and with which libraries.
    """

    format: Annotated[int, Field(ge=1, le=1)]
    algorithm: Annotated[str, one_of(("ppo", "sac", "dqn"))]
    tier: Name
    device: Name
    period: _Positive
    action: dict[str, Any]
    signals: tuple[Name, ...]
    normalisation: Normalisation
    policy_arguments: dict[str, Any] = Field(default_factory=dict)
    environment: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict)
    held_level: str = ""
    metrics: dict[str, Any] = Field(default_factory=dict)
    training: dict[str, Any] = Field(default_factory=dict)
    versions: dict[str, Any] = Field(default_factory=dict)

    def _contradictions(self) -> Iterable[InputError]:
        n, given = len(self.signals), self.normalisation
        for name, values in (("mean", given.mean), ("variance", given.variance)):
            if len(values) != n:
                allowed = f"one number for each of the {n} signals"
                yield InputError(f"normalisation.{name}", f"({len(values)} numbers)", allowed)
