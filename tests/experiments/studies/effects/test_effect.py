"""Expectations compare as they say, and conditions are measured."""

from __future__ import annotations

import math

import pytest

from experiments.studies.effects.effect import (
    CIRCULATION,
    EVERYTHING,
    SPREAD,
    Condition,
    Expectation,
)


def test_expectations_compare_as_they_say():
    off, on = {"map": 80.0, "suction": 0.0}, {"map": 90.0, "suction": 0.0}
    assert Expectation("map", "rises", 10.0, "").check(off, on).holds
    assert not Expectation("map", "rises", 10.1, "").check(off, on).holds
    assert not Expectation("map", "rises", 5.0, "", at_most=9.0).check(off, on).holds
    assert Expectation("map", "falls", 10.0, "").check(on, off).holds
    assert not Expectation("map", "falls", 1.0, "").check(off, on).holds
    assert Expectation("map", "stays", 0.2, "").check(off, on).holds
    assert not Expectation("map", "stays", 0.1, "").check(off, on).holds
    group = Expectation(CIRCULATION, "stays", 0.0, "")
    assert group.check(off, on).signal == "map"
    assert not group.check(off, on).holds
    assert group.changed(may_move=("map",)).check(off, on).holds


def test_a_difference_of_pressures_is_as_exact_as_the_pressures():
    off = {"map": 80.0, "coronary_perfusion_pressure": 2.0, "cardiac_output": 2.0}
    on = {"map": 80.0, "coronary_perfusion_pressure": 2.05, "cardiac_output": 2.05}
    assert Expectation("coronary_perfusion_pressure", "stays", 1e-3, "").check(off, on).holds
    assert not Expectation("coronary_perfusion_pressure", "stays", 5e-4, "").check(off, on).holds
    assert not Expectation("cardiac_output", "stays", 1e-3, "").check(off, on).holds


@pytest.mark.parametrize("wrong", [math.nan])
def test_what_is_no_number_never_holds(wrong):
    off, on = {"map": 80.0}, {"map": wrong}
    assert not Expectation("map", "rises", 1.0, "").check(off, on).holds
    assert not Expectation("map", "stays", 1.0, "").check(off, on).holds


def test_expectations_in_words():
    assert Expectation("map", "rises", 5.0, "").in_words() == "rises by at least 5 mmHg"
    assert (
        Expectation("blood_volume", "falls", 1.0, "", at_most=2.0).in_words()
        == "falls by at least 1, at most 2 mL"
    )
    assert (
        Expectation(EVERYTHING, "stays", 0.0, "", may_move=("map",)).in_words() == "stays (but map)"
    )
    assert Expectation("map", "stays", 1e-3, "").in_words() == "stays within 0.001 of itself"


def test_a_course_of_seconds_has_a_spread():
    steady = Condition("healthy", window=(1.0, 3.0)).measured()
    assert steady[SPREAD] < 1e-3
    assert steady["map"] == pytest.approx(Condition("healthy").measured()["map"], rel=1e-4)
