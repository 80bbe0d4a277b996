"""Environments copied, pickled and brought back in mid-episode go on equally, to the last bit."""

import copy
import multiprocessing
import operator
import pickle
from concurrent.futures import ProcessPoolExecutor

import gymnasium
import numpy as np
import pytest

import envs
from plants import InputError

WEANING = {"cohort_size": 2, "complications": False, "case": ["full", "none"]}
ARGUMENTS = {
    "impellab/Support-v1": {"patient": ["shock-d", "shock-e"], "spread": 0.1, "dropout": 0.1},
    "impellab/Support-v0": {"dropout": 0.1},
    "impellab/Weaning-v0": WEANING,
}
WAYS = pytest.mark.parametrize(
    "way", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))], ids=["copy", "pickle"]
)
STAY, BRIDGE = 2, 6
NAMES = pytest.mark.parametrize("name", ARGUMENTS)


def drawn(env):
    """A sample of the actions, without the bridge decisions, which take a second each."""
    action = env.action_space.sample()
    return np.where(np.equal(action, BRIDGE), STAY, action)


def scalar(name, **arguments):
    env = gymnasium.make(name, max_episode_steps=5, **ARGUMENTS[name], **arguments)
    env.reset(seed=3)
    env.action_space.seed(3)
    env.step(drawn(env))
    return env


def vector(name, **arguments):
    env = gymnasium.make_vec(name, num_envs=2, max_episode_steps=4, **ARGUMENTS[name], **arguments)
    env.reset(seed=3)
    env.action_space.seed(3)
    env.step(drawn(env))
    return env


def leaves(value):
    """Everything in an answer, as plain data; NaN equals itself as text."""
    if isinstance(value, dict):
        return {key: leaves(each) for key, each in value.items()}
    return repr(np.asarray(value).tolist())


def go_on(env, steps=7):
    """Answers of steps by the environment's own samples, through the end of an episode."""
    answers, single = [], isinstance(env, gymnasium.Env)
    for _ in range(steps):
        *seen, info = env.step(drawn(env))
        answers += [leaves(part) for part in (*seen, info)]
        if single and (seen[2] or seen[3]):
            answers += [leaves(part) for part in env.reset()]
    return answers


def test_every_id_is_tried_here():
    own = {name for name in gymnasium.registry if name.startswith("impellab/")}
    assert own == set(ARGUMENTS)


@WAYS
@NAMES
@pytest.mark.parametrize("made", [scalar, vector])
def test_a_copy_goes_on_as_the_first_would_and_leaves_it_alone(made, name, way):
    env = made(name)
    other = way(env)
    after = go_on(other)
    assert go_on(env) == after
    assert len(set(map(str, after))) > 5  # something happens


@WAYS
@NAMES
def test_environments_in_gymnasiums_own_vectors_go_on_equally(name, way):
    env = gymnasium.make_vec(name, num_envs=2, vectorization_mode="sync", **ARGUMENTS[name])
    env.reset(seed=1)
    env.action_space.seed(1)
    other = [way(single) for single in env.envs]
    action = drawn(env)
    seen = env.step(action)[0]
    for k, single in enumerate(other):
        np.testing.assert_array_equal(single.step(action[k])[0], seen[k])


@WAYS
@pytest.mark.parametrize(
    ("made", "name"), [(scalar, "impellab/Weaning-v0"), (vector, "impellab/Support-v1")]
)
def test_one_that_was_drawn_can_be_copied(made, name, way):
    env = made(name, render_mode="rgb_array")
    picture = env.render()
    np.testing.assert_array_equal(way(env).render(), picture)


@NAMES
def test_an_environment_that_was_never_reset_can_be_copied(name):
    other = copy.deepcopy(gymnasium.make(name, **ARGUMENTS[name]))
    first = gymnasium.make(name, **ARGUMENTS[name])
    np.testing.assert_array_equal(other.reset(seed=2)[0], first.reset(seed=2)[0])


@NAMES
@pytest.mark.parametrize("made", [scalar, vector])
def test_a_snapshot_is_where_it_goes_on_from_as_often_as_wanted(made, name):
    env = made(name).unwrapped
    here = env.snapshot()
    action = drawn(env)
    first = [leaves(part) for part in env.step(action)]
    for _ in range(2):
        env.restore(here)
        assert [leaves(part) for part in env.step(action)] == first
    env.restore(here)
    draws = [leaves(env.reset()[0])]
    env.restore(here)
    assert [leaves(env.reset()[0])] == draws


@NAMES
def test_a_snapshot_of_another_kind_is_refused(name):
    env = scalar(name).unwrapped
    kind = name.split("-")[0]
    other = next(each for each in ARGUMENTS if not each.startswith(kind))
    for wrong in (scalar(other).unwrapped.snapshot(), None, {}):
        with pytest.raises(InputError, match="snapshot"):
            env.restore(wrong)


def test_a_new_process_goes_on_equally():
    made = [scalar(name) for name in ARGUMENTS] + [vector(name) for name in ARGUMENTS]
    # What runs there must be importable there, which the tests need not be.
    steps = [operator.methodcaller("step", drawn(env)) for env in made]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        seen = [pool.submit(step, env).result() for step, env in zip(steps, made, strict=True)]
    here = [step(env) for step, env in zip(steps, made, strict=True)]
    assert [[leaves(p) for p in parts] for parts in seen] == [
        [leaves(p) for p in parts] for parts in here
    ]


def test_copies_of_patients_that_are_kept_learn_apart():
    env = envs.WeaningEnv(**WEANING)
    env.reset(seed=1)
    other = copy.deepcopy(env)
    answer = other.step(BRIDGE)  # looks along the held course
    course, copied = env._episode.course, other._episode.course
    assert set(course._at) < set(copied._at)
    assert leaves(env.step(BRIDGE)[4]) == leaves(answer[4])
