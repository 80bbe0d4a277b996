"""The numbers of the slow clock: all there, checked, with a source, and never changed in place."""

from __future__ import annotations

import dataclasses
import math

import pytest

from plants import SLOW_PARAMETERS, InputError, Quantity, SlowParameters


def test_the_package_has_a_value_with_a_source_for_every_parameter():
    loaded = SlowParameters.load()
    assert tuple(loaded.entries) == tuple(SLOW_PARAMETERS)
    for name, entry in loaded.entries.items():
        declared = SLOW_PARAMETERS[name]
        assert declared.low <= entry.value <= declared.high
        assert entry.unit == declared.unit
        assert entry.tag[0] in "SRDX"
        assert len(entry.source) > 10, name
    assert loaded.vector().tolist() == list(loaded.values.values())


def test_replacing_leaves_the_original_alone_and_says_where_the_value_is_from():
    loaded = SlowParameters.load()
    before = dict(loaded.values)
    mine = loaded.replace(recoverable=0.5, source="a test", tag="D")
    assert mine["recoverable"] == 0.5
    assert mine.entries["recoverable"].source == "a test"
    assert mine.entries["recoverable"].tag == "D"
    assert dict(loaded.values) == before
    assert SlowParameters.load() is loaded
    changed = {name for name in before if mine[name] != before[name]}
    assert changed == {"recoverable"}
    assert mine.path != loaded.path


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"recoverable": -0.1}, "recoverable"),
        ({"recoverable": 11.0}, "recoverable"),
        ({"recovery_time": 0.0}, "recovery_time"),
        ({"baroreflex_gain": math.nan}, "baroreflex_gain"),
        ({"baroreflex_gain": "on"}, "baroreflex_gain"),
        ({"baroreflex_gain": True}, "baroreflex_gain"),
        ({"recovery": 1.0}, "recovery"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name(values, field):
    with pytest.raises(InputError, match=field):
        SlowParameters.load().replace(**values)


def test_an_unknown_name_lists_those_that_exist():
    with pytest.raises(InputError, match="baroreflex_gain"):
        SlowParameters.load().replace(reflex_gain=1.0)


def test_a_missing_parameter_is_refused():
    entries = dict(SlowParameters.load().entries)
    del entries["lactate_clearance"]
    with pytest.raises(InputError, match="lactate_clearance"):
        SlowParameters(entries)


def test_a_value_in_another_unit_is_refused():
    entries = dict(SlowParameters.load().entries)
    entry = entries["recovery_time"]
    entries["recovery_time"] = Quantity(entry.value, "h", entry.source, entry.tag)
    with pytest.raises(InputError, match="recovery_time"):
        SlowParameters(entries, "mine.toml")


def test_they_cannot_be_changed_in_place():
    loaded = SlowParameters.load()
    with pytest.raises(TypeError):
        loaded.entries["recoverable"] = loaded.entries["recovery_time"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        loaded.path = "elsewhere"
    loaded.values["recoverable"] = 5.0
    assert SlowParameters.load()["recoverable"] == 0.0


def test_a_name_that_does_not_exist_is_no_number():
    with pytest.raises(KeyError):
        SlowParameters.load()["nothing"]
