"""Ids, and what importing the package costs and brings along."""

import subprocess
import sys
import warnings

import gymnasium
import pytest

import envs


def test_registering_again_changes_nothing_and_does_not_warn():
    spec = gymnasium.spec("impellab/Support-v0")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        envs.register()
    assert gymnasium.spec("impellab/Support-v0") is spec


def test_made_environment_has_a_time_limit():
    env = gymnasium.make("impellab/Support-v0")
    assert env.spec.max_episode_steps == 300
    assert isinstance(env.unwrapped, envs.SupportEnv)


@pytest.mark.parametrize(
    "code",
    [
        "import gymnasium; gymnasium.make('envs:impellab/Support-v0')",
        "import gymnasium, envs; gymnasium.make('impellab/Support-v0')",
        "import gymnasium, impellab; gymnasium.make('impellab/Support-v0')",
        "import impellab, gymnasium; gymnasium.make_vec('impellab/Weaning-v0', cohort_size=1)",
        "import gymnasium; gymnasium.make_vec('impellab:impellab/Weaning-v0', cohort_size=1)",
        "import sys, impellab; assert 'impellab/Support-v0' in sys.modules['gymnasium'].registry",
        "import sys, envs; assert not {'torch', 'matplotlib'} & {*sys.modules}",
    ],
)
def test_in_a_fresh_interpreter(code):
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120)
