"""Ids, and what importing the package costs and brings along."""

import subprocess
import sys
import warnings

import gymnasium
import pytest

import envs
from plants import Therapy


def test_registering_again_changes_nothing_and_does_not_warn():
    spec = gymnasium.spec("impellab/Support-v1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        envs.register()
    assert gymnasium.spec("impellab/Support-v1") is spec


def test_made_environment_has_a_time_limit():
    env = gymnasium.make("impellab/Support-v1")
    assert env.spec.max_episode_steps == env.unwrapped.horizon == 240
    assert isinstance(env.unwrapped, envs.SupportEnv)


@pytest.mark.parametrize(
    "code",
    [
        "import gymnasium; gymnasium.make('envs:impellab/Support-v1')",
        "import gymnasium, envs; gymnasium.make('impellab/Support-v1')",
        "import gymnasium, impellab; gymnasium.make('impellab/Support-v1')",
        "import impellab, gymnasium; gymnasium.make_vec('impellab/Weaning-v0', cohort_size=1)",
        "import gymnasium; gymnasium.make_vec('impellab:impellab/Weaning-v0', cohort_size=1)",
        "import sys, impellab; assert 'impellab/Support-v1' in sys.modules['gymnasium'].registry",
        "import sys, envs; assert not {'torch', 'matplotlib'} & {*sys.modules}",
    ],
)
def test_in_a_fresh_interpreter(code):
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120)


def test_the_first_version_keeps_its_task_and_its_reward():
    with pytest.warns(DeprecationWarning, match="out of date"):
        env = gymnasium.make("impellab/Support-v0")
    assert env.spec.max_episode_steps == 300
    _, info = env.reset(seed=0)
    assert (info["patient"], info["scenario"]) == ("shock-d", "none")
    _, reward, _, _, info = env.step(env.action_space.sample())
    goals = Therapy.load("v0").goals
    terms = {goal.signal: goal.reward(info["metrics"][goal.signal]) for goal in goals}
    assert reward == pytest.approx(sum(terms.values()) + info["reward_terms"]["effort"])
    assert info["reward_terms"].keys() == {*terms, "effort"}
