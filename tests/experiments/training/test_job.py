"""Training: what it leaves behind, resuming after a kill, and refusals."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from controllers import Briefing, PolicyController
from controllers.policy import policy_network, read_policy
from experiments.training import TrainingSettings, train
from experiments.training.checkpoints import checkpoint_path, last_checkpoint, tidy, whole_folder
from experiments.training.evaluation import compare
from plants import InputError, Patient, Plant, Pump, Sensors, Therapy, steady_state

PPO = pytest.importorskip("stable_baselines3").PPO

SMALL = {"environments": 2, "n_steps": 32, "batch_size": 32}
#: Short episodes: those of the evaluation would take most of the time.
ARGUMENTS = {"patient": "shock-c", "device": "CP", "max_episode_steps": 50}


def settings(**changes):
    given = {
        "algorithm": "ppo",
        "steps": 256,
        "seed": 1,
        "hyperparameters": SMALL,
        "checkpoint_interval": 64,
        "evaluation_episodes": 1,
        "arguments": ARGUMENTS,
    }
    return TrainingSettings(**(given | changes))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training") / "run"
    seen = []
    return train(folder, settings(command="impellab train"), progress=seen.append), seen


def test_leaves_a_policy_checkpoints_and_logs(finished):
    result, seen = finished
    assert result.steps == 256
    assert seen == sorted(seen)
    assert seen[-1] == 256
    assert {path.name for path in result.folder.iterdir()} == {
        "training.json",
        "checkpoints",
        "tensorboard",
        "policy",
    }
    assert {path.name for path in result.policy.iterdir()} == {"config.json", "model.zip"}
    assert list((result.folder / "tensorboard").rglob("events.out.*"))
    names = sorted(path.name for path in (result.folder / "checkpoints").iterdir())
    assert names == ["step-000000000192", "step-000000000256"]


def test_policy_says_how_it_was_made(finished):
    result, _ = finished
    config = json.loads((result.policy / "config.json").read_text())
    assert config["environment"] == "impellab/Support-v1"
    assert config["arguments"] == ARGUMENTS
    assert (config["tier"], config["device"], config["period"]) == ("icu", "CP", 1.0)
    assert config["training"]["command"] == "impellab train"
    assert config["training"]["seed"] == 1
    assert config["versions"]["stable-baselines3"]
    assert config["metrics"] == result.metrics
    assert np.isfinite(list(result.metrics.values())).all()


def test_stable_baselines3_loads_the_model_of_a_policy(finished):
    path = finished[0].policy / "model.zip"
    with zipfile.ZipFile(path) as archive:
        assert "system_info.txt" not in archive.namelist()
        data = archive.read("data").decode()
    assert str(finished[0].folder) not in data
    assert not {"tensorboard_log", "_last_obs"} & json.loads(data).keys()
    description = read_policy(path.parent)
    network = policy_network(path.parent, description, 1, discrete=False)
    seen = np.random.default_rng(0).normal(size=(5, len(description.signals))).astype(np.float32)
    loaded = PPO.load(path, device="cpu")
    np.testing.assert_array_equal(
        loaded.predict(seen, deterministic=True)[0], network.predict(seen, deterministic=True)[0]
    )


def test_the_controller_scores_what_the_learner_scored(finished):
    result, _ = finished
    rows = compare(result.policy, ["P-6"], episodes=1)
    assert [row["controller"] for row in rows] == ["policy:policy", "P-6"]
    assert rows[0]["episode_reward"] == pytest.approx(result.metrics["episode_reward"], rel=1e-4)
    held = result.metrics["held_episode_reward"]
    assert rows[1]["episode_reward"] == pytest.approx(held, rel=1e-9)


def test_policy_runs_as_a_controller(finished):
    result, _ = finished
    controller = PolicyController(result.policy)
    pump = Pump.load("CP")
    controller.reset(
        Briefing(
            patient=Patient.load("shock-c"),
            pump=pump,
            therapy=Therapy.default(),
            period=1.0,
            tier="icu",
            start_speed=39_000.0,
        )
    )
    metrics = steady_state(Plant("shock-c", pump), 39_000.0).metrics
    command = controller.act(Sensors("icu", seed=0).measure(0.0, metrics))
    assert 23_000.0 <= command.speed <= pump.max_rpm
    assert command.status is None


def test_the_same_seed_learns_the_same(finished, tmp_path):
    again = train(tmp_path / "run", settings())
    assert again.metrics == finished[0].metrics


def test_a_finished_training_is_not_done_again(finished):
    result, _ = finished
    stamp = (result.policy / "model.zip").stat().st_mtime_ns
    assert train(result.folder, resume=True) == result
    assert (result.policy / "model.zip").stat().st_mtime_ns == stamp


def test_a_folder_with_a_training_is_not_overwritten(finished):
    with pytest.raises(InputError, match="resume"):
        train(finished[0].folder, settings())


class Kill(Exception):
    """Stands for whatever ends a process."""


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "algorithm": "sac",
            "hyperparameters": {"learning_starts": 20, "batch_size": 8, "buffer_size": 500},
        },
        {
            "algorithm": "dqn",
            "arguments": ARGUMENTS | {"action": "level"},
            "hyperparameters": {"learning_starts": 20, "batch_size": 8, "buffer_size": 500},
        },
    ],
    ids=["ppo", "sac", "dqn"],
)
def test_an_interrupted_training_goes_on_to_the_same_total(tmp_path, changes):
    def until_150(steps):
        if steps >= 150:
            raise Kill

    with pytest.raises(Kill):
        train(tmp_path / "run", settings(command="as asked", **changes), progress=until_150)
    assert not (tmp_path / "run" / "policy").exists()
    at = int(last_checkpoint(tmp_path / "run" / "checkpoints").name.removeprefix("step-"))
    assert 64 <= at <= 150
    seen = []
    result = train(tmp_path / "run", resume=True, progress=seen.append)
    assert result.steps == 256
    assert at < seen[0] <= at + 2
    config = json.loads((result.policy / "config.json").read_text())
    assert config["training"]["command"] == "as asked"
    assert seen[-1] == 256


def test_a_killed_process_leaves_what_can_be_resumed(tmp_path):
    """The real thing: SIGKILL at no particular moment."""
    run = tmp_path / "run"
    code = (
        "import json, sys; from experiments.training.job import train;"
        "from experiments.training.settings import TrainingSettings;"
        "train(sys.argv[1], TrainingSettings(**json.loads(sys.argv[2])))"
    )
    wanted = {
        "steps": 256,
        "hyperparameters": SMALL,
        "checkpoint_interval": 64,
        "seed": 1,
        "evaluation_episodes": 1,
        "arguments": ARGUMENTS,
    }
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(run), json.dumps(wanted)], env=environment
    )
    deadline = time.monotonic() + 120
    while last_checkpoint(run / "checkpoints") is None:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    assert not (run / "policy").exists()
    result = train(run, resume=True)
    assert result.steps == 256
    assert not list((run / "checkpoints").glob(".partial-*"))


def test_a_folder_gets_its_name_only_once_it_is_whole(tmp_path):
    def half():
        with whole_folder(tmp_path / "a") as folder:
            (folder / "half").write_text("1")
            raise Kill

    with pytest.raises(Kill):
        half()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_replaced_whole(tmp_path):
    for text in ("old", "new"):
        with whole_folder(tmp_path / "a") as folder:
            (folder / text).write_text(text)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_tidy_keeps_the_last_two(tmp_path):
    for step in (5, 100, 20):
        checkpoint_path(tmp_path, step).mkdir()
    (tmp_path / ".partial-x").mkdir()
    tidy(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "step-000000000020",
        "step-000000000100",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"algorithm": "ddpg"}, "ppo, sac, dqn"),
        ({"steps": 0}, "steps"),
        ({"steps": 1.5}, "steps"),
        ({"seed": -1}, "seed"),
        ({"evaluation_episodes": True}, "evaluation_episodes"),
        ({"arguments": {"patient": object()}}, "JSON"),
        ({"arguments": 3}, "arguments"),
        ({"environment": "impellab/Nothing-v0"}, "environment"),
        ({"arguments": {"patient": "nobody"}}, "shock-d"),
        ({"arguments": {"colour": "red"}}, "colour"),
        ({"algorithm": "sac", "arguments": {"action": "level"}}, "sac with action speed"),
        ({"algorithm": "dqn"}, "dqn with action level"),
        ({"hyperparameters": {"colour": "red"}}, "colour"),
        ({"hyperparameters": {"learnin_rate": 0.1}}, "did you mean learning_rate"),
        ({"hyperparameters": {"learning_rate": "fast"}}, "a number"),
        ({"hyperparameters": {"n_steps": 2.5}}, "a whole number"),
        ({"hyperparameters": {"policy_kwargs": {"net_arc": [8]}}}, "did you mean net_arch"),
        ({"hyperparameters": {"policy_kwargs": 3}}, "a JSON object"),
        ({"hyperparameters": {"batch_size": -3}}, "greater than 1"),
        ({"hyperparameters": {"environments": 0}}, "environments"),
    ],
)
def test_refusals(tmp_path, changes, message):
    with pytest.raises(InputError, match=message) as refused:
        train(tmp_path / "run", settings(**({"hyperparameters": {}} | changes)))
    for internal in ("stable", "torch", "__init__", "ActorCritic", "http", "<class"):
        assert internal not in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_resuming_nothing(tmp_path):
    with pytest.raises(InputError, match=r"training\.json"):
        train(tmp_path, resume=True)


def test_command_prints_one_json_document(tmp_path, capfd):
    from experiments.cli import run_command

    code = run_command(
        [
            "train",
            "--algorithm",
            "ppo",
            "--environment",
            "impellab/Support-v1",
            "--steps",
            "64",
            "--seed",
            "3",
            "--patient",
            "shock-c",
            "--patient",
            "shock-d",
            "--device",
            "CP",
            "--tier",
            "icu",
            "--action",
            "speed",
            "--evaluation-episodes",
            "1",
            "--hyperparameters",
            json.dumps(SMALL),
            "--runs",
            str(tmp_path),
            "--json",
        ]
    )
    out = capfd.readouterr().out
    assert code == 0
    document = json.loads(out)
    assert document.keys() == {"run", "policy", "steps", "metrics"}
    assert document["steps"] == 64
    assert (Path(document["policy"]) / "model.zip").is_file()
    assert json.loads((Path(document["run"]) / "config.json").read_text())["versions"]
    assert run_command(["train", "--resume", document["run"], "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == document


@pytest.mark.parametrize(
    "options",
    [
        ["--algorithm", "ddpg"],
        ["--patient", "nobody"],
        ["--hyperparameters", "["],
        ["--hyperparameters", "3"],
        ["--resume", "/nowhere"],
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path, capfd, options):
    from experiments.cli import run_command

    assert run_command(["train", *options, "--runs", str(tmp_path / "runs")]) == 2
    seen = capfd.readouterr()
    assert seen.out == ""
    assert len(seen.err.splitlines()) == 1
    assert not (tmp_path / "runs").exists()
