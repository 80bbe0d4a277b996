"""The study of masked failure: what is expected, figures, words and command."""

from __future__ import annotations

from dataclasses import replace

import pandas
import pytest

from experiments.studies.masked import figures, study


def test_a_patient_that_shows_nothing_is_found(tables):
    hidden, masked = tables["hidden"], tables["masked"]
    assert all(study.expectations(hidden, masked).values())
    assert not all(study.expectations(hidden.assign(grade="none"), masked).values())
    unharmed = study.expectations(hidden, masked.assign(cardiac_power_output=0.87))
    assert [name for name, holds in unharmed.items() if not holds] == [
        "off it the masked one falls below 0.6 W"
    ]


def test_figures(results, tables):
    beats = pandas.DataFrame(results[0]["hidden_beats"])
    assert list(beats["level"].unique()) == ["P-9", "P-2"]
    assert len(figures.hidden_figure(tables["hidden_course"], beats).axes) == 6
    assert len(figures.masked_figure(tables["masked_course"], tables["doses"]).axes) == 5


def test_the_outcome_in_words_names_what_is_not_as_expected(results):
    findings = study.STUDY.findings(study.MaskedSettings(), results)
    assert findings.held is True
    assert "grade severe" in findings.summary or "grade moderate" in findings.summary
    assert "Not as expected" not in findings.summary
    hidden = results[0]
    tight = hidden | {"hidden": [row | {"grade": "none"} for row in hidden["hidden"]]}
    findings = study.STUDY.findings(study.MaskedSettings(), [tight, *results[1:]])
    assert findings.held is False
    assert "Not as expected: at P-2 it is moderate or severe." in findings.summary


@pytest.fixture
def known(monkeypatch, results):
    """The study of results that are there."""
    kept = dict(zip(study.PARTS, results, strict=True))
    monkeypatch.setattr(study, "STUDY", replace(study.STUDY, work=kept.__getitem__))


@pytest.mark.usefixtures("drawn", "known")
def test_the_command(impellab):
    result = impellab("masked", "--workers", 1, "--json")
    assert result.code == 0
    document = result.document
    assert document["held"] is True
    assert len(document["hidden"]) == 3
    assert len(document["rows"]) == 6
    assert all(row["met"] for row in document["checks"])


@pytest.mark.usefixtures("known")
def test_the_command_prints_for_people(impellab):
    assert impellab("masked", "--workers", 1).code == 0
