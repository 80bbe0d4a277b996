"""The reference policy in results/: it loads, fits the plant of today and is worth having."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from controllers.policy import policy_network, read_policy
from experiments.training import export_policy
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
    told = json.loads((FOLDER / "config.json").read_text())["metrics"]
    assert told["episodes"] == 60
    assert told["episode_reward"] > told["held_episode_reward"]
    assert told["deaths"] == told["unphysical"] == 0


@pytest.mark.slow
def test_does_today_what_its_page_tells():
    told = json.loads((FOLDER / "config.json").read_text())["metrics"]
    policy, held = compare(FOLDER, ["P-6"], episodes=60)
    assert policy["episode_reward"] == pytest.approx(told["episode_reward"], rel=1e-3)
    assert held["episode_reward"] == pytest.approx(told["held_episode_reward"], rel=1e-3)


@pytest.mark.parametrize("folder", sorted(FOLDER.parent.iterdir()), ids=lambda path: path.name)
def test_the_page_says_where_the_model_is_weights_alone(folder):
    whole = "data" in zipfile.ZipFile(folder / "model.zip").namelist()
    page = (folder / "README.md").read_text()
    assert ("`PPO.load` does" in page and "the weights alone" in page) is not whole


def weights_alone(path):
    """The model as version 0.1.0 wrote it, without what `PPO.load` asks for."""
    with zipfile.ZipFile(FOLDER / "model.zip") as whole, zipfile.ZipFile(path, "w") as part:
        part.writestr("policy.pth", whole.read("policy.pth"))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_exported_of_it_can_be_loaded_and_acts_equally_to_the_last_bit(tmp_path, whole):
    from stable_baselines3 import PPO

    known = read_policy(FOLDER)
    model_file = FOLDER / "model.zip" if whole else weights_alone(tmp_path / "old.zip")
    if not whole:
        with pytest.raises(AssertionError, match="No data found"):
            PPO.load(model_file, device="cpu")
    made = export_policy(
        model_file,
        tmp_path / "made",
        environment=known.environment,
        arguments=dict(known.arguments),
        normalisation=known.normalisation,
        evaluation_episodes=1,
    )
    model = PPO.load(made / "model.zip", device="cpu")
    inputs = np.random.default_rng(0).normal(size=(200, len(known.signals))).astype(np.float32)
    actions = model.predict(inputs, deterministic=True)[0]
    assert len(np.unique(actions)) > 10
    for folder in (FOLDER, made):
        network = policy_network(folder, read_policy(folder), 1, discrete=False)
        np.testing.assert_array_equal(network.predict(inputs, deterministic=True)[0], actions)
    assert read_policy(made).normalisation == known.normalisation
