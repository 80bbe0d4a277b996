"""A user's controller in a trial: what it may give, and how its mistakes are told."""

import signal
import subprocess
import sys
import time

import pytest

from controllers import NmpcController
from experiments.trials import Trial, run_trial, score
from experiments.trials.notes import notes
from plants import InputError

HEAD = """\
import math, os, time
from controllers import Command, SolveStatus
class Mine:
    name = 'mine'
    def reset(self, briefing):
        self.briefing = briefing
        {reset}
    def act(self, measurement):
        {act}
        return Command(self.briefing.start_speed)
"""


@pytest.fixture
def ran(tmp_path):
    """Runs a controller with these lines in its reset and its act."""
    path = tmp_path / "mine.py"

    def run(act="pass", reset="pass", **trial):
        path.write_text(HEAD.format(act=act, reset=reset))
        given = {"level": "P-6", "duration": 3.0} | trial
        return run_trial(Trial(controller=f"{path}:Mine", **given))

    return run


@pytest.mark.parametrize(
    "given", ["None", "'44000'", "44000.0", "self", "[44e3]", "Command(46001.0)", "Command(-1.0)"]
)
def test_what_is_no_command_is_told_what_would_be(ran, given):
    with pytest.raises(InputError, match=r"act returns a Command\(speed\).*0 to 46000; it ret"):
        ran(f"return {given}")


@pytest.mark.parametrize("given", ["'44000'", "None", "True", "[1]", "1j", "44e3, 'fine'"])
def test_a_command_of_no_number_is_told_with_the_line(ran, given):
    with pytest.raises(InputError, match=r"one whose act works; it raised .*mine\.py, line 9\)"):
        ran(f"return Command({given})")


@pytest.mark.parametrize(
    "fault",
    [
        "1 / 0",
        "measurement['nonsense']",
        "raise SystemExit(0)",
        "os._exit(0)",
        "raise BaseException",
    ],
)
def test_an_error_is_told_with_the_file_and_line(ran, fault):
    with pytest.raises(InputError, match=r"act works; it raised .*mine\.py, line 9\)"):
        ran(fault)
    with pytest.raises(InputError, match=r"reset works; it raised .*mine\.py, line 7\)"):
        ran(reset=fault.replace("measurement", "vars(briefing)"))


def test_a_refusal_of_ours_in_its_reset_is_told_with_its_line(ran):
    with pytest.raises(InputError, match=r"P-77.*mine\.py, line 7\)"):
        ran(reset="briefing.pump.speed('P-77')")


def test_anything_with_a_speed_is_a_command(ran):
    run = ran("self.speed = 40_000; return self")
    assert run.rollout["speed_command"].values.tolist() == [40_000.0] * 3


def test_it_is_supervised_like_the_others(ran):
    text = "assert not measurement['map'] > 250.0; return Command(46_000.0)"
    run = ran(text, period=0.1)
    # The motor comes no further in a period.
    assert run.rollout["speed_command"].values[:3].tolist() == [41_000.0, 43_000.0, 45_000.0]


def test_a_controller_slower_than_its_period_is_counted_and_told(ran):
    run = ran("time.sleep(0.02)", period=0.01, duration=2.0)
    metrics, _, _ = score(run)
    assert metrics["act_overruns"] == len(run.act_milliseconds) == 200
    (text,) = notes(run)
    assert "200 of 200 commands took the controller longer than its period of 0.01 s" in text
    fast = ran()
    assert (score(fast)[0]["act_overruns"], notes(fast)) == (0.0, ())


def test_a_second_interrupt_does_not_break_off_the_first(tmp_path):
    """Both come while the first unwinds; the code is that of an interrupted program."""
    path = tmp_path / "mine.py"
    path.write_text(HEAD.format(act="print('acting', flush=True); time.sleep(0.2)", reset="pass"))
    controlled = ("--controller", f"{path}:Mine", "--duration", "600")
    command = ("simulate", "--patient", "shock-d", "--device", "CP", *controlled)
    with subprocess.Popen(
        [sys.executable, "-m", "impellab", *command, "--runs", str(tmp_path / "runs")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stdout is not None
        assert "acting" in process.stdout.readline()
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(0.03)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_what_can_be_prepared_is_outside_of_the_time_that_counts(monkeypatch):
    prepare = NmpcController.prepare

    def slow(controller):
        time.sleep(0.3)
        prepare(controller)

    monkeypatch.setattr(NmpcController, "prepare", slow)
    ran = run_trial(Trial(controller="nmpc", level="P-6", duration=4.0))
    first, *others = ran.statuses
    assert first.preparation_milliseconds == 0.0  # nobody had asked for it
    assert all(status.preparation_milliseconds > 0.0 for status in others)
    assert ran.act_milliseconds[0] > 300.0
    assert max(ran.act_milliseconds[1:]) < 300.0


def test_a_users_own_method_of_that_name_is_not_called(ran):
    """It may mean anything."""
    assert ran(reset="self.prepare = lambda: 1 / 0").statuses == ()
