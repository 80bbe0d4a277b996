"""Seeds: the same episode from the same seed, whatever else happened."""

# ruff: noqa: NPY002 - whether the global generator is used is what is tested

import random

import gymnasium
import numpy as np
import pytest

import envs

ARGUMENTS = {
    "patient": ["shock-c", "shock-d", "shock-e"],
    "spread": 0.1,
    "cohort_size": 3,
    "scenario": ["none", "afterload-up", "hemorrhage"],
    "start": ["P-4", "P-8"],
    "dropout": 0.05,
}
ACTIONS = np.linspace(-1, 1, 4, dtype=np.float32)[:, None]


def made(**changes):
    return gymnasium.make("impellab/Support-v1", **(ARGUMENTS | changes))


def episode(env, seed=None):
    """Everything that an agent sees of a short episode."""
    observation, info = env.reset(seed=seed)
    rows = [observation]
    rewards = []
    for action in ACTIONS:
        observation, reward, *_ = env.step(action)
        rows.append(observation)
        rewards.append(reward)
    return np.array(rows), np.array(rewards), (info["patient"], info["scenario"], info["speed"])


def assert_same(first, second):
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    assert first[2] == second[2]


def test_same_seed_on_the_same_environment():
    env = made()
    assert_same(episode(env, 5), episode(env, 5))


def test_same_seed_on_a_fresh_environment():
    used = made()
    episode(used, 1)
    assert_same(episode(used, 5), episode(made(), 5))


def test_one_seed_then_resets():
    first, second = made(), made()
    runs = [[episode(env, 7), episode(env), episode(env)] for env in (first, second)]
    for first, second in zip(*runs, strict=True):
        assert_same(first, second)
    assert not np.array_equal(runs[0][0][0], runs[0][1][0])


def test_different_seeds_differ():
    env = made()
    drawn = [episode(env, seed) for seed in range(8)]
    assert len({run[2] for run in drawn}) > 1
    assert len({run[0].tobytes() for run in drawn}) == 8


def test_global_generators_are_neither_used_nor_touched():
    random.seed(1)
    np.random.seed(1)
    earlier = episode(made(), 5)
    random.seed(2)
    np.random.seed(2)
    before = random.getstate(), np.random.get_state()[1].copy()
    other = episode(made(), 5)
    assert_same(earlier, other)
    assert random.getstate() == before[0]
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_vector_environment_runs_the_scalar_ones(mode):
    envs.register()
    vector = gymnasium.make_vec("impellab/Support-v1", 2, vectorization_mode=mode, **ARGUMENTS)
    seen, info = vector.reset(seed=11)
    for index in range(2):
        observation, alone = made().reset(seed=11 + index)
        np.testing.assert_array_equal(seen[index], observation)
        assert info["patient"][index] == alone["patient"]
    scalars = [made(), made()]
    for index, env in enumerate(scalars):
        env.reset(seed=11 + index)
    for action in ACTIONS:
        seen, rewards, *_ = vector.step(np.stack([action, -action]))
        for index, env in enumerate(scalars):
            observation, reward, *_ = env.step(action if index == 0 else -action)
            np.testing.assert_array_equal(seen[index], observation)
            assert rewards[index] == reward
    vector.close()


def test_an_option_changes_no_other_draw():
    env = made()
    free = env.reset(seed=3)[1]
    told = env.reset(seed=3, options={"scenario": "exercise"})[1]
    assert told["scenario"] == "exercise"
    assert (free["patient"], free["speed"]) == (told["patient"], told["speed"])
