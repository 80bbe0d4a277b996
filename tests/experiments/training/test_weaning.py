"""Training on ``impellab/Weaning-v0``, and what is measured of a policy that weans."""

import functools
import json

import gymnasium
import numpy as np
import pytest

pytest.importorskip("stable_baselines3")

import envs
from controllers import step_policy
from envs.weaning_pool import PatientPool
from experiments.training import TrainingSettings, VectorAdapter, train
from experiments.training.settings import ENVIRONMENT_DEFAULTS
from experiments.training.task import check_task
from experiments.training.weaning import (
    ENDS,
    WEANING,
    compare_weaning,
    evaluate_weaning,
    held_out_weaning,
    hold_level,
    policy_act,
)
from plants import InputError
from plants.bedside import ACTIONS

ARGUMENTS = {"cohort_size": 2, "case": "none", "complications": False}
SMALL = {"environments": 2, "n_steps": 16, "batch_size": 16}
BRIDGE = ACTIONS.index("bridge")


@pytest.fixture(autouse=True, scope="module")
def patients():
    """All environments share their patients: whoever is asked for a bridge takes a second once."""
    pools = functools.cache(lambda pump, arguments: PatientPool(pump, **dict(arguments)))

    def shared(pump, **arguments):
        return pools(pump, tuple(sorted(arguments.items())))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("envs.weaning.PatientPool", shared)
        yield


def settings(**changes):
    given = {
        "algorithm": "ppo",
        "environment": WEANING,
        "steps": 64,
        "seed": 1,
        "hyperparameters": SMALL,
        "checkpoint_interval": 32,
        "evaluation_episodes": 1,
        "arguments": ARGUMENTS,
    }
    return TrainingSettings(**(given | changes))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return train(tmp_path_factory.mktemp("training") / "run", settings())


def test_leaves_a_policy_that_weans(finished):
    assert finished.steps == 64
    assert list((finished.folder / "tensorboard").rglob("events.out.*"))
    config = json.loads((finished.policy / "config.json").read_text())
    assert (config["environment"], config["device"], config["period"]) == (WEANING, "CP", 1.0)
    assert config["action"] == {"kind": "change", "names": list(ACTIONS)}
    assert config["held_level"] == "P-8"
    assert config["training"]["hyperparameters"]["gamma"] == 0.995
    policy = step_policy(f"policy:{finished.policy}")
    assert (policy.name, policy.assessment_interval) == ("policy:policy", 1.0)


def test_is_measured_beside_holding_and_chance(finished):
    metrics = finished.metrics
    assert sum(metrics[f"share_{end}"] for end in ENDS) == pytest.approx(1.0)
    assert np.isfinite([metrics["held_episode_reward"], metrics["random_episode_reward"]]).all()
    rows = compare_weaning(finished.policy, episodes=1)
    assert rows["held"].metrics()["episode_reward"] == metrics["held_episode_reward"]
    reward = rows["policy"].metrics()["episode_reward"]
    assert reward == pytest.approx(metrics["episode_reward"], rel=1e-6)


def test_an_interrupted_training_goes_on_to_the_same_total(tmp_path):
    class Kill(Exception):
        pass

    def until_48(steps):
        if steps >= 48:
            raise Kill

    with pytest.raises(Kill):
        train(tmp_path / "run", settings(), progress=until_48)
    assert not (tmp_path / "run" / "policy").exists()
    seen = []
    assert train(tmp_path / "run", resume=True, progress=seen.append).steps == 64
    assert seen[0] > 32


def test_exploration_begins_as_told(tmp_path):
    first = ENVIRONMENT_DEFAULTS[WEANING]["ppo"]["first_actions"]
    assert sum(first) == pytest.approx(1.0)
    eager = [1e-6] * (len(ACTIONS) - 1) + [1.0]
    changed = settings(hyperparameters=SMALL | {"first_actions": eager, "learning_rate": 1e-9})
    result = train(tmp_path / "run", changed)
    act = policy_act(result.policy)
    env = held_out_weaning(ARGUMENTS)
    assert int(act(env.reset(seed=0)[0])) == BRIDGE
    for wrong in ([0.5, 0.5], [0.0] + [1.0] * 6):
        with pytest.raises(InputError, match="first_actions"):
            train(tmp_path / "no", settings(hyperparameters=SMALL | {"first_actions": wrong}))


@pytest.mark.slow
def test_dqn_learns_and_sac_is_refused(tmp_path):
    quick = {"learning_starts": 20, "batch_size": 8, "buffer_size": 500}
    result = train(tmp_path / "dqn", settings(algorithm="dqn", hyperparameters=quick))
    assert step_policy(f"policy:{result.policy}").ready is not None
    with pytest.raises(InputError, match="allowed: ppo"):
        train(tmp_path / "sac", settings(algorithm="sac", hyperparameters=quick))


def test_evaluation_meets_patients_behind_the_training_cohort():
    env = held_out_weaning({"cohort_size": 600, "begin": [24], "cohort_first": 10})
    assert env.unwrapped.draws.patients[0] == 610
    assert env.reset(seed=0)[1]["hours"] == 0.0
    with pytest.raises(InputError, match="cohort_size"):
        held_out_weaning({"cohort_size": 10_000})


def test_ends_are_told_apart():
    env = held_out_weaning(ARGUMENTS | {"interval": 24.0})
    evaluation = evaluate_weaning(env, hold_level, episodes=1)
    assert (evaluation.ends, evaluation.hours) == (("label",), (96.0,))
    named = evaluate_weaning(env, lambda seen: BRIDGE, episodes=2)
    # Patients 2 and 3 do not recover.
    assert named.ends == ("bridge", "bridge")
    assert named.by_case() == {"none": {"bridge": 2}}
    assert named.metrics()["share_bridge"] == 1.0
    short = held_out_weaning({"cohort_size": 9_999, "case": "none"})
    with pytest.raises(InputError, match="episodes"):
        evaluate_weaning(short, lambda seen: BRIDGE, episodes=2)


def test_the_adapter_keeps_the_last_observation_and_begins_anew():
    vector = gymnasium.make_vec(WEANING, 2, **ARGUMENTS)
    adapter = VectorAdapter(vector)
    adapter.seed(0)
    adapter.reset()
    hours = vector.signals.index("hours")
    adapter.step(np.array([2, 2]))
    seen, _, done, infos = adapter.step(np.array([BRIDGE, 2]))
    assert done.tolist() == [True, False]
    assert infos[0]["terminal_observation"][hours] == 1.0
    assert not infos[0]["TimeLimit.truncated"]
    assert (seen[0, hours], seen[1, hours]) == (0.0, 2.0)
    assert adapter.reset_infos[0]["hours"] == 0.0
    reward = envs.WeaningReward()
    right = infos[0]["result"] == "failed"
    end = reward.bridge if right else reward.premature_bridge
    assert infos[0]["reward_terms"]["end"] == end


def test_only_environments_of_the_package_are_trained_in():
    for environment in ("CartPole-v1", "impellab/Nothing-v0"):
        with pytest.raises(InputError, match="environment"):
            check_task(TrainingSettings(environment=environment))
