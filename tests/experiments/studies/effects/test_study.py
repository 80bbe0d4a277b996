"""The study of effects: words, figure and command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from experiments.studies.effects import study
from experiments.studies.effects.effect import Condition, Effect, Expectation
from experiments.studies.effects.figure import effects_figure
from plants import InputError


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


@pytest.mark.usefixtures("drawn")
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
        (Expectation("map", "rises", 1.0, "a test"),),
    )
    monkeypatch.setattr(study, "EFFECTS", {"still": still})
    result = impellab("effects", "--workers", 1, "--json")
    assert result.code == 1
    assert result.document["held"] is False
