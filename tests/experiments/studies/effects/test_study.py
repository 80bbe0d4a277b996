"""The study of effects finds each one at work, and would find one that is not, or that spills."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from experiments.studies.effects import report, study
from experiments.studies.effects.effect import (
    CIRCULATION,
    EVERYTHING,
    SPREAD,
    Condition,
    Effect,
    Expectation,
    falls,
    rises,
    stays,
)
from experiments.studies.effects.study import EFFECTS, examine
from plants import METRICS, SIGNALS, SLOW_SIGNALS, InputError

#: A cheap one of each kind.
CHEAP = (
    "pericardium",
    "mitral regurgitation",
    "outlet in the valve",
    "position without a pump",
    "vasopressor",
    "bleeding",
    "distal perfusion catheter",
)


@pytest.mark.parametrize("name", CHEAP)
def test_an_effect_does_what_it_should_and_nothing_else(name):
    found = examine(EFFECTS[name])
    assert found.holds, [x for x in (*found.findings, *found.silent) if not x.holds]


def test_every_effect_that_was_asked_for_is_there():
    asked = """septum; pericardium; baroreflex; intrathoracic pressure; atrial contraction;
        atrial fibrillation; ectopic beats; aortic stenosis; aortic regurgitation;
        mitral regurgitation; suction; outlet in the valve; both windows in the ventricle;
        both windows in the aorta; wall contact; mitral contact; right pump;
        hemolysis by position; haptoglobin; functional mitral regurgitation; inotrope;
        vasopressor; recovery; infarction; distal perfusion catheter; bleeding;
        lactate of oxygen debt; Valsalva maneuver"""
    for name in asked.split(";"):
        assert " ".join(name.split()) in EFFECTS


@pytest.mark.parametrize("name", EFFECTS)
def test_every_effect_is_told_whole(name):
    effect = EFFECTS[name]
    assert effect.name == name
    assert effect.case
    assert effect.on != effect.off
    assert effect.expectations
    for one in effect.expectations:
        assert one.signal in (*SIGNALS, SPREAD, CIRCULATION, EVERYTHING)
        assert one.reason
        assert one.by >= 0.0
        assert one.change == "stays" or one.by > 0.0
        assert set(one.but) <= {*METRICS.names, *SLOW_SIGNALS}
    for other in effect.silent:
        assert other != effect.off
    # It moves something, or is there to show that it moves nothing.
    moves = any(one.change != "stays" for one in effect.expectations)
    groups = (CIRCULATION, EVERYTHING)
    assert moves or any(one.signal in groups for one in effect.expectations)


def test_an_effect_that_does_not_act_is_found():
    effect = EFFECTS["pericardium"]
    found = examine(replace(effect, on=effect.off, silent=()))
    assert not found.holds
    missed = {x.signal for x in found.findings if not x.holds}
    assert {"pericardial_pressure", "lvedp", "cardiac_output"} <= missed


def test_an_effect_that_spills_is_found():
    spilling = (*EFFECTS["pericardium"].expectations, stays("pcwp", 0.0, "a test"))
    found = examine(replace(EFFECTS["pericardium"], expectations=spilling, silent=()))
    assert [x.signal for x in found.findings if not x.holds] == ["pcwp"]


def test_an_effect_that_is_not_quite_off_is_found():
    effect = EFFECTS["pericardium"]
    nearly = replace(effect.off, parameters={"pericardium_coupling": 0.01})
    found = examine(replace(effect, off=nearly))
    assert all(x.holds for x in found.findings)
    assert not all(x.holds for x in found.silent)
    assert not found.holds


def test_expectations_compare_as_they_say():
    off, on = {"map": 80.0, "suction": 0.0}, {"map": 90.0, "suction": 0.0}
    assert rises("map", 10.0, "").check(off, on).holds
    assert not rises("map", 10.1, "").check(off, on).holds
    assert not rises("map", 5.0, "", most=9.0).check(off, on).holds
    assert falls("map", 10.0, "").check(on, off).holds
    assert not falls("map", 1.0, "").check(off, on).holds
    assert stays("map", 0.2, "").check(off, on).holds
    assert not stays("map", 0.1, "").check(off, on).holds
    group = stays(CIRCULATION, 0.0, "")
    assert group.check(off, on).signal == "map"
    assert not group.check(off, on).holds
    assert replace(group, but=("map",)).check(off, on).holds


@pytest.mark.parametrize("wrong", [math.nan])
def test_what_is_no_number_never_holds(wrong):
    off, on = {"map": 80.0}, {"map": wrong}
    assert not rises("map", 1.0, "").check(off, on).holds
    assert not stays("map", 1.0, "").check(off, on).holds


def test_expectations_in_words():
    assert rises("map", 5.0, "").words() == "rises by at least 5 mmHg"
    assert falls("blood_volume", 1.0, "", most=2.0).words() == "falls by at least 1, at most 2 mL"
    assert stays(EVERYTHING, 0.0, "", but=("map",)).words() == "stays (but map)"
    assert Expectation("map", "stays", 1e-3, "").words() == "stays within 0.001 of itself"


def test_a_course_of_seconds_has_a_spread():
    steady = Condition("healthy", window=(1.0, 3.0)).measured()
    assert steady[SPREAD] < 1e-3
    assert steady["map"] == pytest.approx(Condition("healthy").measured()["map"], rel=1e-4)


@pytest.fixture(scope="module")
def found() -> list[study.Studied]:
    return study.study(["outlet in the valve", "fluid"], workers=1)


def test_the_table_says_for_every_expectation_what_came_out(found):
    table = study.table(found)
    assert len(table) == sum(len(x.findings) + len(x.silent) for x in found)
    row = table[(table["effect"] == "fluid") & (table["signal"] == "blood_volume")].iloc[0]
    assert row["change"] == pytest.approx(600.0, abs=1e-3)
    assert row["unit"] == "mL"
    assert bool(row["holds"])
    assert row["reason"]


def test_the_outcome_in_words_names_what_is_not_as_expected(found):
    held, text = report.summary(found)
    assert held
    assert "2 effects" in text
    broken = replace(found[0], findings=tuple(replace(x, holds=False) for x in found[0].findings))
    held, text = report.summary([broken, found[1]])
    assert not held
    assert "outlet in the valve: pump_flow falls by at least 1 L/min, but went from" in text


def test_the_map_has_a_row_for_each_effect(found):
    axes = report.effects_figure(found).axes[0]
    assert [x.get_text() for x in axes.get_yticklabels()] == ["outlet in the valve", "fluid"]


def test_an_unknown_effect_is_refused_with_those_that_exist():
    with pytest.raises(InputError, match="pericardium"):
        study.study(["gravity"], workers=1)


def test_the_command(impellab):
    result = impellab("effects", "--effect", "mitral contact", "--workers", 1, "--json")
    assert result.code == 0
    assert result.document["held"] is True
    assert {row["effect"] for row in result.document["rows"]} == {"mitral contact"}
    assert impellab("effects", "--effect", "gravity").code == 2


def test_the_command_fails_with_an_effect_that_does_not_act(impellab, monkeypatch):
    still = Effect(
        "still",
        "a test",
        Condition("shock-d"),
        Condition("shock-d"),
        (rises("map", 1.0, "a test"),),
    )
    monkeypatch.setattr(study, "EFFECTS", {"still": still})
    result = impellab("effects", "--workers", 1, "--json")
    assert result.code == 1
    assert result.document["held"] is False
