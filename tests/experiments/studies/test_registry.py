"""impellab study: studies by name, from a file, gone on with, and told of."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

import experiments
from experiments.cli import command_names
from experiments.runs import Settings, run_study
from experiments.studies import STUDIES, STUDY_COMMANDS, find_study, registry
from plants import InputError

from ..runs.conftest import SQUARES, SquareSettings, square


@pytest.fixture
def known(monkeypatch):
    """The study of squares under its name, beside the project's own."""
    module = types.ModuleType("study_of_squares")
    module.STUDY = SQUARES
    monkeypatch.setitem(sys.modules, "study_of_squares", module)
    both = {**STUDIES, "squares": registry.RegisteredStudy("squares", "", "study_of_squares")}
    monkeypatch.setattr(registry, "STUDIES", both)


@pytest.fixture
def work(known, tmp_path):
    """Folder of a study of squares that was interrupted at the third of four."""

    def stops(case):
        if case[0] == 2:
            raise KeyboardInterrupt
        return square(case)

    study = dataclasses.replace(SQUARES, work=stops)
    with pytest.raises(KeyboardInterrupt):
        run_study(study, SquareSettings(factor=2.0), runs=tmp_path / "runs", workers=1)
    (folder,) = (tmp_path / "runs").iterdir()
    return folder


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_every_study_of_the_project_is_registered():
    root = Path(experiments.__file__).parents[1]
    declared = {
        ".".join(path.relative_to(root).with_suffix("").parts)
        for path in (root / "experiments").rglob("*.py")
        if re.search(r"^STUDY\b.* = Study\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    registered = {study.place for study in STUDIES.values()}
    assert declared == registered


@pytest.mark.parametrize("name", STUDIES)
def test_a_registered_study_has_settings_and_a_command(name):
    registered, study = STUDIES[name], find_study(name)
    assert study.name == name
    assert issubclass(study.settings, Settings)
    assert study.settings is not Settings
    assert study.subcommand == (registered.command or name)
    assert study.subcommand in command_names()
    assert bool(registered.explanation) == (study.subcommand in STUDY_COMMANDS)


def test_only_the_study_that_is_asked_for_is_imported():
    code = (
        "import sys\n"
        "from experiments.cli import run_command\n"
        "run_command(['effects', '--help'])\n"
        "print([name for name in sys.modules if name.startswith(('experiments.studies.',\n"
        "    'experiments.validation', 'experiments.weaning', 'experiments.benchmark'))])\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = ast.literal_eval(answer.stdout.splitlines()[-1])
    strays = [name for name in loaded if not name.startswith("experiments.studies.effects")]
    assert strays == ["experiments.studies.registry"]


def test_an_unknown_study_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="did you mean convergence"):
        find_study("convergense")
    with pytest.raises(InputError, match="weaning"):
        find_study(3)


def test_a_study_is_run_from_a_file(known, impellab, tmp_path):
    file = write(tmp_path / "mine.toml", 'study = "squares"\n[settings]\ncount = 3\n')
    result = impellab("study", "run", file, "--workers", 1, "--json")
    assert result.code == 0, result.errors
    assert [row["number"] for row in result.document["rows"]] == [0, 1, 2]
    missed = write(tmp_path / "missed.toml", 'study = "squares"\n[settings]\nlimit = 1.0\n')
    assert impellab("study", "run", missed, "--workers", 1).code == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("count = 3\n", ["study is missing", "cohort"]),
        ('study = "square"\n', ["did you mean squares"]),
        ('study = "squares"\ncount = 0\nfactr = 1\n', ["1 or more", "did you mean factor"]),
        ('study = "squares\n', ["valid TOML"]),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(known, impellab, tmp_path, text, words):
    result = impellab("study", "run", write(tmp_path / "mine.toml", text))
    assert result.code == 2
    told = "\n".join(result.errors)
    for word in words:
        assert word in told
    assert not (tmp_path / "runs").exists()


def test_how_far_a_study_is_and_going_on(impellab, work):
    document = impellab("study", "status", work, "--json").document
    assert document == {
        "study": "squares",
        "unit": "numbers",
        "done": 2,
        "total": 4,
        "complete": False,
        "run": str(work),
    }
    said = impellab("study", "status", work).out
    assert "squares: 2 of 4 numbers are done; to go on: impellab study resume" in said
    document = impellab("study", "resume", work, "--workers", 1, "--json").document
    assert [row["value"] for row in document["rows"]] == [None, 2.0, 8.0, 18.0]
    folder = document["run"]
    assert "4 of 4 numbers are done; complete" in impellab("study", "status", folder).out


def test_a_report_of_what_is_done(impellab, work):
    document = impellab("study", "report", work, "--json").document
    assert document["total"] == 2.0
    assert document["run"] == str(work)
    assert (work / "report.html").is_file()
    assert impellab("study", "status", work, "--json").document["done"] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("walk", "FOLDER"), ["walk", "resume"]),
        (("status", "FOLDER", "--workers", 2), ["workers", "run and resume only"]),
        (("report", "FOLDER", "--results"), ["results", "run and resume only"]),
        (("resume", "FOLDER", "--runs", "elsewhere"), ["runs", "run only"]),
        (("status", "."), ["the run folder of a study"]),
        (("resume", "nowhere"), ["the run folder of a study"]),
    ],
)
def test_bad_input_is_one_line(impellab, work, arguments, words):
    given = [work if word == "FOLDER" else word for word in arguments]
    result = impellab("study", *given)
    assert result.code == 2
    for word in words:
        assert word in result.error
