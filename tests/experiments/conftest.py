"""The command line, run in this process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from pydantic import TypeAdapter

from experiments.cli import run_command
from experiments.runs import kept_results


class Result:
    """What a command left: exit code, standard output, and lines on standard error."""

    def __init__(self, code, out, err):
        self.code, self.out, self.errors = code, out, err.splitlines()

    @property
    def document(self):
        """The one JSON document on standard output."""
        assert self.code in (0, 1), self.errors
        return json.loads(self.out, parse_constant=_refuse)

    @property
    def error(self):
        """The one line that tells what was wrong."""
        assert self.out == ""
        assert len(self.errors) == 1, self.errors
        return self.errors[0]


def _refuse(text):
    raise AssertionError(f"{text} is not JSON")


@pytest.fixture
def impellab(capsys, tmp_path, monkeypatch):
    """Runs a command line; runs/ is made in the test's own folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        code = run_command([str(argument) for argument in arguments])
        return Result(code, *capsys.readouterr())

    return run


@pytest.fixture
def user_controller(tmp_path):
    """A controller in a file of the user's own, which also prints; gives its specification."""
    path = tmp_path / "mine.py"
    path.write_text(
        "from controllers import Command\n"
        "class Mine:\n"
        "    name = 'mine'\n"
        "    def reset(self, briefing):\n"
        "        print('reset')\n"
        "        self.speed = briefing.start_speed\n"
        "    def act(self, measurement):\n"
        "        print('act')\n"
        "        self.speed -= 100\n"
        "        return Command(self.speed)\n"
        "class Broken(Mine):\n"
        "    def act(self, measurement):\n"
        "        return 1 / 0\n"
        "class Exits(Mine):\n"
        "    def act(self, measurement):\n"
        "        raise SystemExit(0)\n"
        "class NotANumber(Mine):\n"
        "    def act(self, measurement):\n"
        "        return Command(float('nan'))\n",
        encoding="utf-8",
    )
    return f"{path}:Mine"


#: A benchmark of seconds.
SUITE = """
name = "tiny"
device = "CP"
tier = "icu"
duration = 5.0
period = 1.0
level = "P-6"
spread = 0.1
seeds = [1]
patients = ["shock-c", "shock-d"]
scenarios = ["none"]
controllers = ["fixed:P-6", "fixed:P-8"]
references = true
"""


@pytest.fixture
def suite(tmp_path):
    """A small suite in a file."""
    path = tmp_path / "tiny.toml"
    path.write_text(SUITE, encoding="utf-8")
    return path


def killed_and_resumed(program, folder, *, least=1):
    """Start a program in a folder, kill it once it kept some trials, and let it go on.

    Parameters
    ----------
    program : Path
        Its runs go to ``folder / "runs"``; an argument is the folder of the run to go on with.
    least : int
        How many trials it has kept when it is killed.

    Returns
    -------
    before : set of str
        Keys of the trials that it had kept.
    run : Path
        The complete run.
    """
    command, runs = [sys.executable, os.fspath(program)], folder / "runs"

    def kept():
        return {path.stem for path in runs.glob("*.work/trials/*.json")}

    running = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    limit = time.monotonic() + 300
    while len(kept()) < least and running.poll() is None:
        assert time.monotonic() < limit
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    assert running.returncode == -signal.SIGKILL
    before = kept()
    time.sleep(0.5)  # Until the workers have seen that their parent is gone.
    (work,) = runs.iterdir()
    (folder / "worked").unlink(missing_ok=True)  # What the program says it worked on.
    finished = subprocess.run(
        [*command, os.fspath(work)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    (run,) = runs.iterdir()
    return before, run


def kept_and_read(result):
    """A result as a study keeps it on the disk and reads it back."""
    adapter = TypeAdapter(type(result))
    text = json.dumps(adapter.dump_python(result), default=kept_results._plain)
    return adapter.validate_python(json.loads(text))
