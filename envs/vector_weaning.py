"""``impellab/Weaning-v0`` for many patients, in one process.

Every patient is a course of his or her own on the multirate runner; they share the compiled beat,
the patients that were made before, and nothing else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.vector_episodes import Observations, VectorEpisodes, vector_metadata
from envs.weaning import WeaningEnv
from plants import InputError
from plants.quantities import check_count


class WeaningVectorEnv(VectorEpisodes):
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

    metadata = vector_metadata(WeaningEnv)

    def __init__(
        self, num_envs: int = 1, *, max_episode_steps: int | None = None, **arguments: Any
    ):
        count = check_count(num_envs, "num_envs", 1)
        self.envs = [WeaningEnv(**arguments) for _ in range(count)]
        for env in self.envs:
            env.draws.pool = self.envs[0].draws.pool
        super().__init__(count, max_episode_steps, self.envs[0])

    def _reset_lanes(
        self, lanes: NDArray[np.intp], seeds: list[int | None], options: list[dict[str, Any]]
    ) -> dict[str, Any]:
        info: dict[str, Any] = {}
        for lane, seed, own in zip(lanes.tolist(), seeds, options, strict=True):
            self._observations[lane], lane_info = self.envs[lane].reset(seed=seed, options=own)
            info = self._add_info(info, lane_info, lane)
        self._over[lanes], self._elapsed[lanes] = False, 0
        return info

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
        moving, rewards = ~self._over, np.zeros(self.num_envs)
        terminated, truncated = np.zeros((2, self.num_envs), bool)
        info: dict[str, Any] = {}
        for i, env in enumerate(self.envs):
            if moving[i]:
                seen, rewards[i], terminated[i], truncated[i], lane_info = env.step(actions[i])
            else:
                seen, lane_info = env.reset()
            self._observations[i] = seen
            info = self._add_info(info, lane_info, i)
        self._elapsed[~moving] = 0
        truncated |= self._cut_off(moving) & ~terminated
        self._over = terminated | truncated
        return self._observations.copy(), rewards, terminated, truncated, info
