"""The one error for bad input: what it tells, several at once, and the nearest name."""

from __future__ import annotations

import ast
import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from plants import InputError, PhysicsError, unknown_name
from plants.quantities import (
    MISSING,
    ErrorCollector,
    FailureKind,
    InputErrors,
    all_errors,
    each_error,
    nearest_name,
    value_text,
)

LOW = InputError("low", 9.0, "below high")
UNIT = InputError("unit", "kg", "mL", source="mine.toml")


def test_an_error_names_source_field_value_and_what_is_allowed():
    assert str(UNIT) == "mine.toml: unit = 'kg' is not allowed; allowed: mL"
    assert str(LOW) == "low = 9.0 is not allowed; allowed: below high"
    assert (UNIT.field, UNIT.value, UNIT.allowed, UNIT.source) == ("unit", "kg", "mL", "mine.toml")


class Textless:
    def __repr__(self):
        return str(1 / 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two  words\n", r"'two  words\n'"),
        (np.eye(2), "array([[1., 0.], [0., 1.]])"),
        (10**5000, "a very large number"),
        (Textless(), "a Textless"),
        ("x" * 1000, f"'{'x' * 399}..."),
    ],
    ids=["text", "array", "number", "no text", "long"],
)
def test_any_value_is_told_in_a_line_of_its_beginning(value, text):
    assert value_text(value) == text
    assert f"= {text} is not" in str(InputError("low", value, "below high"))


def test_several_errors_are_told_in_lines_and_the_first_is_the_one():
    both = InputErrors([LOW, UNIT])
    assert str(both).splitlines() == [str(LOW), str(UNIT)]
    assert (both.field, both.value, both.allowed, both.source) == ("low", 9.0, "below high", None)


def test_errors_within_errors_are_flat():
    nested = all_errors([InputErrors([LOW, UNIT]), LOW])
    assert each_error(nested) == (LOW, UNIT, LOW)
    assert all_errors([LOW]) is LOW
    assert each_error(LOW) == (LOW,)


def test_a_source_is_added_only_where_none_is_known():
    located = InputErrors([LOW, UNIT]).located("yours.toml")
    assert [error.source for error in each_error(located)] == ["yours.toml", "mine.toml"]
    assert str(located).startswith("yours.toml: low = 9.0")
    assert UNIT.located("yours.toml") is UNIT


@pytest.mark.parametrize("error", [LOW, UNIT, InputErrors([LOW, UNIT])])
def test_errors_come_back_from_a_worker(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert [vars(each) for each in each_error(copy)] == [vars(each) for each in each_error(error)]


@pytest.mark.parametrize(
    ("given", "nearest"),
    [
        ("shok-d", "shock-d"),
        ("SHOCK-D", "shock-d"),
        (" shock-d ", "shock-d"),
        ("hfre", "hfref"),
        ("xyz", ""),
        ("", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_the_nearest_name(given, nearest):
    assert nearest_name(given, ("shock-c", "shock-d", "hfref")) == nearest


def test_an_unknown_name_lists_the_known_ones_and_suggests_the_nearest():
    assert unknown_name("device", "C", ("CP", "LD")).allowed == "one of CP, LD (did you mean CP?)"
    assert unknown_name("device", "?", ("CP", "LD")).allowed == "one of CP, LD"


def refuse(error: InputError) -> None:
    raise error


def test_gathered_refusals_are_told_together():
    collector = ErrorCollector()
    collector.tell()  # nothing was refused
    assert collector.call(max, 1, 2) == 2
    assert collector.call(refuse, LOW) is None
    collector.add(UNIT)
    with pytest.raises(InputErrors) as caught:
        collector.tell()
    assert each_error(caught.value) == (LOW, UNIT)


def test_gathering_lets_other_errors_through():
    with pytest.raises(ZeroDivisionError):
        ErrorCollector().call(divmod, 1, 0)


@pytest.mark.parametrize(
    ("given", "nearest"),
    [("pci", "high-risk-pci"), ("femorl", "femoral percutaneous"), ("sock", "shock"), ("x", "")],
)
def test_a_name_is_near_in_one_of_its_words_too(given, nearest):
    assert nearest_name(given, ("shock", "high-risk-pci", "femoral percutaneous")) == nearest


def test_a_name_with_a_comma_stands_in_quotes():
    told = unknown_name("effect", "septum, failing", ("septum", "septum, failing LV")).allowed
    assert told == "one of septum, 'septum, failing LV' (did you mean 'septum, failing LV'?)"


def test_a_list_of_allowed_names_is_never_empty():
    assert unknown_name("key", "x", ()).allowed.startswith("no name at all")
    assert unknown_name("case", "x", ("", "full")).allowed == "one of full"


def test_what_is_missing_is_said_to_be_missing():
    error = InputError("level", MISSING, "P-1 to P-9", source="mine.toml")
    assert str(error) == "mine.toml: level is missing; allowed: P-1 to P-9"
    assert pickle.loads(pickle.dumps(error)).value is MISSING


def test_the_kind_of_a_failure_is_told_apart_from_its_words_and_travels_between_processes():
    error = PhysicsError("no periodic beat", kind=FailureKind.NOT_FINITE)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.kind) == ("no periodic beat", FailureKind.NOT_FINITE)
    assert copy.deepcopy(error).kind is FailureKind.NOT_FINITE
    assert PhysicsError("no periodic beat").kind is FailureKind.NO_ANSWER


@pytest.mark.parametrize("package", ["plants", "controllers", "envs"])
def test_whatever_fails_in_the_physics_says_of_which_kind(package):
    """Or the rule of what is a death would take it for a defect of the model."""
    silent = [
        f"{path}:{call.lineno}"
        for path in (Path(__file__).parents[3] / package).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "PhysicsError"
        and "kind" not in {keyword.arg for keyword in call.keywords}
    ]
    assert silent == []
