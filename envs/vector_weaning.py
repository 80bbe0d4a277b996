"""``impellab/Weaning-v0`` for many patients, in one process.

Every patient is a course of his or her own on the multirate runner; they share the compiled beat,
the patients that were made before, and nothing else.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from envs.episodes import Mask, VectorEpisodes, each_action, vector_metadata
from envs.weaning import WeaningEnv
from plants.bedside import action_number
from plants.quantities import Array, check_count


class WeaningVectorEnv(VectorEpisodes):
    """Many :class:`~envs.weaning.WeaningEnv`.

    Environment ``i`` of ``reset(seed=s)`` is the scalar one of ``reset(seed=s + i)``.

    Parameters
    ----------
    num_envs : int
        How many.
    max_episode_steps : int, optional
        Episodes are truncated after so many decisions; ``gymnasium.make_vec`` passes what the id
        is registered with.
    autoreset_mode : AutoresetMode or str
        What becomes of an environment whose episode has ended: ``NEXT_STEP``, ``SAME_STEP`` or
        ``DISABLED``, see :class:`~envs.episodes.VectorEpisodes`.
    render_mode : {"rgb_array", "rgb_array_list", "human"}, optional
        See there.
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
    >>> vector.action_masks()[0].tolist()
    [True, True, True, True, False, False, True]
    """

    metadata = vector_metadata(WeaningEnv)

    def __init__(
        self,
        num_envs: int = 1,
        *,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        **arguments: Any,
    ):
        count = check_count(num_envs, "num_envs", 1)
        arguments["render_mode"] = None if render_mode is None else "rgb_array"
        self.envs = [WeaningEnv(**arguments) for _ in range(count)]
        for env in self.envs:
            env.draws.pool = self.envs[0].draws.pool
        super().__init__(
            count,
            self.envs[0],
            max_episode_steps=max_episode_steps,
            autoreset_mode=autoreset_mode,
            render_mode=render_mode,
        )
        self._infos: list[dict[str, Any]] = [{}] * count

    @property  # type: ignore[misc]
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The generators of the environments."""
        return self.get_attr("np_random")

    @property
    def np_random_seed(self) -> tuple[int, ...]:  # type: ignore[override]
        """The seeds of the environments."""
        return self.get_attr("np_random_seed")

    def _begin_lanes(
        self, lanes: NDArray[np.intp], seeds: list[int | None], options: list[dict[str, Any]]
    ) -> None:
        for lane, seed, own in zip(lanes.tolist(), seeds, options, strict=True):
            begun = self.envs[lane].reset(seed=seed, options=own)
            self._observations[lane], self._infos[lane] = begun

    def _checked(self, actions: Any, moving: Mask) -> list[int]:
        return each_action(actions, action_number, moving)

    def _move(
        self, meant: list[int], moving: Mask
    ) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
        rewards = np.zeros(self.num_envs)
        terminated, truncated = np.zeros((2, self.num_envs), bool)
        for lane in np.flatnonzero(moving).tolist():
            seen, rewards[lane], over, cut, self._infos[lane] = self.envs[lane].step(meant[lane])
            self._observations[lane], terminated[lane], truncated[lane] = seen, over, cut
        return rewards, terminated, truncated

    def _info(self, here: Mask) -> dict[str, Any]:
        info: dict[str, Any] = {}
        for lane in np.flatnonzero(here).tolist():
            info = self._add_info(info, self._infos[lane], lane)
        return info

    def _frames(self) -> tuple[NDArray[np.uint8] | None, ...]:
        return tuple(env.render() for env in self.envs)

    def action_masks(self) -> NDArray[np.bool_]:
        """Which actions are something of their own now, shape (n, 7); see the scalar one."""
        return np.array([env.action_masks() for env in self.envs])

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """What a method of each environment gives, or what an attribute of each is."""
        values = [getattr(env, name) for env in self.envs]
        return tuple(value(*args, **kwargs) if callable(value) else value for value in values)

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """An attribute of each environment."""
        return self.call(name)
