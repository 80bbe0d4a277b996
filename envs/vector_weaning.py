"""``impellab/Weaning-v0`` for many patients, in one process.

Every patient is a course of his or her own on the multirate runner; they share the compiled beat,
the patients that were made before, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from envs.weaning import WeaningEnv
from plants import InputError, Pump

Observations = NDArray[np.float32]


class WeaningVectorEnv(VectorEnv[Observations, Any, NDArray[Any]]):
    """Many :class:`~envs.weaning.WeaningEnv`.

    Environment ``i`` of ``reset(seed=s)`` is the scalar one of ``reset(seed=s + i)``. One whose
    episode has ended is reset by the next step, in which its action does not count and its reward
    is 0 (``AutoresetMode.NEXT_STEP``).

    Parameters
    ----------
    num_envs : int
        How many.
    max_episode_steps : int, optional
        Episodes are truncated after so many decisions; ``gymnasium.make_vec`` passes what the id
        is registered with.
    **arguments
        As in :class:`~envs.weaning.WeaningEnv`.

    Raises
    ------
    InputError
        An argument is refused.

    Examples
    --------
    >>> from envs import WeaningVectorEnv
    >>> vector = WeaningVectorEnv(2, cohort_size=2)
    >>> observations, info = vector.reset(seed=1)
    >>> observations, rewards, terminated, truncated, info = vector.step([2, 1])
    >>> rewards.shape, bool(terminated.any()), info["level"].tolist()
    ((2,), False, ['P-8', 'P-7'])
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        **WeaningEnv.metadata,
        "autoreset_mode": AutoresetMode.NEXT_STEP,
    }

    def __init__(
        self, num_envs: int = 1, *, max_episode_steps: int | None = None, **arguments: Any
    ):
        if isinstance(num_envs, bool) or not isinstance(num_envs, int | np.integer) or num_envs < 1:
            raise InputError("num_envs", num_envs, "an integer from 1 on")
        self.num_envs = int(num_envs)
        self.envs = [WeaningEnv(**arguments) for _ in range(self.num_envs)]
        for env in self.envs:
            env.draws.pool = self.envs[0].draws.pool
        self.max_episode_steps, self.render_mode = max_episode_steps, None
        self.single_observation_space = self.envs[0].observation_space
        self.single_action_space = self.envs[0].action_space
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)
        self._over = np.zeros(self.num_envs, bool)
        self._elapsed = np.zeros(self.num_envs, np.int64)
        self._observations = np.zeros(self.observation_space.shape or (), np.float32)

    @property
    def pump(self) -> Pump:
        """The device."""
        return self.envs[0].pump

    @property
    def signals(self) -> tuple[str, ...]:
        """Names of the entries of an observation."""
        return self.envs[0].signals

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observations, dict[str, Any]]:
        """Begin episodes; ``options`` are those of the scalar environment, for all.

        Raises
        ------
        InputError
            There are not as many seeds as environments, or an option is refused.
        """
        seeds: Sequence[int | None]
        if seed is None or isinstance(seed, int | np.integer):
            seeds = [None if seed is None else int(seed) + i for i in range(self.num_envs)]
        else:
            seeds = seed
        if len(seeds) != self.num_envs:
            raise InputError("seed", seed, f"one seed, or {self.num_envs} of them")
        given = dict(options or {})
        mask = np.asarray(given.pop("reset_mask", np.ones(self.num_envs, bool)), dtype=bool)
        observations = self._observations.copy()
        info: dict[str, Any] = {}
        for i, env in enumerate(self.envs):
            if not mask[i]:
                continue
            observations[i], env_info = env.reset(seed=seeds[i], options=given or None)
            info = self._add_info(info, env_info, i)
        self._over[mask], self._elapsed[mask] = False, 0
        self._observations = observations
        return observations.copy(), info

    def step(
        self, actions: Any
    ) -> tuple[Observations, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Let an interval pass in every environment, or reset it.

        Raises
        ------
        InputError
            There are not as many actions as environments, or one is refused.
        """
        if len(actions) != self.num_envs:
            raise InputError("actions", actions, f"{self.num_envs} actions")
        n = self.num_envs
        rewards, ends = np.zeros(n), np.zeros((2, n), bool)
        info: dict[str, Any] = {}
        observations = self._observations.copy()
        for i, env in enumerate(self.envs):
            if self._over[i]:
                observations[i], env_info = env.reset()
                self._elapsed[i] = 0
            else:
                observations[i], rewards[i], ends[0, i], ends[1, i], env_info = env.step(actions[i])
                self._elapsed[i] += 1
                if self.max_episode_steps and self._elapsed[i] >= self.max_episode_steps:
                    ends[1, i] |= not ends[0, i]
            info = self._add_info(info, env_info, i)
        self._over = ends[0] | ends[1]
        self._observations = observations
        return observations.copy(), rewards, ends[0], ends[1], info
