"""Checkpoints: all that learning goes on with, and nothing that could run."""

import io
import json
import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from experiments.training import TrainingSettings, job as module, train
from experiments.training.checkpoints import last_checkpoint
from plants import InputError

torch = pytest.importorskip("torch")
pytest.importorskip("stable_baselines3")

SMALL = {"learning_starts": 20, "batch_size": 8, "buffer_size": 100}


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """A training by SAC, which has every kind of file, ended from outside; what it had then."""
    home, kept = tmp_path_factory.mktemp("training") / "run", []
    save = module.save_learner

    def keep(learner, folder):
        save(learner, folder)
        buffer, moments = learner.replay_buffer, learner.get_vec_normalize_env()
        optimiser = learner.actor.optimizer.state_dict()["state"][0]["exp_avg"].clone()
        numbers = {
            "steps": learner.num_timesteps,
            "updates": learner._n_updates,
            "mean": moments.obs_rms.mean.copy(),
            "returns": float(moments.ret_rms.var),
            "entropy": float(learner.log_ent_coef.detach()),
            "rewards": buffer.rewards.copy(),
            "position": (buffer.pos, buffer.full),
            "momentum": optimiser.numpy(),
        }
        kept.append(numbers | {"weights": learner.actor.mu.weight.detach().numpy().copy()})

    def until_150(steps):
        if steps >= 150:
            raise KeyboardInterrupt

    settings = TrainingSettings(
        "sac",
        steps=200,
        seed=1,
        hyperparameters=SMALL,
        checkpoint_interval=64,
        evaluation_episodes=1,
        arguments={"patient": "shock-c"},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "save_learner", keep)
        with pytest.raises(KeyboardInterrupt):
            train(home, settings, progress=until_150)
    return home, kept[-1]


def test_a_learner_comes_back_as_it_was(interrupted, monkeypatch):
    home, kept = interrupted
    settings = TrainingSettings.load(home)
    learner = module._learner_at_start(module.algorithms()["sac"], settings, home / "checkpoints")
    assert learner.num_timesteps == kept["steps"] > 64
    assert learner._n_updates == kept["updates"] > 0
    moments = learner.get_vec_normalize_env()
    np.testing.assert_array_equal(moments.obs_rms.mean, kept["mean"])
    assert moments.ret_rms.var == kept["returns"]
    assert float(learner.log_ent_coef.detach()) == kept["entropy"] != 0.0
    buffer = learner.replay_buffer
    assert (buffer.pos, buffer.full) == kept["position"] == (kept["steps"] - 100, True)
    np.testing.assert_array_equal(buffer.rewards, kept["rewards"])
    np.testing.assert_array_equal(learner.actor.mu.weight.detach(), kept["weights"])
    momentum = learner.actor.optimizer.state_dict()["state"][0]["exp_avg"]
    np.testing.assert_array_equal(momentum, kept["momentum"])


class Malicious:
    """An object that leaves a file behind when it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def weights(path, malicious):
    text = io.BytesIO()
    torch.save({"policy": malicious}, text)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("policy.pth", text.getvalue())


def replay(path, malicious):
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["rewards"] = np.array([malicious], dtype=object)
    np.savez(path, **arrays)


def pickled(path, malicious):
    path.write_bytes(pickle.dumps(malicious))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("model.zip", weights),
        ("model.zip", pickled),
        ("replay.npz", replay),
        ("replay.npz", pickled),
        ("state.json", pickled),
    ],
)
def test_a_malicious_checkpoint_is_refused_and_runs_nothing(interrupted, tmp_path, name, write):
    home = shutil.copytree(interrupted[0], tmp_path / "run")
    last, trace = last_checkpoint(home / "checkpoints"), tmp_path / "it ran"
    write(last / name, Malicious(trace))
    with pytest.raises(InputError, match=r"resume.*a checkpoint of numbers"):
        train(home, resume=True)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Malicious(trace)))
    assert trace.exists()  # It would have.


def test_a_checkpoint_of_an_older_release_is_not_unpickled(interrupted, tmp_path):
    home = shutil.copytree(interrupted[0], tmp_path / "run")
    last, trace = last_checkpoint(home / "checkpoints"), tmp_path / "it ran"
    (last / "state.json").unlink()
    pickled(last / "statistics.pkl", Malicious(trace))
    pickled(last / "replay.pkl", Malicious(trace))
    with pytest.raises(InputError, match=r"state\.json"):
        train(home, resume=True)
    assert not trace.exists()


def test_numbers_that_do_not_fit_are_refused(interrupted, tmp_path):
    home = shutil.copytree(interrupted[0], tmp_path / "run")
    path = last_checkpoint(home / "checkpoints") / "state.json"
    state = json.loads(path.read_text())
    state["statistics"]["observations"]["mean"].append(1.0)
    path.write_text(json.dumps(state))
    with pytest.raises(InputError, match="numbers, not"):
        train(home, resume=True)
