"""What the scalar environments have in common: a pump, a therapy, and episodes one by one."""

from __future__ import annotations

from os import PathLike
from typing import Any, Generic, TypeVar

import gymnasium
import numpy as np
from numpy.typing import NDArray

from envs.arguments import chosen_therapy, left_pump
from plants import Pump, Therapy

Observation = NDArray[np.float32]
StepResult = tuple[Observation, float, bool, bool, dict[str, Any]]
Episode = TypeVar("Episode")


class EpisodeEnv(gymnasium.Env[Observation, Any], Generic[Episode]):
    """An environment of one patient on one pump for the left ventricle.

    Parameters
    ----------
    device : Pump, str or path
        The device.
    therapy : Therapy, str or path, optional
        The therapy.

    Raises
    ------
    InputError
        There is no such device or therapy.
    """

    #: Draws the episodes: its ``episode(random, options)`` gives the next one.
    draws: Any

    def __init__(
        self, device: Pump | str | PathLike[str], therapy: Therapy | str | PathLike[str] | None
    ):
        self.pump, self.therapy = left_pump(device), chosen_therapy(therapy)
        self._episode: Episode | None = None
        self._ended = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode; see the class for the options.

        Raises
        ------
        InputError
            An option is unknown or refused.
        PhysicsError
            The patient has no periodic beat where the episode starts.
        """
        super().reset(seed=seed)
        self._episode = None  # No step after a reset that fails.
        episode = self.draws.episode(self.np_random, options)
        self._observation, info = self._begin(episode)
        self._episode, self._ended = episode, False
        return self._observation.copy(), info

    def _begin(self, episode: Episode) -> tuple[Observation, dict[str, Any]]:
        """Put everything at the start of an episode; its first observation and info."""
        raise NotImplementedError

    def _under_way(self) -> Episode:
        """The episode; to be asked for before a step."""
        if self._episode is None or self._ended:
            raise gymnasium.error.ResetNeeded("reset() comes first: no episode is under way")
        return self._episode

    def _result(
        self, terms: dict[str, float], terminated: bool, truncated: bool, info: dict[str, Any]
    ) -> StepResult:
        """What a step gives back."""
        self._ended = terminated or truncated
        info = info | {"reward_terms": terms}
        reward = float(sum(terms.values()))
        return self._observation.copy(), reward, terminated, truncated, info
