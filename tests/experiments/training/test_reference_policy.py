"""The reference policy in results/: it loads, fits the plant of today and is worth having."""

import json
from pathlib import Path

import pytest

from experiments.training.evaluation import compare
from plants import Pump, action_of

pytest.importorskip("stable_baselines3")

FOLDER = Path(__file__).parents[3] / "results" / "policies" / "support-ppo"


def test_is_small_and_says_how_it_was_made():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 300 * 1024
    config = json.loads((FOLDER / "config.json").read_text())
    command = config["training"]["command"]
    assert command.startswith("impellab train --algorithm ppo")
    told = " ".join((FOLDER / "README.md").read_text().replace("\\\n", " ").split())
    assert command in told


def test_means_the_same_speeds_as_when_it_was_trained():
    config = json.loads((FOLDER / "config.json").read_text())
    assert config["action"] == action_of(Pump.load(config["device"]), "speed").as_dict()


def test_is_better_than_holding_the_fallback_level():
    policy, held = compare(FOLDER, ["P-6"], episodes=4)
    assert policy["episode_reward"] > held["episode_reward"]
    assert policy["deaths"] == policy["unphysical"] == 0
