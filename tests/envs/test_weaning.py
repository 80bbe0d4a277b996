"""``impellab/Weaning-v0``: Gymnasium's contract, seeds, ends, and the batch."""

import re
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import envs  # noqa: F401 - registers the ids
from envs.vector_weaning import WeaningVectorEnv
from envs.weaning import ACTIONS, EXTRA, WeaningEnv
from envs.weaning_reward import WeaningReward
from plants import SIGNALS, InputError
from plants.bedside_sensors import bedside_signals

# Patients over days: minutes in all.
pytestmark = pytest.mark.slow

ARGUMENTS = {"cohort_size": 3, "complications": False, "case": ["full", "none"]}


def made(**changes):
    return gymnasium.make("impellab/Weaning-v0", **(ARGUMENTS | changes))


@pytest.mark.parametrize("tier", ["console", "icu", "full"])
def test_checkers_pass_without_a_warning(tier):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(made(tier=tier).unwrapped)
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checker.check_env(made(tier=tier))


def test_documented_table_is_the_observation_space():
    rows = re.findall(r"\| (\d+) +\| `(\w+)` +\| (\S+) +\| (\S+) +\| (\S+) +\|", WeaningEnv.__doc__)
    names = [*bedside_signals("icu"), *(row[0] for row in EXTRA)]
    assert [row[1] for row in rows] == names
    space = WeaningEnv().observation_space
    for number, name, unit, low, high in rows:
        if name in SIGNALS:
            assert unit == SIGNALS[name].unit
        assert space.low[int(number)] == np.float32(low)
        assert space.high[int(number)] == np.float32(high)


@pytest.mark.parametrize(
    "heading",
    ["Description", "Action Space", "Observation Space", "Rewards", "Starting State", "Episode End",
     "Arguments", "Vectorized environment", "Version History"],
)  # fmt: skip
def test_docstring_has_the_headings_of_gymnasium(heading):
    assert f"    ## {heading}\n" in WeaningEnv.__doc__


def test_same_seed_same_episode_in_a_used_and_a_fresh_environment():
    used = made()
    used.reset(seed=1)
    used.step(1)

    def episode(env):
        seen = [env.reset(seed=5)[0]]
        seen += [env.step(action)[0] for action in (2, 1, 0, 3)]
        return np.array(seen)

    np.testing.assert_array_equal(episode(used), episode(made()))


def test_levels_change_by_two_at_most_and_stay_above_p2():
    env = made()
    env.reset(seed=1)
    levels = [env.step(0)[4]["level"] for _ in range(4)]
    assert levels == ["P-6", "P-4", "P-2", "P-2"]


def test_an_explant_is_scored_with_what_follows():
    env = made()
    info = env.reset(seed=1, options={"patient": 3, "case": "none"})[1]
    assert info["case"] == "none"
    env.step(2)
    _, reward, terminated, truncated, info = env.step(ACTIONS.index("explant"))
    assert (terminated, truncated, info["result"]) == (True, False, "failed")
    assert info["reward_terms"]["end"] == WeaningReward().failed
    assert reward == pytest.approx(sum(info["reward_terms"].values()))
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(2)


def test_a_bridge_decision_is_right_for_who_does_not_recover():
    env = made()
    env.reset(seed=1, options={"patient": 3, "case": "none"})
    _, _, terminated, _, info = env.step(ACTIONS.index("bridge"))
    assert terminated
    assert info["outcome"] == "bridge"
    assert info["reward_terms"]["end"] == WeaningReward().bridge


def test_the_label_truncates():
    env = made(interval=24.0)
    env.reset(seed=1, options={"patient": 1, "case": "full"})
    ends = [env.step(2)[2:4] for _ in range(4)]
    assert ends == [(False, False)] * 3 + [(False, True)]


def test_bad_actions_and_arguments_are_refused():
    env = made()
    env.reset(seed=0)
    for action in (7, -1, 0.5, float("nan"), None):
        with pytest.raises(InputError):
            env.unwrapped.step(action)
    for arguments in ({"case": "nobody"}, {"start": "P-20"}, {"device": "RP"}, {"cohort_size": 0}):
        with pytest.raises(InputError):
            WeaningEnv(**arguments)


def test_going_down_and_up_again_earns_nothing():
    good = {"map": 70.0, "heart_rate": 80.0, "pulse_pressure": 30.0}
    reward = WeaningReward()
    assert reward.steps(-2, good) + reward.steps(2, good) == 0.0
    assert reward.steps(-2, good | {"map": 50.0}) == 0.0


def test_the_batch_is_the_scalar_environments():
    vector = gymnasium.make_vec("impellab/Weaning-v0", num_envs=2, **ARGUMENTS)
    assert isinstance(vector, WeaningVectorEnv)
    seen, _ = vector.reset(seed=3)
    scalars = [made(), made()]
    for i, env in enumerate(scalars):
        np.testing.assert_array_equal(seen[i], env.reset(seed=3 + i)[0])
    for actions in ([1, 2], [5, 1]):
        seen, rewards, terminated, _, info = vector.step(np.array(actions))
        for i, env in enumerate(scalars):
            observation, reward, over, _, alone = env.step(actions[i])
            np.testing.assert_array_equal(seen[i], observation)
            assert (rewards[i], terminated[i]) == (reward, over)
            assert info["level"][i] == alone["level"]
    seen, rewards, terminated, _, info = vector.step(np.array([0, 2]))
    assert rewards[0] == 0.0
    assert not terminated[0]
    assert info["hours"][0] == 0.0
    vector.close()
