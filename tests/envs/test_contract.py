"""Gymnasium's contract, as its own checker and that of stable-baselines3 see it."""

import inspect
import re
import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from envs import SupportEnv, WeaningEnv
from plants import SIGNALS, tier_table
from plants.bedside.observation import EXTRA
from plants.bedside.sensors import bedside_signals

ENVIRONMENTS = [SupportEnv, WeaningEnv]
SUPPORT = [
    {"tier": tier, "action": action}
    for tier in ("console", "icu", "full")
    for action in ("speed", "level")
] + [{"patient": ["shock-c", "shock-e"], "spread": 0.1, "scenario": ["none", "hemorrhage"]}]
# One patient: the checkers reset often.
WEANING = {"cohort_size": 1, "complications": False, "case": ["full", "none"]}
CONFIGURATIONS = [
    *(pytest.param("impellab/Support-v1", arguments, id=str(arguments)) for arguments in SUPPORT),
    pytest.param("impellab/Weaning-v0", WEANING, id="weaning, icu"),
    *(
        pytest.param(
            "impellab/Weaning-v0",
            WEANING | {"tier": tier},
            id=f"weaning, {tier}",
            marks=pytest.mark.slow,
        )
        for tier in ("console", "full")
    ),
]


@pytest.mark.parametrize(("name", "arguments"), CONFIGURATIONS)
def test_gymnasium_checker_passes_without_a_warning(name, arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(name, **arguments).unwrapped)


@pytest.mark.parametrize(("name", "arguments"), CONFIGURATIONS)
def test_stable_baselines_checker_passes_without_a_warning(name, arguments):
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checker.check_env(gymnasium.make(name, **arguments))


@pytest.mark.parametrize("tier", ["console", "icu", "full"])
def test_observation_space_is_that_of_the_tier(tier):
    env = SupportEnv(tier=tier)
    names = [sensor.signal for sensor in tier_table(tier)]
    assert list(env.signals) == names
    assert env.observation_space.dtype == np.float32
    low, high = env.observation_space.low, env.observation_space.high
    np.testing.assert_array_equal(low, np.float32([min(SIGNALS[name].low, 0) for name in names]))
    np.testing.assert_array_equal(high, np.float32([SIGNALS[name].high for name in names]))


def documented_rows(environment):
    """The table of the observation space in the docstring: number, name, unit, ends, the rest."""
    row = r"\| (\d+) +\| `(\w+)` +\| (\S+) +\| (\S+) +\| (\S+) +\|(.*)"
    return re.findall(row, environment.__doc__)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        (SupportEnv, [sensor.signal for sensor in tier_table("icu")]),
        (WeaningEnv, [*bedside_signals("icu"), *(row[0] for row in EXTRA)]),
    ],
)
def test_documented_table_is_the_observation_space(environment, names):
    rows = documented_rows(environment)
    assert [row[:2] for row in rows] == [(str(i), name) for i, name in enumerate(names)]
    space = environment().observation_space
    assert [row[2] for row in rows if row[1] in SIGNALS] == [
        SIGNALS[name].unit for name in names if name in SIGNALS
    ]
    np.testing.assert_array_equal(space.low, np.float32([row[3] for row in rows]))
    np.testing.assert_array_equal(space.high, np.float32([row[4] for row in rows]))


def test_documented_table_says_how_often_a_signal_is_measured():
    for row, sensor in zip(documented_rows(SupportEnv), tier_table("icu"), strict=True):
        assert (f"every {sensor.interval:g} s" if sensor.interval else "every period") in row[5]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
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
def test_docstring_has_the_headings_of_gymnasium(environment, heading):
    assert f"    ## {heading}\n" in environment.__doc__


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_documented_arguments_are_those_of_the_constructor(environment):
    section = environment.__doc__.split("## Arguments")[1].split("##")[0]
    for name in list(inspect.signature(environment.__init__).parameters)[1:]:
        assert f"`{name}`" in section


def test_the_horizon_truncates_and_does_not_terminate():
    env = gymnasium.make("impellab/Support-v1", max_episode_steps=4)
    env.reset(seed=0)
    ends = [env.step(env.action_space.sample())[2:4] for _ in range(4)]
    assert ends == [(False, False)] * 3 + [(False, True)]
