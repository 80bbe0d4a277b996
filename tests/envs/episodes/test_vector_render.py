"""Render modes of the native vectors."""

import gymnasium
import numpy as np
import pytest

from envs.episodes.vector_render import tiled
from plants import InputError

ARGUMENTS = {
    "impellab/Support-v1": {},
    "impellab/Weaning-v0": {"cohort_size": 2, "complications": False},
}
NAMES = pytest.mark.parametrize("name", ARGUMENTS)
SHAPE = (480, 640, 3)


def moved(name, mode, count=3):
    vector = gymnasium.make_vec(name, count, render_mode=mode, **ARGUMENTS[name])
    vector.reset(seed=1)
    vector.step(still(vector))
    return vector


def still(vector):
    """Actions that end nothing."""
    return np.full_like(vector.action_space.sample(), 2 if vector.action_space.dtype == int else 0)


@NAMES
def test_a_picture_of_each(name):
    vector = moved(name, "rgb_array")
    assert vector.render_mode == "rgb_array"
    assert [frame.shape for frame in vector.render()] == [SHAPE] * 3


@NAMES
def test_lists_hold_the_pictures_since_the_last_look(name):
    vector = moved(name, "rgb_array_list")
    lists = vector.render()
    assert [len(frames) for frames in lists] == [2, 2, 2]
    assert np.any(lists[0][0] != lists[0][1])
    assert [len(frames) for frames in vector.render()] == [0, 0, 0]
    vector.step(still(vector))
    vector.reset(options={"reset_mask": np.array([True, False, False])})
    assert [len(frames) for frames in vector.render()] == [1, 1, 1]


@NAMES
def test_a_window_shows_all(name, monkeypatch):
    pytest.importorskip("pygame")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    vector = moved(name, "human")
    assert vector.render() == (None, None, None)
    assert vector._pictures._window._tiles.picture.shape == (960, 1280, 3)
    vector.close()
    assert vector._pictures._window is None


@NAMES
def test_no_mode_gives_nothing_and_unknown_ones_are_refused(name):
    assert moved(name, None).render() == (None, None, None)
    with pytest.raises(InputError, match="render_mode"):
        moved(name, "ascii")


@NAMES
@pytest.mark.parametrize("mode", ["rgb_array", "rgb_array_list"])
def test_scalar_environments_take_the_modes_of_gymnasium(name, mode):
    env = gymnasium.make(name, render_mode=mode, **ARGUMENTS[name])
    env.reset(seed=1)
    env.step(env.action_space.sample())
    assert np.shape(env.render()) == ((2, *SHAPE) if mode == "rgb_array_list" else SHAPE)


def test_tiles_lie_in_rows():
    frames = [np.full((2, 3, 3), k, np.uint8) for k in range(1, 6)]
    assert tiled(frames)[::2, ::3, 0].tolist() == [[1, 2, 3], [4, 5, 0]]
