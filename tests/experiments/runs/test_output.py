"""JSON, numbers in tables, and standard output kept for one document."""

import io
import json
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import pytest

from experiments.runs import (
    emit,
    note,
    number,
    path_text,
    plain_streams,
    print_table,
    reserved_stdout,
    say,
    to_json,
)
from experiments.runs.output import cell_texts


class _Color(Enum):
    RED = 1


@dataclass
class _Point:
    x: float
    path: Path


def test_what_is_not_finite_becomes_null():
    document = {"a": [float("nan"), float("inf")], "b": np.array([1.0, -np.inf])}
    assert json.loads(to_json(document)) == {"a": [None, None], "b": [1.0, None]}


def test_json_of_everything_that_occurs():
    document = {"p": _Point(1.0, Path("x/y")), 3: _Color.RED, "n": np.int64(2), "t": (True, None)}
    assert json.loads(to_json(document)) == {
        "p": {"x": 1.0, "path": "x/y"},
        "3": "RED",
        "n": 2,
        "t": [True, None],
    }


def test_json_refuses_what_has_no_place():
    with pytest.raises(TypeError, match="object"):
        to_json({"x": object()})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (57.03419, "57.03"),
        (44000.0, "44000"),
        (123456.7, "123457"),
        (0.0, "0"),
        (1.23e-7, "1.2e-07"),
        (float("inf"), "-"),
        (None, "-"),
        (True, "yes"),
        (np.bool_(False), "no"),
        (12, "12"),
        ("P-8", "P-8"),
    ],
)
def test_numbers_in_tables(value, text):
    assert number(value) == text


def test_headings_keep_their_units(capsys):
    print_table("a table", ("map [mmHg]", "x"), [(57.0, "[bold]not markup[/bold]")])
    out = capsys.readouterr().out
    assert "map [mmHg]" in out
    assert "[bold]not markup[/bold]" in out


def test_reserved_output_holds_the_document_alone(capfd):
    with reserved_stdout():
        print("chatter")
        emit({"map": 57.0})
    out, err = capfd.readouterr()
    assert json.loads(out) == {"map": 57.0}
    assert err == "chatter\n"
    print("afterwards")
    assert capfd.readouterr().out == "afterwards\n"


def test_paths_below_the_working_folder_are_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert path_text(tmp_path / "runs" / "a") == "runs/a"
    assert path_text(tmp_path.parent) == str(tmp_path.parent)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (5.2e-5, "L/min", "0"),
        (-5.2e-5, "L/min", "0"),
        (0.0399, "L/min", "0.04"),
        (3.64719, "L/min", "3.647"),
        (43421.7, "rpm", "43422"),
        (1.3e-7, "1", "0"),
        (1.3e-7, "", "1.3e-07"),
    ],
)
def test_a_number_has_the_decimals_of_its_unit(value, unit, text):
    assert number(value, unit) == text


def test_a_unit_is_that_of_the_heading_or_of_the_row():
    assert cell_texts(("flow [L/min]", "error"), [(5.2e-5, 5.2e-5)]) == [["0", "5.2e-05"]]
    assert cell_texts(("value", "unit"), [(5.2e-5, "W")]) == [["0", "W"]]


def test_nothing_is_cut_in_a_pipe(capsys):
    columns = ("name", "path", "text", *(f"a long heading of number {k}" for k in range(12)))
    path = "runs/" + "x" * 90
    numbers = [1.111 * 10**k for k in range(12)]
    print_table("wide", columns, [("n" * 70, path, "many words " * 20, *numbers)])
    out = capsys.readouterr().out
    assert "\N{HORIZONTAL ELLIPSIS}" not in out
    (line,) = [line for line in out.splitlines() if path in line]
    for shown in ("n" * 70, *map(number, numbers)):
        assert shown in line
    assert "many words " * 20 not in out  # Texts are wrapped.


HOSTILE = "\x1b]0;title\x07\x1b[31mred\x9b2J\u202eabc\x00\r[bold]x[/bold] :smile:"


@pytest.mark.parametrize("show", ["note", "say", "print_table"])
def test_nothing_steers_a_terminal(capsys, show):
    if show == "print_table":
        print_table(HOSTILE, [HOSTILE], [[HOSTILE]], caption=HOSTILE)
    else:
        {"note": note, "say": say}[show](HOSTILE)
    captured = capsys.readouterr()
    text = captured.out + captured.err
    assert all(character.isprintable() or character == "\n" for character in text)
    assert r"\x1b" in text
    assert "[bold]" in text
    assert ":smile:" in text


def test_no_json_steers_a_terminal():
    text = to_json({HOSTILE: [HOSTILE + "\udcff\n"]}, indent=2)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert json.loads(text) == {HOSTILE: [HOSTILE + "\udcff\n"]}
    text.encode("utf-8")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_what_an_encoding_lacks_is_escaped(monkeypatch, encoding):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    plain_streams()
    print_table("Пациент", ["имя"], [["Пациент-1 患"]])
    say("Пациент")
    emit({"name": "Пациент"})
    sys.stdout.flush()
    assert raw.getvalue().decode(encoding).count(r"\u041f") >= 4
