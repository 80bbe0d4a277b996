"""Pictures of episodes: what they show, and that a further one costs little."""

import time
from itertools import pairwise

import gymnasium
import numpy as np
import pytest

from envs.episodes import EpisodePicture, Moment, Panel
from plants import Therapy

WEANING = {"cohort_size": 1, "complications": False, "case": "full"}
METRICS = {"map": 70.0, "pcwp": 15.0, "cvp": 8.0, "cardiac_output": 5.0, "pump_flow": 3.0}


def picture():
    return EpisodePicture(Panel((), 50.0, "speed [krpm]"), "time [s]", 300.0, Therapy.default())


def course(moments=50, **changed):
    rows = [Moment(float(k), METRICS, 40.0) for k in range(moments)]
    return [*rows, Moment(float(moments), METRICS | changed, 30.0)]


def test_frame_by_frame_is_the_same_as_at_once():
    whole, made = course(), picture()
    for k in range(1, len(whole) + 1):
        frame = made.frame("A", whole[:k])
    np.testing.assert_array_equal(frame, picture().frame("A", whole))
    assert frame.shape == (480, 640, 3)
    assert frame.dtype == np.uint8


def test_a_new_episode_leaves_nothing_of_the_last():
    made = picture()
    made.frame("A", course())
    np.testing.assert_array_equal(made.frame("B", course(3)), picture().frame("B", course(3)))


@pytest.mark.parametrize("changed", [{"map": 250.0}, {"cvp": -20.0}, {"pump_flow": float("nan")}])
def test_what_leaves_the_axes_is_shown(changed):
    made = picture()
    before = made.frame("A", course())
    assert np.any(made.frame("A", course(**changed)) != before)


def test_a_long_episode_is_shown_to_its_end():
    made = picture()
    frame = made.frame("A", course(500))
    assert np.any(frame != made.frame("A", course(400)))


@pytest.mark.parametrize(
    ("name", "arguments"), [("impellab/Support-v1", {}), ("impellab/Weaning-v0", WEANING)]
)
def test_a_further_picture_of_an_environment_takes_little_time(name, arguments):
    env = gymnasium.make(name, render_mode="rgb_array", **arguments)
    env.reset(seed=1)
    env.action_space.seed(1)
    frames, seconds = [env.render()], []
    for _ in range(8):
        env.step(2 if "Weaning" in name else env.action_space.sample())
        begin = time.process_time()
        frames.append(env.render())
        seconds.append(time.process_time() - begin)
    assert np.median(seconds) < 0.02
    assert all(np.any(a != b) for a, b in pairwise(frames))
