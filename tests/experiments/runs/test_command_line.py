"""The command of a study: settings from a file and from options, exit codes, what is printed."""

from __future__ import annotations

import dataclasses
import json
import shlex

import pytest
import typer
from pydantic import Field

from experiments.runs import Settings, command_line, read_settings, run_command_of, study_command
from plants import InputError
from plants.quantities import each_error

from .conftest import SquareSettings


def folders(runs):
    return sorted(runs.iterdir())


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_an_option_goes_before_the_file(squares, tmp_path):
    file = write(
        tmp_path / "mine.toml",
        'study = "squares"\n[settings]\ncount = 7\nfactor = 2\nlabels = ["a", "b"]\n',
    )
    settings = read_settings(squares, {"count": 3}, file)
    assert settings == SquareSettings(count=3, factor=2.0, labels=("a", "b"))
    plain = write(tmp_path / "plain.toml", "negative = true\n")
    assert read_settings(squares, {}, plain) == SquareSettings(negative=True)
    assert read_settings(squares, {"labels": ["x"]}, None).labels == ("x",)


def test_everything_that_is_wrong_is_told_at_once(squares, tmp_path):
    text = 'count = 0\nfactr = 1.0\nlabels = "a"\n'
    file = write(tmp_path / "mine.toml", text)
    with pytest.raises(InputError) as refused:
        read_settings(squares, {"factor": -1.0}, file)
    told = {error.field: error for error in each_error(refused.value)}
    assert set(told) == {"count", "key factr", "labels", "--factor"}
    assert "did you mean factor?" in told["key factr"].allowed
    assert told["count"].allowed == "1 or more"
    assert told["count"].source == str(file)
    assert told["--factor"].source is None


def test_a_stray_key_hides_no_wrong_setting(squares, tmp_path):
    text = 'fator = 2\n[settings]\ncount = 0\nbegun = "early"\n'
    with pytest.raises(InputError) as refused:
        read_settings(squares, {}, write(tmp_path / "mine.toml", text))
    assert {error.field for error in each_error(refused.value)} == {
        "key fator",
        "key begun",
        "count",
    }


def test_a_refusal_names_the_option_that_was_typed(squares):
    with pytest.raises(InputError) as refused:
        read_settings(squares, {"labels": [3], "count": 0}, None)
    told = [str(error) for error in each_error(refused.value)]
    assert told[0] == "--count = 0 is not allowed; allowed: 1 or more"
    assert told[1].startswith("--label = 3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('study = "circles"\n', "circles"),
        ("[settings]\n[setings]\n", "did you mean settings?"),
        ("settings = 3\n", "a table"),
        ('begun = "early"\n', "begun"),
        ("count = \n", "valid TOML"),
    ],
)
def test_a_file_of_another_kind_is_refused(squares, tmp_path, text, words):
    file = write(tmp_path / "mine.toml", text)
    with pytest.raises(InputError) as refused:
        read_settings(squares, {}, file)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        SquareSettings(),
        SquareSettings(count=7, factor=0.5, labels=("a", "two words"), limit=3.0),
        SquareSettings(negative=True),
    ],
)
def test_the_command_line_says_the_settings(squares, settings):
    program, subcommand, *words = shlex.split(squares.command_line(settings))
    assert (program, subcommand) == ("impellab", "square")
    application = typer.Typer()
    application.command()(study_command(squares, "Squares."))
    given = typer.main.get_command(application).make_context("square", words).params
    fields = {name: given[name] for name in SquareSettings.model_fields if given.get(name)}
    assert read_settings(squares, fields, None) == settings


@pytest.mark.parametrize(("limit", "code"), [(None, 0), (14.0, 0), (13.0, 1)])
def test_the_exit_code_says_whether_it_held(squares, tmp_path, capsys, limit, code):
    given = {} if limit is None else {"limit": limit}
    assert run_command_of(squares, given, workers=1, runs=tmp_path, as_json=True) == code
    document = json.loads(capsys.readouterr().out)
    assert document["held"] is {None: None, 14.0: True, 13.0: False}[limit]
    assert document["rows"][2] == {"number": 2, "value": 4.0}
    assert document["units"] == {"number": "1", "value": "1"}
    assert document["total"] == 14.0
    assert document["run"] == str(folders(tmp_path)[0])


def test_what_is_said_and_what_is_warned_of(squares, tmp_path, capsys):
    def findings(settings, results):
        shown = squares.findings(settings, results)
        return dataclasses.replace(shown, printed_text="Less of it.", warning="one is not known")

    run_command_of(squares, {}, workers=1, runs=tmp_path)
    out, err = capsys.readouterr()
    assert "More of it." in out
    assert err == ""
    study = dataclasses.replace(squares, findings=findings)
    run_command_of(study, {}, workers=1, runs=tmp_path)
    out, err = capsys.readouterr()
    assert "Less of it." in out
    assert "More of it." not in out
    assert err == "impellab: one is not known\n"


def test_options_of_a_command(squares, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(
        command_line, "run_command_of", lambda study, given, **shared: asked.append((study, given))
    )
    application = typer.Typer(rich_markup_mode=None, add_completion=False)
    application.command()(study_command(squares, "Squares."))
    group = typer.main.get_command(application)
    group.main(["--label", "a", "--label", "b", "--negative"], standalone_mode=False)
    group.main(["--count", "0"], standalone_mode=False)
    assert asked[0] == (squares, {"labels": ["a", "b"], "negative": True})
    assert asked[1][1] == {"count": 0}  # for the settings to refuse
    capsys.readouterr()
    group.main(["--help"], standalone_mode=False)
    text = " ".join(capsys.readouterr().out.split())
    assert "How many numbers. (1 or more) [default: 4]" in text
    assert "--begun" not in text


class ManyDefaults(Settings):
    """Settings of every kind with a default."""

    none: int | None = Field(None, description="A number or none.")
    zero: int = Field(0, ge=0, description="From zero.")
    share: float = Field(0.0, description="A share.")
    off: bool = Field(False, description="A flag.")
    on: bool = Field(True, description="The other flag.")
    names: tuple[str, ...] = Field(("a", "b"), description="Names.")


def test_defaults_are_shown_as_they_are_given(squares, capsys):
    study = dataclasses.replace(squares, settings=ManyDefaults)
    application = typer.Typer(rich_markup_mode=None, add_completion=False)
    application.command()(study_command(study, "Defaults."))
    typer.main.get_command(application).main(["--help"], standalone_mode=False)
    text = " ".join(capsys.readouterr().out.split())
    assert "A number or none. --" in text
    assert "From zero. (0 or more) [default: 0] --" in text
    assert "A share. [default: 0.0] --" in text
    assert "A flag. --" in text
    assert "--on / --no-on The other flag. [default: on] --" in text
    assert "Names. [default: a, b] --" in text
