"""Algorithms of stable-baselines3 run on the environments as they are."""

import gymnasium
import pytest

import envs

sb3 = pytest.importorskip("stable_baselines3")


@pytest.fixture(autouse=True)
def one_thread():
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize(
    ("algorithm", "action", "arguments"),
    [
        ("PPO", "speed", {"n_steps": 64}),
        ("PPO", "level", {"n_steps": 64}),
        ("SAC", "speed", {"learning_starts": 150}),
        ("DQN", "level", {"learning_starts": 150}),
    ],
)
def test_runs_unmodified(algorithm, action, arguments):
    envs.register()
    env = gymnasium.make("impellab/Support-v1", action=action, max_episode_steps=50)
    learner = getattr(sb3, algorithm)("MlpPolicy", env, seed=0, device="cpu", **arguments)
    learner.learn(200)
    assert learner.num_timesteps >= 200
    observation, _ = env.reset(seed=1)
    chosen, _ = learner.predict(observation, deterministic=True)
    assert env.action_space.contains(chosen) or chosen in env.action_space
    env.step(chosen)
