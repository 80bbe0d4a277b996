"""The adapter for stable-baselines3, beside its own environments of the same kind."""

import gymnasium
import numpy as np
import pytest

pytest.importorskip("stable_baselines3")

from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecEnv, VecMonitor, VecNormalize

import envs
from experiments.training import TrainingSettings, VectorAdapter, train
from experiments.training.vec_env import has_native_vector, native_vec_env
from plants import Event, InputError, Scenario

ID = "impellab/Support-v1"
ARGUMENTS = {
    "patient": ["shock-c", "shock-e"],
    "spread": 0.1,
    "cohort_size": 2,
    "max_episode_steps": 5,
}


def adapter(n=3, **arguments):
    vector = gymnasium.make_vec(
        ID, n, vectorization_mode="vector_entry_point", **(ARGUMENTS | arguments)
    )
    return VectorAdapter(vector)


def dummy(n=3, **arguments):
    envs.register()
    made = lambda: gymnasium.make(ID, **(ARGUMENTS | arguments))  # noqa: E731
    return make_vec_env(made, n, seed=4)


def close(value, expected):
    return value == pytest.approx(expected, rel=3e-7, abs=1e-6)


def test_steps_are_those_of_stable_baselines_own_environments():
    ours, theirs = adapter(), dummy()
    assert isinstance(ours, VecEnv)
    assert ours.observation_space == theirs.observation_space
    assert ours.action_space == theirs.action_space
    ours.seed(4)
    assert close(ours.reset(), theirs.reset())
    for row, other in zip(ours.reset_infos, theirs.reset_infos, strict=True):
        assert row["patient"] == other["patient"]
    rng = np.random.default_rng(0)
    ended = 0
    for _ in range(12):
        action = rng.uniform(-1, 1, (3, 1)).astype(np.float32)
        seen, rewards, done, infos = ours.step(action)
        seen2, rewards2, done2, infos2 = theirs.step(action)
        assert close(seen, seen2)
        assert rewards.dtype == rewards2.dtype
        assert rewards == pytest.approx(rewards2, rel=1e-6)
        assert done.tolist() == done2.tolist()
        for row, other in zip(infos, infos2, strict=True):
            other.pop("episode", None)  # from its Monitor
            assert row.keys() == other.keys()
            assert row["TimeLimit.truncated"] == other["TimeLimit.truncated"]
            assert row["reward_terms"] == pytest.approx(other["reward_terms"], rel=1e-6)
            assert row["metrics"]["map"] == pytest.approx(other["metrics"]["map"], rel=1e-9)
            assert row["in_range"] == other["in_range"]
            if "terminal_observation" in other:
                ended += 1
                assert close(row["terminal_observation"], other["terminal_observation"])
        for row, other in zip(ours.reset_infos, theirs.reset_infos, strict=True):
            assert (row["patient"], row["time"]) == (other["patient"], other["time"])
    assert ended == 6


def test_the_terminal_observation_is_the_last_and_the_given_one_the_first():
    environments = adapter(2, tier="full")
    environments.seed(0)
    first = environments.reset()
    top = np.ones((2, 1), np.float32)
    for _ in range(4):
        _, _, done, infos = environments.step(top)
        assert not done.any()
        assert all("terminal_observation" not in row for row in infos)
    seen, _, done, infos = environments.step(top)
    assert done.all()
    speed = environments.get_attr("signals")[0].index("pump_speed")
    for lane in range(2):
        assert infos[lane]["TimeLimit.truncated"]
        assert infos[lane]["time"] == 5.0
        assert infos[lane]["terminal_observation"][speed] == pytest.approx(33_000, rel=1e-3)
    assert seen[:, speed] == pytest.approx(first[:, speed], rel=1e-6)  # the same start level
    assert [row["time"] for row in environments.reset_infos] == [0.0, 0.0]
    *_, infos = environments.step(top)
    assert [row["time"] for row in infos] == [1.0, 1.0]  # no step is lost on the reset


def test_a_death_is_no_truncation():
    emptied = Scenario("emptied", "", (Event("volume", -3900.0, "ramp", 0.0, duration=20.0),))
    environments = adapter(
        2, patient="healthy", spread=0.0, scenario=emptied, max_episode_steps=100
    )
    environments.reset()
    for _ in range(40):
        _, _, done, infos = environments.step(np.zeros((2, 1), np.float32))
        if done.any():
            break
    assert done.all()
    assert [row["TimeLimit.truncated"] for row in infos] == [False, False]
    assert [row["outcome"] for row in infos] == ["unphysical", "unphysical"]


def test_options_are_used_once():
    environments = adapter(2, patient="shock-d", spread=0.0)
    environments.set_options([{"patient": "healthy"}, {"patient": "shock-c"}])
    environments.reset()
    assert [row["patient"] for row in environments.reset_infos] == ["healthy", "shock-c"]
    environments.reset()
    assert [row["patient"] for row in environments.reset_infos] == ["shock-d", "shock-d"]
    environments.set_options([{"patient": "healthy"}, {}])
    with pytest.raises(InputError, match="every environment"):
        environments.reset()


def test_attributes_and_what_cannot_be_done():
    environments = adapter(3)
    assert environments.get_attr("num_envs", [0, 2]) == [3, 3]
    assert environments.has_attr("pump")
    assert not environments.has_attr("colour")
    assert environments.env_is_wrapped(gymnasium.Wrapper) == [False] * 3
    with pytest.raises(NotImplementedError):
        environments.set_attr("period", 2.0)
    with pytest.raises(NotImplementedError):
        environments.env_method("render")
    assert environments.render_mode is None
    pictured = adapter(2, render_mode="rgb_array")
    pictured.reset()
    assert pictured.render().shape[2] == 3
    environments.close()
    with pytest.raises(gymnasium.error.ClosedEnvironmentError):
        environments.reset()


def test_another_kind_of_autoreset_is_refused():
    same = gymnasium.make_vec(
        "CartPole-v1", 2, vectorization_mode="sync", vector_kwargs={"autoreset_mode": "SameStep"}
    )
    with pytest.raises(InputError, match="next step"):
        VectorAdapter(same)


def test_which_ids_have_a_native_form():
    assert has_native_vector(ID)
    assert not has_native_vector("impellab/Nothing-v0")
    with pytest.raises(InputError, match="colour"):
        native_vec_env(ID, {"colour": "red"}, 2, seed=0)


@pytest.mark.parametrize("normalised", [False, True])
def test_ppo_learns_on_it(normalised):
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        env = native_vec_env(ID, ARGUMENTS, 4, seed=0)
        assert isinstance(env, VecMonitor)
        env = VecNormalize(env) if normalised else env
        learner = PPO("MlpPolicy", env, n_steps=16, batch_size=32, seed=0, device="cpu")
        learner.learn(128)
    finally:
        torch.set_num_threads(threads)
    assert learner.num_timesteps == 128
    assert {row["l"] for row in learner.ep_info_buffer} == {5}


def test_training_takes_a_number_of_environments(tmp_path, capfd):
    from experiments.cli import run_command

    code = run_command(
        [
            "train",
            "--steps",
            "48",
            "--environments",
            "6",
            "--hyperparameters",
            '{"n_steps": 8, "batch_size": 16}',
            "--evaluation-episodes",
            "1",
            "--runs",
            str(tmp_path),
            "--json",
        ]
    )
    assert code == 0
    assert '"steps": 48' in capfd.readouterr().out
    (folder,) = tmp_path.iterdir()
    assert TrainingSettings.load(folder).hyperparameters["environments"] == 6
    assert train(folder, resume=True).steps == 48


def test_masks_of_actions_reach_an_algorithm_that_asks_for_them():
    masking = pytest.importorskip("sb3_contrib.common.maskable.utils")
    arguments = {"cohort_size": 2, "complications": False, "case": ["full", "none"]}
    environments = native_vec_env("impellab/Weaning-v0", arguments, 2, seed=0)
    assert masking.is_masking_supported(environments)
    environments.reset()
    environments.step(np.array([3, 2]))
    masks = masking.get_action_masks(environments)
    assert masks.shape == (2, 7)
    assert masks.sum(axis=1).tolist() == [4, 5]  # at P-9 no level up is left, at P-8 one
    assert not masking.is_masking_supported(adapter(2))


@pytest.mark.slow
def test_an_algorithm_with_masks_learns():
    algorithms = pytest.importorskip("sb3_contrib")
    arguments = {"cohort_size": 2, "complications": False, "case": ["full", "none"]}
    for environments in (
        native_vec_env("impellab/Weaning-v0", arguments, 2, seed=0),
        make_vec_env("impellab/Weaning-v0", 2, env_kwargs=arguments),
    ):
        learner = algorithms.MaskablePPO(
            "MlpPolicy", environments, n_steps=8, batch_size=8, n_epochs=1, seed=1, device="cpu"
        )
        assert learner.learn(16).num_timesteps == 16
