"""What the scalar environments have in common: a pump, a therapy, and episodes one by one."""

from __future__ import annotations

from os import PathLike
from typing import Any, ClassVar, Generic, TypeVar

import gymnasium
import numpy as np
from numpy.typing import NDArray

from envs.episodes.arguments import chosen_therapy, known_mode, left_pump
from envs.episodes.info import Codes, flat_info, known_info_level
from envs.episodes.picture import EpisodePicture, Moment
from envs.episodes.snapshots import Snapshots
from envs.episodes.specification import SpecifiedInJson
from plants import Pump, Therapy

Observation = NDArray[np.float32]
StepResult = tuple[Observation, float, bool, bool, dict[str, Any]]
Episode = TypeVar("Episode")


def observation_box(low: Observation, high: Observation) -> gymnasium.Space[Any]:
    """The space of vectors in those bounds, widened where 0 lies outside.

    A heart rate is never 0, but libraries that work on many environments fill up with zeros what
    some of them do not have, and check it against the space.
    """
    return gymnasium.spaces.Box(np.minimum(low, 0.0), np.maximum(high, 0.0), dtype=np.float32)


class EpisodeEnv(SpecifiedInJson, Snapshots, gymnasium.Env[Observation, Any], Generic[Episode]):
    """An environment of one patient on one pump for the left ventricle.

    Parameters
    ----------
    device : Pump, str or path
        The device.
    therapy : Therapy, str or path, optional
        The therapy.
    render_mode : str, optional
        A mode of the metadata.
    info_level : {"full", "flat"}
        See :mod:`envs.episodes.info`.

    Raises
    ------
    InputError
        There is no such device, therapy, mode or level.
    """

    #: Numbers of the texts of an ``info``, by entry.
    CODES: ClassVar[Codes]
    #: Draws the episodes: its ``episode(random, options)`` gives the next one.
    draws: Any
    #: Names of the entries of the observation.
    signals: tuple[str, ...]

    def __init__(
        self,
        device: Pump | str | PathLike[str],
        therapy: Therapy | str | PathLike[str] | None,
        render_mode: str | None,
        info_level: str,
    ):
        self.pump, self.therapy = left_pump(device), chosen_therapy(therapy)
        self.render_mode = known_mode(render_mode, self.metadata["render_modes"])
        self.info_level = known_info_level(info_level)
        self._episode: Episode | None = None
        self._ended = False
        #: The episode so far, where it is drawn.
        self.course: list[Moment] = []
        self._picture: EpisodePicture | None = None

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
        self.course = []
        self._observation, info = self._begin(episode)
        self._episode, self._ended = episode, False
        return self._observation.copy(), self._told(info)

    def _begin(self, episode: Episode) -> tuple[Observation, dict[str, Any]]:
        """Put everything at the start of an episode; its first observation and info."""
        raise NotImplementedError

    def _under_way(self) -> Episode:
        """The episode; to be asked for before a step."""
        if self._episode is None or self._ended:
            raise gymnasium.error.ResetNeeded("reset() comes first: no episode is under way")
        return self._episode

    def _result(self, terminated: bool, truncated: bool, info: dict[str, Any]) -> StepResult:
        """What a step gives back; the reward is the sum of the info's reward terms."""
        self._ended = terminated or truncated
        reward = float(sum(info["reward_terms"].values()))
        return self._observation.copy(), reward, terminated, truncated, self._told(info)

    def _told(self, info: dict[str, Any]) -> dict[str, Any]:
        return flat_info(info, self.CODES) if self.info_level == "flat" else info

    def render(self) -> NDArray[np.uint8] | None:
        """The episode so far as a picture; None without a render mode."""
        if self.render_mode is None or self._episode is None:
            return None
        if self._picture is None:
            self._picture = self.new_picture()
        return self._picture.frame(self._title(self._episode), self.course)

    def new_picture(self) -> EpisodePicture:
        """What draws an episode."""
        raise NotImplementedError

    def _title(self, episode: Any) -> str:
        raise NotImplementedError
