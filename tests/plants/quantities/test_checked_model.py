"""Checked models: what they take, what they refuse, and that everything is told at once."""

from __future__ import annotations

import math
import pickle
from typing import Annotated, Literal

import pytest
from pydantic import Field, model_validator

from plants import InputError, Patient
from plants.quantities import (
    CheckedModel,
    FrozenError,
    Parameter,
    Quantity,
    Tag,
    Text,
    each_error,
    number_in,
    one_of,
    quantities_in,
    quantity_in,
    unit_of,
    usable,
)

PRESSURE = Parameter("pressure", "mmHg", "a pressure", 0.0, 300.0)
VOLUME = Parameter("volume", "mL", "a volume", 10.0, 500.0)
TABLE = {"pressure": PRESSURE, "volume": VOLUME}


class Part(CheckedModel):
    low: float
    high: float = Field(default=1.0, lt=10.0)

    @model_validator(mode="after")
    def _check(self) -> Part:
        if self.low > self.high:
            raise InputError("low", self.low, f"at most high = {self.high:g}")
        return self


class Whole(CheckedModel):
    name: str
    count: int = Field(default=1, ge=1)
    on: bool = False
    parts: tuple[Part, ...] = ()
    named: dict[str, Part] = Field(default_factory=dict)
    path: str = Field(default="nowhere", exclude=True)


class Marked(CheckedModel):
    what: Text
    tag: Tag
    side: Annotated[str, one_of(("left", "right"))]
    unit: Annotated[str, unit_of(PRESSURE)]
    level: Annotated[float, number_in(PRESSURE)]
    entry: Annotated[Quantity, quantity_in(PRESSURE)]
    table: Annotated[dict[str, Quantity], quantities_in(TABLE)] = Field(
        default=..., validation_alias="entries"
    )


def entry(value: object = 60.0, unit: str = "mmHg", **more: object) -> dict[str, object]:
    return {"value": value, "unit": unit, "source": "a test", "tag": "X"} | more


GOOD = {
    "what": "text",
    "tag": "D",
    "side": "left",
    "unit": "mmHg",
    "level": 5,
    "entry": entry(),
    "entries": {"volume": entry(20.0, "mL"), "pressure": entry()},
}


def refused(model: type[CheckedModel], content: dict[str, object]) -> dict[str, InputError]:
    """Every refusal of a file's content, by field."""
    with pytest.raises(InputError) as caught:
        model.read(content, source="mine.toml")
    errors = each_error(caught.value)
    assert all(error.source == "mine.toml" for error in errors)
    assert str(caught.value).count("mine.toml: ") == len(errors)
    return {error.field: error for error in errors}


def test_fields_by_name_and_in_their_order_are_the_same():
    assert Whole("a", 2, True) == Whole(name="a", count=2, on=True)
    for values, named in ((("a", 1, False, (), {}, "", "more"), {}), (("a",), {"name": "b"})):
        with pytest.raises(TypeError):
            Whole(*values, **named)


def test_a_whole_number_is_a_number_and_text_is_none():
    assert type(Part(0).low) is float
    for value in ("0", True, None, math.nan, math.inf, [0.0]):
        with pytest.raises(InputError) as caught:
            Part(low=value)
        assert (caught.value.field, caught.value.source) == ("low", None)


def test_lists_of_a_file_become_tuples_and_tables_become_models():
    whole = Whole.read({"name": "a", "parts": [{"low": 0.5}]}, source="mine.toml")
    assert whole.parts == (Part(0.5),)


def test_everything_that_is_wrong_is_told_at_once():
    errors = refused(
        Whole,
        {
            "count": 0,
            "on": "yes",
            "nme": "a",
            "parts": [{"low": 1.0, "hihg": 2.0}, {"low": 5.0}, 7, {"high": 11.0}],
            "named": {"first": {"low": "x"}},
        },
    )
    assert {field: error.allowed for field, error in errors.items()} == {
        "name": "text",
        "count": "1 or more",
        "on": "true or false",
        "key parts[0].hihg": "one of low, high (did you mean high?)",
        "parts[1].low": "at most high = 1",
        "parts[2]": "a table",
        "parts[3].low": "a number",
        "parts[3].high": "less than 10",
        "named.first.low": "a number",
        "key nme": "one of name, count, on, parts, named (did you mean name?)",
    }
    assert repr(errors["name"].value) == "(missing)"
    assert errors["parts[3].high"].value == 11.0


def test_values_are_told_as_the_file_has_them():
    assert refused(Whole, {"name": ["a"]})["name"].value == ["a"]


def test_an_excluded_field_is_no_key_of_a_file():
    assert list(refused(Whole, {"name": "a", "path": "here"})) == ["key path"]
    assert Whole("a", path="here").path == "here"


def test_marked_fields_take_what_is_right():
    marked = Marked.read(GOOD, source="mine.toml")
    assert marked.level == 5.0
    assert marked.entry == Quantity(60.0, "mmHg", "a test", "X")
    assert list(marked.table) == ["pressure", "volume"]  # as declared
    with pytest.raises(TypeError):
        marked.table["volume"] = marked.entry  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "field", "allowed"),
    [
        ({"what": " "}, "what", "text that is not blank"),
        ({"tag": "Q"}, "tag", "S, R, D or X"),
        ({"side": "lefty"}, "side", "one of left, right (did you mean left?)"),
        ({"side": []}, "side", "one of left, right"),
        ({"unit": "kPa"}, "unit", "'mmHg'"),
        ({"level": 301.0}, "level", "0 to 300 mmHg"),
        ({"entry": 60.0}, "entry", "a table with value (0 to 300 mmHg)"),
        ({"entry": entry(unit="kPa")}, "entry.unit", "'mmHg'"),
        ({"entry": entry(-1.0)}, "entry.value", "0 to 300 mmHg"),
        ({"entry": entry(vlaue=1.0)}, "entry.vlaue", "did you mean value?"),
        ({"entries": {"pressure": entry()}}, "entries.volume", "10 to 500 mL"),
        ({"entries": 5}, "entries", "tables"),
    ],
)
def test_marked_fields_refuse_what_is_wrong(change, field, allowed):
    errors = refused(Marked, GOOD | change)
    assert list(errors) == [field]
    assert allowed in errors[field].allowed


def test_missing_marked_fields_say_what_is_wanted():
    errors = refused(Marked, {})
    assert errors["level"].allowed == "a number, 0 to 300 mmHg"
    assert errors["side"].allowed == "one of left, right"
    assert "pressure, volume" in errors["entries"].allowed


def test_a_quantity_and_a_table_tell_all_that_is_wrong_with_them():
    wrong = {"value": "much", "unit": "mmHg", "source": "", "tag": "Q", "note": "?"}
    tables = {"pressure": wrong, "volum": entry(20.0, "mL")}
    assert set(refused(Marked, GOOD | {"entries": tables})) == {
        "entries.volum",
        "entries.volume",
        "entries.pressure.value",
        "entries.pressure.source",
        "entries.pressure.tag",
        "entries.pressure.note",
    }


def test_messages_have_the_key_of_the_file_also_where_the_field_was_given_by_name():
    with pytest.raises(InputError) as caught:
        Marked(**{key: value for key, value in GOOD.items() if key != "entries"}, table={})
    assert caught.value.field == "entries.pressure"


def test_a_model_is_frozen_and_may_be_copied_with_changes():
    part = Part(0.5)
    for change in (lambda: setattr(part, "low", 0.1), lambda: delattr(part, "low")):
        with pytest.raises(FrozenError, match="Part is frozen"):
            change()
    assert part.changed(high=2.0) == Part(0.5, 2.0)
    assert part.high == 1.0
    with pytest.raises(InputError, match="at most high"):
        part.changed(low=3.0)


def test_a_model_survives_pickling():
    whole = Whole("a", parts=(Part(0.5),))
    assert pickle.loads(pickle.dumps(whole)) == whole


class Outer(CheckedModel):
    inner: Whole | None = None
    listed: tuple[Whole, ...] = ()
    named: dict[str, Whole] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"inner": {"name": "a", "path": "b"}}, "inner.path"),
        ({"listed": [{"name": "a"}, {"name": "a", "path": "b"}]}, "listed[1].path"),
        ({"named": {"path": {"name": "a", "path": "b"}}}, "named.path.path"),
    ],
)
def test_an_excluded_field_is_no_key_inside_other_models_either(content, field):
    with pytest.raises(InputError) as refused:
        Outer.read(content, source="mine.toml")
    (refusal,) = each_error(refused.value)
    assert refusal.field == f"key {field}"
    assert "path" not in refusal.allowed
    assert refusal.source == "mine.toml"


def test_a_table_may_call_an_entry_as_a_field_is_called():
    assert Outer.read({"named": {"path": {"name": "a"}}}, source="x").named["path"].name == "a"


class Named(CheckedModel):
    """Fields of every kind with a list of names."""

    shape: Literal["step", "ramp"] = "step"
    patients: tuple[Annotated[str, usable(Patient.load)], ...] = ()


def test_every_list_of_names_suggests_the_nearest():
    with pytest.raises(InputError) as refused:
        Named.read({"shape": "rmp", "patients": ["shock-c", "shok-d"]}, source="mine.toml")
    shape, patient = map(str, each_error(refused.value))
    assert shape == (
        "mine.toml: shape = 'rmp' is not allowed; allowed: one of step, ramp (did you mean ramp?)"
    )
    assert patient.startswith("mine.toml: patients[1] = 'shok-d'")
    assert "did you mean shock-d?" in patient


def test_what_a_named_file_is_refused_for_keeps_its_place(tmp_path):
    file = tmp_path / "him.toml"
    file.write_text("name = 3\n")
    with pytest.raises(InputError) as refused:
        Named.read({"patients": [str(file)]}, source="mine.toml")
    assert {error.source for error in each_error(refused.value)} == {str(file)}
    assert "name" in {error.field for error in each_error(refused.value)}
