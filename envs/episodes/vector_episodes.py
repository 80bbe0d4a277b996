"""What the vector environments have in common: spaces, seeds, masks, and when episodes end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from envs.episodes.episode_env import EpisodeEnv
from envs.episodes.snapshots import Snapshots
from envs.episodes.specification import SpecifiedInJson
from envs.episodes.vector_render import RENDER_MODES, VectorPictures
from plants import InputError, Pump
from plants.quantities import Array, check_count, unknown_name

Mask = NDArray[np.bool_]
Observations = NDArray[np.float32]


def vector_metadata(
    scalar: EpisodeEnv[Any] | type[EpisodeEnv[Any]], mode: AutoresetMode = AutoresetMode.NEXT_STEP
) -> dict[str, Any]:
    """The metadata of many environments of a kind."""
    return scalar.metadata | {"autoreset_mode": mode, "render_modes": list(RENDER_MODES)}


class VectorEpisodes(SpecifiedInJson, Snapshots, VectorEnv[Observations, Any, NDArray[Any]]):
    """Many environments, whose episodes begin and end apart from one another.

    Parameters
    ----------
    num_envs : int
        How many.
    scalar : EpisodeEnv
        Says what all of them are.
    max_episode_steps : int, optional
        Episodes are truncated after so many steps.
    autoreset_mode : AutoresetMode or str
        What becomes of an environment whose episode has ended, as in Gymnasium's own vector
        environments. ``NEXT_STEP``: the next step resets it; its action does not count then and
        its reward is 0. ``SAME_STEP``: the same step resets it; ``info["final_obs"]`` and
        ``info["final_info"]`` have how the episode ended. ``DISABLED``: the caller resets it by
        ``reset(options={"reset_mask": ended})`` before the next step.
    render_mode : {"rgb_array", "rgb_array_list", "human"}, optional
        What :meth:`render` gives: a picture of each environment; or of each the pictures since it
        was last asked; or nothing, because a window shows all of them.

    Raises
    ------
    InputError
        The number of environments is not a positive integer, or there is no such mode.
    """

    def __init__(
        self,
        num_envs: int,
        scalar: EpisodeEnv[Any],
        *,
        max_episode_steps: int | None,
        autoreset_mode: AutoresetMode | str,
        render_mode: str | None,
    ):
        self.num_envs = check_count(num_envs, "num_envs", 1)
        #: Steps after which an episode is truncated, if any.
        self.max_episode_steps = max_episode_steps
        self.autoreset_mode = _known_autoreset_mode(autoreset_mode)
        self.metadata = vector_metadata(scalar, self.autoreset_mode)
        self.render_mode = render_mode
        self._pictures = VectorPictures(self.num_envs, render_mode, self.metadata["render_fps"])
        #: The device.
        self.pump: Pump = scalar.pump
        #: Names of the entries of an observation.
        self.signals: tuple[str, ...] = scalar.signals
        self.single_observation_space = scalar.observation_space
        self.single_action_space = scalar.action_space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._observations = np.zeros((self.num_envs, len(self.signals)), np.float32)
        self._elapsed = np.zeros(self.num_envs, np.int64)
        self._begun, self._over = np.zeros((2, self.num_envs), bool)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observations, dict[str, Any]]:
        """Begin episodes.

        Parameters
        ----------
        seed : int, or sequence of int or None, optional
            Seed of the first environment, the others' follow; or one for each.
        options : dict, optional
            As in the scalar environment, for all; a list of one value for each environment gives
            each its own. ``options["reset_mask"]``, an array of bool, resets some only.

        Raises
        ------
        InputError
            An option is unknown or refused, or there are not as many seeds as environments.
        PhysicsError
            A patient has no periodic beat where the episode starts.
        """
        self._refuse_closed()
        given = dict(options or {})
        lanes = reset_lanes(given.pop("reset_mask", None), self.num_envs)
        seeds = seeds_of(seed, self.num_envs)
        own = [options_of(given, lane, self.num_envs) for lane in lanes.tolist()]
        self._begin(lanes, [seeds[lane] for lane in lanes.tolist()], own)
        self._pictures.begun(lanes)
        self._pictures.add(self._frames, lanes.tolist())
        return self._observations.copy(), self._info(self._mask(lanes))

    def step(self, actions: Any) -> tuple[Observations, Array, Mask, Mask, dict[str, Any]]:
        """Let a step pass in every environment; see the class for those that have ended.

        Raises
        ------
        InputError
            There is not one action for each environment, or one is refused; no environment has
            moved then.
        gymnasium.error.ResetNeeded
            An environment has never been reset, or its last reset failed; or the autoreset is
            disabled, and one that has ended was not reset.
        """
        self._refuse_closed()
        if not self._begun.all():
            raise gymnasium.error.ResetNeeded("reset() comes first: no episode is under way")
        ended = np.flatnonzero(self._over)
        if len(ended) and self.autoreset_mode is AutoresetMode.DISABLED:
            asked = "reset(options={'reset_mask': ...}) comes first where an episode has ended"
            raise gymnasium.error.ResetNeeded(f"{asked}: environments {ended.tolist()}")
        moving = ~self._over
        meant = self._checked(actions, moving)
        self._begin_anew(ended)
        rewards, terminated, truncated = self._move(meant, moving)
        self._elapsed[moving] += 1
        if self.max_episode_steps is not None:
            truncated |= moving & (self._elapsed >= self.max_episode_steps)
        self._over = terminated | truncated
        final: dict[str, Any] = {}
        if self.autoreset_mode is AutoresetMode.SAME_STEP and self._over.any():
            final = self._final(self._over.copy())
            self._begin_anew(np.flatnonzero(self._over))
        self._pictures.add(self._frames, range(self.num_envs))
        info = final | self._info(np.ones(self.num_envs, bool))
        return self._observations.copy(), rewards, terminated, truncated, info

    def render(self) -> tuple[Any, ...]:
        """The episodes so far as pictures; None without a render mode, and of a window."""
        return self._pictures.given(self._frames)

    def close_extras(self, **kwargs: Any) -> None:
        """Close the window, if there is one."""
        self._pictures.close()

    def _checked(self, actions: Any, moving: Mask) -> Any:
        """What the actions of those that move mean; refuses them before anything moves."""
        raise NotImplementedError

    def _begin_lanes(
        self, lanes: NDArray[np.intp], seeds: list[int | None], options: list[dict[str, Any]]
    ) -> None:
        """Draw episodes and put environments at their start."""
        raise NotImplementedError

    def _move(self, meant: Any, moving: Mask) -> tuple[Array, Mask, Mask]:
        """Let a step pass in some environments; rewards, who is terminated, who truncated."""
        raise NotImplementedError

    def _info(self, here: Mask) -> dict[str, Any]:
        """The info of some environments."""
        raise NotImplementedError

    def _frames(self) -> tuple[NDArray[np.uint8] | None, ...]:
        """A picture of each environment."""
        raise NotImplementedError

    def _begin(
        self, lanes: NDArray[np.intp], seeds: list[int | None], options: list[dict[str, Any]]
    ) -> None:
        self._begun[lanes] = False  # No step after a reset that fails.
        self._begin_lanes(lanes, seeds, options)
        self._begun[lanes] = True
        self._elapsed[lanes], self._over[lanes] = 0, False

    def _begin_anew(self, lanes: NDArray[np.intp]) -> None:
        if len(lanes):
            self._begin(lanes, [None] * len(lanes), [{}] * len(lanes))
            self._pictures.begun(lanes)

    def _final(self, ended: Mask) -> dict[str, Any]:
        """How episodes have ended, in the entries that Gymnasium has for it."""
        observations = np.full(self.num_envs, None, dtype=object)
        for lane in np.flatnonzero(ended).tolist():
            observations[lane] = self._observations[lane].copy()
        return {
            "final_obs": observations,
            "_final_obs": ended,
            "final_info": self._info(ended),
            "_final_info": ended,
        }

    def _mask(self, lanes: NDArray[np.intp]) -> Mask:
        mask = np.zeros(self.num_envs, bool)
        mask[lanes] = True
        return mask

    def _refuse_closed(self) -> None:
        if self.closed:
            raise gymnasium.error.ClosedEnvironmentError("the environment has been closed")


def _known_autoreset_mode(mode: AutoresetMode | str) -> AutoresetMode:
    """The mode, also by its name or its value.

    Raises
    ------
    InputError
        There is no such mode.
    """
    for each in AutoresetMode:
        if mode in (each, each.name, each.value):
            return each
    raise unknown_name("autoreset_mode", mode, [each.name for each in AutoresetMode])


def reset_lanes(mask: Any, count: int) -> NDArray[np.intp]:
    """Indices of the environments that are reset: those of a mask, or all.

    Raises
    ------
    InputError
        The mask is no array of so many bool, or none of them is True.
    """
    if mask is None:
        return np.arange(count)
    chosen = np.asarray(mask)
    if chosen.dtype != bool or chosen.shape != (count,) or not chosen.any():
        allowed = f"an array of {count} bool, one True or more"
        raise InputError("options['reset_mask']", mask, allowed)
    return np.flatnonzero(chosen)


def seeds_of(seed: int | Sequence[int | None] | None, count: int) -> list[int | None]:
    """A seed, or none, for each environment; one number is that of the first.

    Raises
    ------
    InputError
        There are not as many seeds as environments.

    Examples
    --------
    >>> from envs.episodes.vector_episodes import seeds_of
    >>> seeds_of(7, 3), seeds_of(None, 2), seeds_of([4, None], 2)
    ([7, 8, 9], [None, None], [4, None])
    """
    if seed is None:
        return [None] * count
    if isinstance(seed, int | np.integer):
        return [int(seed) + lane for lane in range(count)]
    if len(seed) != count:
        raise InputError("seed", seed, f"one, or a sequence of {count}")
    return list(seed)


def options_of(options: Mapping[str, Any], lane: int, count: int) -> dict[str, Any]:
    """The options of one environment: of a list its own entry.

    Raises
    ------
    InputError
        A list has not as many entries as there are environments.
    """
    own = {}
    for name, value in options.items():
        several = isinstance(value, list | tuple)
        if several and len(value) != count:
            allowed = f"one, or a list of {count}, one for each environment"
            raise InputError(f"options[{name!r}]", value, allowed)
        own[name] = value[lane] if several else value
    return own
