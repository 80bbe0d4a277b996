"""The command line, run in this process."""

from __future__ import annotations

import json

import pytest

from experiments.cli import run_command


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
level_sweep = true
"""


@pytest.fixture
def suite(tmp_path):
    """A small suite in a file."""
    path = tmp_path / "tiny.toml"
    path.write_text(SUITE, encoding="utf-8")
    return path
