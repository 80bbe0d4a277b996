"""The study of effects finds each one at work, and would find one that is not, or that spills."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from experiments.studies.effects import study
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
from experiments.studies.effects.examination import EFFECTS, Examined, effects_table, examine
from experiments.studies.effects.figure import effects_figure
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
    assert examine(EFFECTS[name]).not_as_expected == []


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
    for expectation in effect.expectations:
        assert expectation.signal in (*SIGNALS, SPREAD, CIRCULATION, EVERYTHING)
        assert expectation.reason
        assert expectation.by >= 0.0
        assert expectation.change == "stays" or expectation.by > 0.0
        assert set(expectation.may_move) <= {*METRICS.names, *SLOW_SIGNALS}
    for other in effect.reshaped:
        assert other != effect.off
    # It moves something, or is there to show that it moves nothing.
    moves = any(expectation.change != "stays" for expectation in effect.expectations)
    groups = (CIRCULATION, EVERYTHING)
    assert moves or any(expectation.signal in groups for expectation in effect.expectations)


def test_an_effect_that_does_not_act_is_found():
    effect = EFFECTS["pericardium"]
    inert = examine(replace(effect, on=effect.off, reshaped=()))
    assert not inert.holds
    missed = {finding.signal for finding in inert.not_as_expected}
    assert {"pericardial_pressure", "lvedp", "cardiac_output"} <= missed


def test_an_effect_that_spills_is_found():
    spilling = (*EFFECTS["pericardium"].expectations, stays("pcwp", 0.0, "a test"))
    spilled = examine(replace(EFFECTS["pericardium"], expectations=spilling, reshaped=()))
    assert [finding.signal for finding in spilled.not_as_expected] == ["pcwp"]


def test_an_effect_that_is_not_quite_off_is_found():
    effect = EFFECTS["pericardium"]
    nearly = replace(effect.off, parameters={"pericardium_coupling": 0.01})
    examined = examine(replace(effect, off=nearly))
    assert all(finding.holds for finding in examined.findings)
    assert not all(finding.holds for finding in examined.reshaped)
    assert not examined.holds


def test_expectations_compare_as_they_say():
    off, on = {"map": 80.0, "suction": 0.0}, {"map": 90.0, "suction": 0.0}
    assert rises("map", 10.0, "").check(off, on).holds
    assert not rises("map", 10.1, "").check(off, on).holds
    assert not rises("map", 5.0, "", at_most=9.0).check(off, on).holds
    assert falls("map", 10.0, "").check(on, off).holds
    assert not falls("map", 1.0, "").check(off, on).holds
    assert stays("map", 0.2, "").check(off, on).holds
    assert not stays("map", 0.1, "").check(off, on).holds
    group = stays(CIRCULATION, 0.0, "")
    assert group.check(off, on).signal == "map"
    assert not group.check(off, on).holds
    assert replace(group, may_move=("map",)).check(off, on).holds


@pytest.mark.parametrize("wrong", [math.nan])
def test_what_is_no_number_never_holds(wrong):
    off, on = {"map": 80.0}, {"map": wrong}
    assert not rises("map", 1.0, "").check(off, on).holds
    assert not stays("map", 1.0, "").check(off, on).holds


def test_expectations_in_words():
    assert rises("map", 5.0, "").in_words() == "rises by at least 5 mmHg"
    assert (
        falls("blood_volume", 1.0, "", at_most=2.0).in_words()
        == "falls by at least 1, at most 2 mL"
    )
    assert stays(EVERYTHING, 0.0, "", may_move=("map",)).in_words() == "stays (but map)"
    assert Expectation("map", "stays", 1e-3, "").in_words() == "stays within 0.001 of itself"


def test_a_course_of_seconds_has_a_spread():
    steady = Condition("healthy", window=(1.0, 3.0)).measured()
    assert steady[SPREAD] < 1e-3
    assert steady["map"] == pytest.approx(Condition("healthy").measured()["map"], rel=1e-4)


@pytest.fixture(scope="module")
def effects() -> list[Examined]:
    return [study.examined(name) for name in ("outlet in the valve", "fluid")]


def test_the_table_says_for_every_expectation_what_came_out(effects):
    table = effects_table(effects)
    assert len(table) == sum(len(effect.findings) + len(effect.reshaped) for effect in effects)
    row = table[(table["effect"] == "fluid") & (table["signal"] == "blood_volume")].iloc[0]
    assert row["change"] == pytest.approx(600.0, abs=1e-3)
    assert row["unit"] == "mL"
    assert bool(row["holds"])
    assert row["reason"]


def test_the_outcome_in_words_names_what_is_not_as_expected(effects):
    findings = study.STUDY.findings(study.EffectsSettings(), effects)
    assert findings.held is True
    assert "2 effects" in findings.summary
    assert "All are as expected." in findings.summary
    first, second = effects
    failed = tuple(replace(finding, holds=False) for finding in first.findings)
    findings = study.STUDY.findings(
        study.EffectsSettings(), [replace(first, findings=failed), second]
    )
    assert findings.held is False
    text = findings.summary
    assert "outlet in the valve: pump_flow falls by at least 1 L/min, but went from" in text
    assert "All are as expected." not in text


def test_the_map_has_a_row_for_each_effect(effects):
    axes = effects_figure(effects).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "outlet in the valve",
        "fluid",
    ]


def test_an_unknown_effect_is_refused_with_those_that_exist(impellab, tmp_path):
    with pytest.raises(InputError, match="pericardium"):
        study.EffectsSettings(effect=("gravity",))
    result = impellab("effects", "--effect", "gravity")
    assert result.code == 2
    assert "pericardium" in result.error
    assert list(tmp_path.iterdir()) == []


def test_the_command(impellab):
    result = impellab("effects", "--effect", "mitral contact", "--workers", 1, "--json")
    assert result.code == 0
    assert result.errors == []
    assert result.document["held"] is True
    assert {row["effect"] for row in result.document["rows"]} == {"mitral contact"}


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
