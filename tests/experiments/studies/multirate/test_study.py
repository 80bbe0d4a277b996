"""The multirate study: words, figure and command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from experiments.studies.multirate import hours, study
from experiments.studies.multirate.figure import multirate_figure


def scaled(comparison, factor):
    """The comparison with a multirate run that is off."""
    values = factor * comparison.multirate.values
    return replace(comparison, multirate=replace(comparison.multirate, values=values))


def test_the_outcome_in_words_and_in_a_figure(comparisons, trade):
    settings = study.MultirateSettings(hours=0.75, days=0.1)
    findings = study.STUDY.findings(settings, [*comparisons, trade])
    assert findings.held is True
    assert "without reflex: worst error" in findings.summary
    assert "recovery " in findings.summary
    figure = multirate_figure(comparisons, findings.tables["days"])
    assert len(figure.axes) == 5
    spoiled = [scaled(comparisons[0], 2.0), comparisons[1], trade]
    assert study.STUDY.findings(settings, spoiled).held is False
    late = [*comparisons, [row | {"worst_error": 2 * hours.LIMIT} for row in trade]]
    assert study.STUDY.findings(settings, late).held is False


ARGUMENTS = ("multirate", "--hours", 0.75, "--days", 0.1, "--workers", 1, "--json")


@pytest.fixture
def results(monkeypatch, comparisons, trade):
    """What the study is made to find."""
    kept = [*comparisons, trade]
    known = replace(study.STUDY, cases=lambda settings: range(len(kept)), work=lambda n: kept[n])
    monkeypatch.setattr(study, "STUDY", known)
    return kept


@pytest.mark.usefixtures("drawn", "results")
def test_the_command(impellab, comparisons, trade):
    result = impellab(*ARGUMENTS)
    assert result.code == 0
    document = result.document
    assert document["held"] is True
    assert {row["case"] for row in document["cost"]} == {"without reflex", "with reflex"}
    assert document["cost"][0]["worst_error"] == comparisons[0].errors.max()
    assert len(document["days"]) == len(trade)


def test_the_command_tells_what_does_not_agree(impellab, results):
    results[0] = scaled(results[0], 0.0)
    assert impellab(*ARGUMENTS).code == 1


@pytest.mark.parametrize("option", [("--hours", 0), ("--days", -1), ("--workers", 0)])
def test_bad_options_are_refused(impellab, option):
    assert impellab("multirate", *option).code == 2
