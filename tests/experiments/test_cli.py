"""The command line itself: exit codes, one line for an error, a quick start."""

import json
import subprocess
import sys
import textwrap

import pytest

from controllers import controller_names
from experiments import cli
from experiments.cli import command_names
from experiments.runs import RunError
from plants import Patient, PhysicsError, Pump, Scenario

PROGRAM = (sys.executable, "-m", "experiments")
HEAVY = ("torch", "stable_baselines3", "xarray", "pandas", "matplotlib", "scipy", "jinja2")


def test_help_names_every_command_and_imports_nothing_heavy():
    code = textwrap.dedent(
        f"""
        import sys
        from experiments.cli import run_command
        code = run_command(["--help"])
        loaded = sorted(set({HEAVY!r}) & set(sys.modules))
        sys.exit(code if not loaded else f"imported {{loaded}}")
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    for name in command_names():
        assert name in done.stdout


def test_without_arguments_there_is_help(impellab):
    result = impellab()
    assert result.code == 0
    assert "Usage" in result.out


def test_version(impellab):
    assert impellab("--version").out.startswith("impellab ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], ["nonsense", "simulate", "benchmark", "list"]),
        (["list"], ["patients", "devices", "scenarios", "controllers", "environments"]),
        (["list"], ["rhythms", "valve-diseases"]),
        (["list", "nonsense"], ["patients", "environments"]),
        (["list", "patients", "--nonsense"], ["--nonsense"]),
        (["simulate"], ["--patient"]),
        (["simulate", "--patient", "shock-d", "--duration", "long"], ["--duration"]),
        (["simulate", "--patient", "nobody"], ["nobody", *Patient.names()]),
        (["simulate", "--patient", "shock-d", "--device", "XP"], ["none", *Pump.names()]),
        (["simulate", "--patient", "shock-d", "--device", "CP"], ["P-1", "P-9", "--controller"]),
        (
            ["simulate", "--patient", "shock-d", "--device", "CP", "--level", "P-12"],
            ["P-12", "P-0", "P-9"],
        ),
        (
            ["simulate", "--patient", "shock-d", "--scenario", "apocalypse"],
            ["apocalypse", *Scenario.names()],
        ),
        (["simulate", "--patient", "shock-d", "--tier", "x"], ["console", "icu", "full"]),
        (
            ["simulate", "--patient", "shock-d", "--device", "CP", "--controller", "hal"],
            ["hal", *controller_names()],
        ),
        (["simulate", "--patient", "shock-d", "--controller", "pi"], ["device"]),
        (["simulate", "--patient", "shock-d", "--level", "P-3"], ["device"]),
        (["simulate", "--patient", "shock-d", "--duration", "nan"], ["duration", "3600"]),
        (["simulate", "--patient", "shock-d", "--period", "0.003"], ["period", "0.01"]),
        (["simulate", "--patient", "shock-d", "--seed", "-1"], ["seed", "-1"]),
        (["simulate", "--patient", "shock-d", "--therapy", "prayer"], ["prayer", "default"]),
        (["simulate", "--patient", "missing.toml"], ["missing.toml"]),
        (["benchmark", "--suite", "nonsense"], ["nonsense", "quick"]),
        (["benchmark", "--resume", "nowhere"], ["nowhere"]),
        (["benchmark", "--resume", "nowhere", "--suite", "quick"], ["quick"]),
        (["benchmark", "--workers", "many"], ["--workers"]),
        (["identify"], ["--all", *Patient.names()]),
        (["identify", "--all", "--patient", "shock-d"], ["--all"]),
    ],
)
def test_bad_input_is_one_line_that_names_the_choices(impellab, tmp_path, arguments, words):
    result = impellab(*arguments)
    assert result.code == 2
    for word in words:
        assert word in result.error
    assert "Traceback" not in result.error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (PhysicsError("no periodic beat"), 1, "no periodic beat"),
        (RunError("a worker died"), 1, "a worker died"),
        (OSError(28, "No space left on device"), 2, "No space left on device"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ZeroDivisionError("division by zero"), 1, "ZeroDivisionError"),
        (RuntimeError("two\nlines"), 1, "two lines"),
    ],
)
def test_every_error_has_a_code_and_a_line(impellab, monkeypatch, error, code, text):
    def fail(kind):
        raise error

    monkeypatch.setattr("experiments.trials.listing", fail)
    for options in ([], ["--json"]):
        result = impellab("list", "patients", *options)
        assert result.code == code
        assert text in result.error


def test_a_defect_shows_where_it_happened_when_asked(impellab, monkeypatch):
    def fail(kind):
        raise ZeroDivisionError

    monkeypatch.setattr("experiments.trials.listing", fail)
    monkeypatch.setenv(cli.DEBUG, "1")
    with pytest.raises(ZeroDivisionError):
        impellab("list", "patients")


def test_the_program_as_users_start_it(tmp_path):
    arguments = ["simulate", "--patient", "shock-d", "--duration", "2", "--json"]
    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["units"]["map"] == "mmHg"
    done = subprocess.run(
        [*PROGRAM, "simulate", "--patient", "nobody"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's")
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_disk_behind_standard_output(options):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*PROGRAM, "list", "patients", *options],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "impellab: No space left on device\n"


def test_each_mistake_of_a_file_has_a_line_of_its_own(impellab, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("[settings]\nhours = 'six'\ndayz = 4.0\n", encoding="utf-8")
    result = impellab("multirate", "--settings", file)
    assert result.code == 2
    first, second = result.errors
    assert first.startswith(f"impellab: {file}: hours = 'six'")
    assert second.startswith(f"impellab: {file}: key dayz")
    assert "did you mean days?" in second


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (("simulate", "--patient", "shock-d", "--device", "CP", "--controller", "nmcp"), "nmpc"),
        (("benchmark", "--suite", "quik"), "quick"),
        (("simulate", "--patient", "shok-d"), "shock-d"),
    ],
)
def test_a_misspelt_name_suggests_the_nearest(impellab, arguments, nearest):
    result = impellab(*arguments)
    assert result.code == 2
    assert f"did you mean {nearest}?" in result.error


def test_all_mistakes_of_a_command_line_are_told_as_they_were_typed(impellab):
    result = impellab(
        *("simulate", "--patient", "shok-d", "--device", "CP", "--level", "P-12"),
        *("--tier", "ful", "--valve-disease", "aortic-stenosi:mild", "--period", "0.003"),
    )
    assert result.code == 2
    assert [line.partition(" = ")[0] for line in result.errors] == [
        "impellab: --patient",
        "impellab: --level",
        "impellab: --tier",
        "impellab: --valve-disease",
        "impellab: --period",
    ]
    assert "did you mean aortic-stenosis:mild?" in result.errors[3]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("suction", "--first-seed", "3"), "--first-seed = 3"),
        (("cohort", "--seed", "9999", "--patients", "30"), "--seed = 9999"),
        (("sensitivity", "--method", "sobl"), "--method = 'sobl'"),
        (("wean", "--patient", "shock-d", "--indication", "pci"), "did you mean high-risk-pci?"),
        (("simulate", "--patient", "shock-d", "--duration", "11/4"), "--duration = '11/4'"),
        (("simulate", "--patient", "shock-d", "--seed", "1.5"), "a whole number"),
        (("simulate", "--patient", "shock-d", "--device", "CP"), "--level is missing"),
        (("simulate", "--patient", "shock-d", "--controller", "pi"), "only with a device"),
        (
            (
                *("simulate", "--patient", "shock-d", "--device", "CP"),
                *("--level", "P-8", "--access", "femorl"),
            ),
            "--access = 'femorl' is not allowed; allowed: one of femoral percutaneous (did",
        ),
    ],
)
def test_a_refusal_names_the_option_and_the_value(impellab, arguments, told):
    result = impellab(*arguments)
    assert result.code == 2
    assert told in result.error
