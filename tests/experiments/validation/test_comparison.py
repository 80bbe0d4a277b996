"""Values of the model against bands: verdicts, and why a miss is one."""

from __future__ import annotations

import dataclasses
import math

import pytest

from experiments.validation.bands import Band
from experiments.validation.comparison import band_value, study_rows
from experiments.validation.row import MISS


@pytest.mark.parametrize(
    ("kind", "at", "against", "expected"),
    [
        ("value", ("b",), None, 3.0),
        ("change", ("b",), "a", 2.0),
        ("ratio", ("b",), "a", 3.0),
        ("spread", ("c", "b", "a"), None, 3.0),
        ("rises", ("a", "b", "c"), None, -1.0),
        ("falls", ("b", "c"), None, 1.0),
    ],
)
def test_a_value_is_made_of_the_conditions(kind, at, against, expected):
    values = {"a": {"map": 1.0}, "b": {"map": 3.0}, "c": {"map": 2.0}}
    texts = {"measure": "m", "published": "p", "tag": "S", "reason": "r"}
    compared = Band(kind=kind, signal="map", at=at, against=against, low=0.0, **texts)
    assert band_value(compared, values) == expected


def test_the_rows_of_a_study_are_complete(recover):
    rows = study_rows(recover)
    assert [row.measure for row in rows] == [band.measure for band in recover.study.bands]
    for row in rows:
        assert (row.verdict == MISS) == bool(row.explanation)
        assert math.isfinite(row.model)
        assert row.device == "5.0"
    assert rows[1].unit == "mmHg"
    assert rows[1].band == "74.8 to 91.4"


@pytest.mark.parametrize("shift", [-30.0, 30.0])
def test_a_model_that_is_off_is_a_miss_and_says_why(recover, shift):
    support = recover.conditions["support"]
    wrong = dataclasses.replace(
        support, values=dict(support.values) | {"map": support.values["map"] + shift}
    )
    case = dataclasses.replace(recover, conditions={**recover.conditions, "support": wrong})
    row = next(row for row in study_rows(case) if row.signal == "map")
    assert row.verdict == MISS
    assert "L/min" in row.explanation
