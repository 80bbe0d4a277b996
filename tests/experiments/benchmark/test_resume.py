"""A benchmark that was interrupted goes on: nothing is lost and nothing done twice."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib

import pytest

from experiments.runs import WorkFolder, resumable_study
from plants import InputError


def runs(tmp_path):
    return sorted((tmp_path / "runs").iterdir())


def test_going_on_does_nothing_twice(impellab, suite, tmp_path, monkeypatch):
    done = []

    def stops_after_three(work, trials, **options):
        for key, trial in trials:
            if len(done) == 3:
                raise KeyboardInterrupt
            done.append(key)
            yield work((key, trial))

    monkeypatch.setattr(resumable_study, "run_each", stops_after_three)
    result = impellab("benchmark", "--suite", suite, "--json")
    assert result.code == 130
    assert result.out == ""
    assert "--resume" in result.errors[0]
    (work,) = runs(tmp_path)
    assert work.name.endswith(".work")
    # A file that was cut off counts as not done.
    cut = work / "trials" / f"{done.pop()}.json"
    cut.write_text(cut.read_text()[:100])

    def counts(work, trials, **options):
        for key, trial in trials:
            done.append(key)
            yield work((key, trial))

    monkeypatch.setattr(resumable_study, "run_each", counts)
    document = impellab("benchmark", "--resume", work, "--json").document
    assert len(done) == len(set(done)) == 8
    assert len(document["rows"]) == 8
    (folder,) = runs(tmp_path)
    assert folder.name == work.name.removesuffix(".work")
    assert (folder / "report.html").is_file()
    assert not (folder / "trials").exists()
    result = impellab("benchmark", "--resume", folder)
    assert result.code == 2
    assert "complete" in result.error


def test_a_failure_while_writing_results_can_be_resumed(impellab, suite, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(resumable_study, "write_findings", _full)
        result = impellab("benchmark", "--suite", suite, "--workers", "1")
    assert result.code == 2
    assert "No space left on device" in result.errors[-1]
    (work,) = runs(tmp_path)
    monkeypatch.setattr(
        resumable_study, "run_each", lambda work, trials, **options: iter(map(_unwanted, trials))
    )
    assert impellab("benchmark", "--resume", work).code == 0


def test_a_trial_that_cannot_be_kept_leaves_no_half_file(impellab, suite, tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.replace", _full)
    result = impellab("benchmark", "--suite", suite, "--workers", "1")
    assert result.code == 2
    assert "No space left on device" in result.errors[-1]
    # Nothing was done, so that there is nothing to go on with.
    assert not list((tmp_path / "runs").glob("*"))


def test_a_file_that_a_plan_names_runs_only_where_it_is_named_again(impellab, suite, tmp_path):
    ran = tmp_path / "ran"
    (tmp_path / "theirs.py").write_text(
        f"open({str(ran)!r}, 'w').close()\n"
        "from controllers import FixedLevel\n"
        "class Theirs(FixedLevel): pass\n"
    )
    theirs = "theirs.py:Theirs"
    text = suite.read_text().replace("references = true", "").replace('"shock-c", ', "")
    content = tomllib.loads(text) | {"controllers": [theirs], "duration": 1.0}
    settings = {"suite": "theirs.toml", "content": content, "entrants": [theirs]}
    work = WorkFolder.create("benchmark", tmp_path / "runs", settings, seeds={}, study="benchmark")
    assert "0 of 1 trials" in impellab("study", "status", work.path).out
    for words in (("study", "resume", work.path), ("benchmark", "--resume", work.path)):
        result = impellab(*words)
        assert result.code == 2
        assert f"--resume runs/{work.path.name} --controller {theirs}" in result.error
    other = ("benchmark", "--resume", work.path, "--controller", theirs, "--controller", "pi")
    assert "--controller pi" in impellab(*other).error
    assert not ran.exists()
    result = impellab(
        "benchmark", "--resume", work.path, "--controller", theirs, "--workers", "1", "--json"
    )
    assert result.code == 0
    assert [row["controller"] for row in result.document["rows"]] == [theirs]
    assert ran.exists()


def _full(*arguments, **options):
    raise OSError(28, "No space left on device")


def _unwanted(trial):
    raise AssertionError("done twice")


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_an_interrupted_program_goes_on(impellab, suite, tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import multiprocessing, time\n"
        "from controllers import FixedLevel\n"
        "class Slow(FixedLevel):\n"
        "    def act(self, measurement):\n"
        "        if multiprocessing.parent_process():  # Not when it goes on in this process.\n"
        "            time.sleep(0.2)\n"
        "        return super().act(measurement)\n"
        "class Slower(Slow): pass\n"
    )
    program = [sys.executable, "-m", "experiments", "benchmark", "--json"]
    text = suite.read_text(encoding="utf-8").replace("references = true", "")
    suite.write_text(text, encoding="utf-8")
    controllers = ["--controller", f"{slow}:Slow", "--controller", f"{slow}:Slower"]
    started = [*program, "--suite", suite, "--workers", "2", *controllers]

    # A shell that runs the tests in the background makes its children deaf to SIGINT.
    running = subprocess.Popen(
        started,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )

    def trials():
        return list((tmp_path / "runs").glob("*.work/trials/*.json"))

    limit = time.monotonic() + 60
    while len(trials()) < 2 and running.poll() is None:
        assert time.monotonic() < limit
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert "--resume" in err
    assert "Traceback" not in err
    kept = len(trials())
    (work,) = runs(tmp_path)
    assert 2 <= kept < 8
    finished = impellab("benchmark", "--resume", work, *controllers, "--workers", "1", "--json")
    assert finished.code == 0, finished.errors
    assert len(finished.document["rows"]) == 8
    config = json.loads((runs(tmp_path)[0] / "config.json").read_text())
    assert config["resumed"] == {"done_before": kept, "trials": 8}


def test_two_processes_do_not_share_a_folder(tmp_path):
    pytest.importorskip("fcntl")
    work = WorkFolder.create("benchmark", tmp_path, {"suite": {}}, seeds={})
    other = WorkFolder(work.path)
    with work.locked(), pytest.raises(InputError, match="no other process"), other.locked():
        pass
    with other.locked():
        pass
