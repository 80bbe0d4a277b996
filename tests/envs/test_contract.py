"""Gymnasium's contract, as its own checker and that of stable-baselines3 see it."""

import inspect
import re
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import envs
from plants import SIGNALS, tier_table

CONFIGURATIONS = [
    {"tier": tier, "action": action}
    for tier in ("console", "icu", "full")
    for action in ("speed", "level")
] + [{"patient": ["shock-c", "shock-e"], "spread": 0.1, "scenario": ["none", "hemorrhage"]}]


@pytest.mark.parametrize("arguments", CONFIGURATIONS, ids=str)
def test_gymnasium_checker_passes_without_a_warning(arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make("impellab/Support-v0", **arguments).unwrapped)


@pytest.mark.parametrize("arguments", CONFIGURATIONS, ids=str)
def test_stable_baselines_checker_passes_without_a_warning(arguments):
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checker.check_env(gymnasium.make("impellab/Support-v0", **arguments))


@pytest.mark.parametrize("tier", ["console", "icu", "full"])
def test_observation_space_is_that_of_the_tier(tier):
    env = envs.SupportEnv(tier=tier)
    names = [sensor.signal for sensor in tier_table(tier)]
    assert list(env.signals) == names
    assert env.observation_space.dtype == np.float32
    low, high = env.observation_space.low, env.observation_space.high
    np.testing.assert_array_equal(low, np.float32([SIGNALS[name].low for name in names]))
    np.testing.assert_array_equal(high, np.float32([SIGNALS[name].high for name in names]))


def test_documented_table_is_the_observation_space():
    rows = re.findall(
        r"\| (\d+) +\| `(\w+)` +\| (\S+) +\| (\S+) +\| (\S+) +\| (.*?) *\|", envs.SupportEnv.__doc__
    )
    sensors = tier_table("icu")
    assert len(rows) == len(sensors)
    for row, sensor in zip(rows, sensors, strict=True):
        number, name, unit, low, high, words = row
        signal = SIGNALS[name]
        assert (name, sensors[int(number)].signal) == (sensor.signal, sensor.signal)
        assert (unit, float(low), float(high)) == (signal.unit, signal.low, signal.high)
        every = f"every {sensor.interval:g} s" if sensor.interval else "every period"
        assert every in words


@pytest.mark.parametrize(
    "heading",
    [
        "Description",
        "Action Space",
        "Observation Space",
        "Rewards",
        "Starting State",
        "Episode End",
        "Arguments",
        "Vectorized environment",
        "Version History",
    ],
)
def test_docstring_has_the_headings_of_gymnasium(heading):
    assert f"    ## {heading}\n" in envs.SupportEnv.__doc__


def test_documented_arguments_are_those_of_the_constructor():
    section = envs.SupportEnv.__doc__.split("## Arguments")[1].split("##")[0]
    for name in list(inspect.signature(envs.SupportEnv.__init__).parameters)[1:]:
        assert f"`{name}`" in section


def test_the_horizon_truncates_and_does_not_terminate():
    env = gymnasium.make("impellab/Support-v0", max_episode_steps=4)
    env.reset(seed=0)
    ends = [env.step(env.action_space.sample())[2:4] for _ in range(4)]
    assert ends == [(False, False)] * 3 + [(False, True)]
