"""Pictures of many environments: one of each, those since the last look, or a window of all."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.wrappers import HumanRendering
from numpy.typing import NDArray

from envs.episodes.arguments import known_mode

RENDER_MODES = ("human", "rgb_array", "rgb_array_list")
Frame = NDArray[np.uint8]
Frames = Callable[[], Sequence[Frame | None]]


class VectorPictures:
    """What a render mode makes of the pictures of many environments.

    Parameters
    ----------
    count : int
        Environments.
    mode : str or None
        A mode of :data:`RENDER_MODES`.
    fps : int
        Pictures a second that a window shows at most.

    Raises
    ------
    InputError
        There is no such mode.
    """

    def __init__(self, count: int, mode: str | None, fps: int):
        self._mode, self._fps = known_mode(mode, RENDER_MODES), fps
        self._kept: list[list[Frame]] = [[] for _ in range(count)]
        self._window: _Window | None = None

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_window": None}

    def begun(self, lanes: NDArray[np.intp]) -> None:
        """Episodes begin: pictures of the ones before are no longer kept."""
        for lane in lanes.tolist():
            self._kept[lane] = []

    def add(self, frames: Frames, lanes: Iterable[int]) -> None:
        """Lanes have moved or begun: keep their pictures or show all, as the mode asks for."""
        if self._mode == "rgb_array_list":
            pictures = frames()
            for lane in lanes:
                if (picture := pictures[lane]) is not None:
                    self._kept[lane].append(picture)
        elif self._mode == "human":
            if self._window is None:
                self._window = _Window(self._fps)
            self._window.show([frame for frame in frames() if frame is not None])

    def given(self, frames: Frames) -> tuple[Any, ...]:
        """What ``render`` gives."""
        if self._mode == "rgb_array":
            return tuple(frames())
        if self._mode == "rgb_array_list":
            kept, self._kept = self._kept, [[] for _ in self._kept]
            return tuple(kept)
        return (None,) * len(self._kept)

    def close(self) -> None:
        """Close the window, if there is one."""
        if self._window is not None:
            self._window.close()
            self._window = None


class _Tiles(gymnasium.Env[Any, Any]):
    """Pictures side by side, as an environment that a wrapper of Gymnasium can show."""

    render_mode = "rgb_array"

    def __init__(self, fps: int):
        self.metadata = {"render_modes": ["rgb_array"], "render_fps": fps}
        self.observation_space = self.action_space = gymnasium.spaces.Discrete(1)
        self.picture: Frame | None = None

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return 0, 0.0, False, False, {}

    def render(self) -> Any:
        return self.picture


class _Window:
    """A window; needs pygame, as Gymnasium's own do."""

    def __init__(self, fps: int):
        self._tiles = _Tiles(fps)
        self._shown = HumanRendering(self._tiles)

    def show(self, frames: Sequence[Frame]) -> None:
        self._tiles.picture = tiled(frames)
        self._shown.step(0)

    def close(self) -> None:
        self._shown.close()


def tiled(frames: Sequence[Frame]) -> Frame:
    """Pictures of one size in rows and columns, as near to a square as may be.

    Examples
    --------
    >>> import numpy as np
    >>> from envs.episodes.vector_render import tiled
    >>> tiled([np.zeros((480, 640, 3), np.uint8)] * 3).shape
    (960, 1280, 3)
    """
    columns = math.ceil(math.sqrt(len(frames)))
    rows = math.ceil(len(frames) / columns)
    empty = [np.zeros_like(frames[0])] * (rows * columns - len(frames))
    every = [*frames, *empty]
    return np.vstack([np.hstack(every[k * columns : (k + 1) * columns]) for k in range(rows)])
