"""What the vector environments have in common: spaces, seeds, masks, and when episodes end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from envs.support import SupportEnv
from envs.weaning import WeaningEnv
from plants import InputError, Pump
from plants.quantities import check_count

Mask = NDArray[np.bool_]
Observations = NDArray[np.float32]


def vector_metadata(scalar: type[SupportEnv | WeaningEnv]) -> dict[str, Any]:
    """The metadata of many environments of a kind."""
    return scalar.metadata | {"autoreset_mode": AutoresetMode.NEXT_STEP}


class VectorEpisodes(VectorEnv[Observations, Any, NDArray[Any]]):
    """Many environments, whose episodes begin and end apart from one another.

    One whose episode has ended is reset by the next step, in which its action does not count and
    its reward is 0 (``AutoresetMode.NEXT_STEP``).

    Parameters
    ----------
    num_envs : int
        How many.
    max_episode_steps : int, optional
        Episodes are truncated after so many steps.
    scalar : SupportEnv or WeaningEnv
        Says what all of them are.

    Raises
    ------
    InputError
        The number of environments is not a positive integer.
    """

    def __init__(
        self, num_envs: int, max_episode_steps: int | None, scalar: SupportEnv | WeaningEnv
    ):
        self.num_envs = check_count(num_envs, "num_envs", 1)
        #: Steps after which an episode is truncated, if any.
        self.max_episode_steps = max_episode_steps
        self.render_mode = scalar.render_mode
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
        self._over = np.zeros(self.num_envs, bool)

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
        info = self._reset_lanes(lanes, [seeds[lane] for lane in lanes.tolist()], own)
        return self._observations.copy(), info

    def _reset_lanes(
        self, lanes: NDArray[np.intp], seeds: list[int | None], options: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Begin episodes of some environments; the info of these."""
        raise NotImplementedError

    def _cut_off(self, moving: Mask) -> Mask:
        """Count a step of those that moved; whose episodes are long enough."""
        self._elapsed[moving] += 1
        if self.max_episode_steps is None:
            return np.zeros(self.num_envs, bool)
        return moving & (self._elapsed >= self.max_episode_steps)

    def _refuse_closed(self) -> None:
        if self.closed:
            raise gymnasium.error.ClosedEnvironmentError("the environment has been closed")


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
    >>> from envs.vector_episodes import seeds_of
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
