"""The native batched environments for stable-baselines3.

stable-baselines3 has an interface of its own for many environments, in which an environment whose
episode has ended is reset in the same step. The adapter is thin: the environments themselves are
those of Gymnasium.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from numpy.typing import NDArray

import envs
from experiments.training.evaluation import arguments_refused
from plants import InputError

try:
    from stable_baselines3.common.vec_env import VecEnv
except ImportError:  # The library is optional; without it only the name is there.
    VecEnv = object

Indices = int | Sequence[int] | None


class Row(Mapping[str, Any]):
    """One environment's part of a table of arrays; a value is looked up when it is asked for.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.training.vec_env import Row
    >>> Row({"map": np.array([60.0, 70.0])}, ("map",), 1) == {"map": 70.0}
    True
    """

    __slots__ = ("_index", "_names", "_table")

    def __init__(self, table: Mapping[str, NDArray[Any]], names: tuple[str, ...], index: int):
        self._table, self._names, self._index = table, names, index

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._table[name][self._index].item()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return repr(dict(self))


class VectorAdapter(VecEnv):
    """A vector environment of Gymnasium as stable-baselines3 takes it.

    At the end of an episode ``infos[i]["terminal_observation"]`` is its last observation,
    ``infos[i]["TimeLimit.truncated"]`` says whether it was only cut off, and the observation that
    is given is the first of the next episode.

    Parameters
    ----------
    vector : gymnasium.vector.VectorEnv
        An environment that resets itself with the next step and takes ``options["reset_mask"]``,
        as those of :mod:`envs` do.

    Raises
    ------
    InputError
        It resets itself in another way.
    """

    def __init__(self, vector: VectorEnv[Any, Any, Any]):
        if vector.metadata.get("autoreset_mode") is not AutoresetMode.NEXT_STEP:
            raise InputError("vector", repr(vector), "an environment that resets in the next step")
        self.vector = vector
        super().__init__(
            vector.num_envs, vector.single_observation_space, vector.single_action_space
        )
        self.metadata = vector.metadata
        self._actions: Any = None

    def reset(self) -> NDArray[Any]:
        """Begin an episode in every environment, with the seeds and options set before."""
        options: dict[str, Any] = {}
        for name in dict.fromkeys(name for own in self._options for name in own):
            if not all(name in own for own in self._options):
                raise InputError("options", name, "options that are set for every environment")
            options[name] = [own[name] for own in self._options]
        observations, info = self.vector.reset(seed=list(self._seeds), options=options)  # type: ignore[arg-type]
        self.reset_infos = self._rows(info)
        self._reset_seeds()
        self._reset_options()
        return observations

    def step_async(self, actions: NDArray[Any]) -> None:
        """Take the actions of the next step."""
        self._actions = actions

    def step_wait(
        self,
    ) -> tuple[NDArray[Any], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Run the step; see the class for what ends with it."""
        observations, rewards, terminated, truncated, info = self.vector.step(self._actions)
        ended = terminated | truncated
        infos = self._rows(info)
        for row, cut in zip(infos, (truncated & ~terminated).tolist(), strict=True):
            row["TimeLimit.truncated"] = cut
        if ended.any():
            lanes = np.flatnonzero(ended).tolist()
            for lane in lanes:
                infos[lane]["terminal_observation"] = observations[lane].copy()
            observations, begun = self.vector.reset(options={"reset_mask": ended.copy()})
            rows = self._rows(begun)
            for lane in lanes:
                self.reset_infos[lane] = rows[lane]
        return observations, rewards.astype(np.float32), ended, infos

    def _rows(self, info: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The info of each environment."""
        rows: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for name, value in info.items():
            if f"_{name}" not in info:  # a mask
                continue
            lanes = np.flatnonzero(info[f"_{name}"]).tolist()
            if isinstance(value, dict):
                names = tuple(key for key in value if f"_{key}" in value)
                for lane in lanes:
                    rows[lane][name] = Row(value, names, lane)
            else:
                values = value.tolist()
                for lane in lanes:
                    rows[lane][name] = values[lane]
        return rows

    def close(self) -> None:
        """Close the environments."""
        self.vector.close()

    def get_images(self) -> Sequence[NDArray[np.uint8] | None]:
        """Pictures of the environments, where they have a render mode."""
        return list(self.vector.render() or (None,) * self.num_envs)

    def get_attr(self, attr_name: str, indices: Indices = None) -> list[Any]:
        """An attribute, which all environments share."""
        value = getattr(self.vector.unwrapped, attr_name)
        return [value for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Indices = None) -> None:
        """Not possible: the environments are computed together.

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError("the environments are one: make it anew with other arguments")

    def env_method(
        self, method_name: str, *method_args: Any, indices: Indices = None, **method_kwargs: Any
    ) -> list[Any]:
        """What a method gives for each environment; only where the vector has it for all at once.

        Raises
        ------
        NotImplementedError
            It has none of that name: the environments are computed together.
        """
        method = getattr(self.vector.unwrapped, method_name, None)
        if method is None or method_name in dir(VectorEnv):
            raise NotImplementedError(f"the environments are one: {method_name} is of none of them")
        values = method(*method_args, **method_kwargs)
        return [values[lane] for lane in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class: Any, indices: Indices = None) -> list[bool]:
        """Whether each environment is wrapped: none is."""
        return [False for _ in self._get_indices(indices)]


def has_native_vector(environment: str) -> bool:
    """Whether many environments of that id can be computed together."""
    envs.register()
    try:
        return gymnasium.spec(environment).vector_entry_point is not None
    except gymnasium.error.Error:
        return False


def native_vec_env(environment: str, arguments: Mapping[str, Any], count: int, *, seed: int) -> Any:
    """Environments of one id side by side, for an algorithm of stable-baselines3.

    Rewards and lengths of episodes are recorded as its ``Monitor`` does.

    Parameters
    ----------
    environment : str
        A Gymnasium id with a native vector environment.
    arguments : mapping
        Of the environment.
    count : int
        How many.
    seed : int
        Seed of the first; the others' follow.

    Raises
    ------
    InputError
        The environment does not take the arguments.
    """
    from stable_baselines3.common.vec_env import VecMonitor

    try:
        vector = gymnasium.make_vec(
            environment, count, vectorization_mode="vector_entry_point", **arguments
        )
    except TypeError as error:
        raise arguments_refused(arguments, error) from None
    adapter = VectorAdapter(vector)
    adapter.seed(seed)
    adapter.action_space.seed(seed)
    return VecMonitor(adapter)
