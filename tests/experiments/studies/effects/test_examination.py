"""Each effect is found at work; one that is not, or that spills, is found too."""

from __future__ import annotations

import pytest

from experiments.studies.effects.catalogue import EFFECTS
from experiments.studies.effects.effect import CIRCULATION, EVERYTHING, SPREAD, Expectation
from experiments.studies.effects.examination import effects_table, examine
from plants import METRICS, SIGNALS, SLOW_SIGNALS

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
    inert = examine(effect.changed(on=effect.off, reshaped=()))
    assert not inert.holds
    missed = {finding.signal for finding in inert.not_as_expected}
    assert {"pericardial_pressure", "lvedp", "cardiac_output"} <= missed


def test_an_effect_that_spills_is_found():
    spilling = (*EFFECTS["pericardium"].expectations, Expectation("pcwp", "stays", 0.0, "a test"))
    spilled = examine(EFFECTS["pericardium"].changed(expectations=spilling, reshaped=()))
    assert [finding.signal for finding in spilled.not_as_expected] == ["pcwp"]


def test_an_effect_that_is_not_quite_off_is_found():
    effect = EFFECTS["pericardium"]
    nearly = effect.off.changed(parameters={"pericardium_coupling": 0.01})
    examined = examine(effect.changed(off=nearly))
    assert all(finding.holds for finding in examined.findings)
    assert not all(finding.holds for finding in examined.reshaped)
    assert not examined.holds


def test_the_table_says_for_every_expectation_what_came_out(effects):
    table = effects_table(effects)
    assert len(table) == sum(len(effect.findings) + len(effect.reshaped) for effect in effects)
    row = table[(table["effect"] == "fluid") & (table["signal"] == "blood_volume")].iloc[0]
    assert row["change"] == pytest.approx(600.0, abs=1e-3)
    assert row["unit"] == "mL"
    assert bool(row["holds"])
    assert row["reason"]
