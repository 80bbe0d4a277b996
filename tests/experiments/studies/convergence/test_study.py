"""The convergence study: an honest choice of the step, told and written."""

from __future__ import annotations

import functools

import pandas
import pytest

from experiments.runs import Findings
from experiments.studies.convergence import errors, study
from experiments.studies.convergence.step_choice import chosen_step
from plants import BeatMap, Plant, Simulator


def findings_of(case: errors.Case, table: pandas.DataFrame) -> Findings:
    """What the study shows of errors of integration in a case."""
    smoothing = errors.smoothing_changes(case, widths=(0.02,))
    result = study.CaseErrors(table.to_dict("records"), smoothing)
    return study.STUDY.findings(study.ConvergenceSettings(), [result])


def test_the_plants_step_meets_both_limits(case, table):
    row = table[(table["scheme"] == "RK4") & (table["step_ms"] == 2.0)].iloc[0]
    assert row["mean_error"] < errors.MEAN_LIMIT / 10
    assert row["extreme_error"] < errors.EXTREME_LIMIT
    chosen = chosen_step(table)
    assert chosen.step == pytest.approx(0.002)
    # A plant whose limit is lower runs at its limit, which is hardly shorter.
    assert chosen.stable_step >= 0.95 * 0.002
    stiff = Plant("shock-d", "5.0")
    assert Simulator(stiff).step == min(0.002, stiff.largest_step())
    assert BeatMap(stiff).step == min(0.002, stiff.largest_step())
    findings = findings_of(case, table)
    assert findings.held is True
    assert "RK4 at 2 ms" in findings.summary
    inaccurate = table.assign(within_limits=table["within_limits"] & (table["step_ms"] != 2.0))
    findings = findings_of(case, inaccurate)
    assert findings.held is False
    assert findings.document["choice"].step == pytest.approx(0.001)


@pytest.mark.usefixtures("drawn")
def test_the_command_writes_what_it_says(impellab, case, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "CASES", (case, case))
    brief = functools.partial(errors.integration_errors, steps=(0.002,), schemes=("Heun", "RK4"))
    monkeypatch.setattr(study, "integration_errors", brief)
    result = impellab("convergence", "--cases", 1, "--results", "--json")
    assert result.code == 0
    document = result.document
    assert document["held"] is True
    assert document["choice"]["scheme"] == "RK4"
    assert [row["scheme"] for row in document["rows"]] == ["Heun", "RK4"]
    names = {path.name for path in (tmp_path / "results" / "convergence").iterdir()}
    assert names == {"README.md", "convergence.png", "integration.csv", "smoothing.csv"}
    page = (tmp_path / "results" / "convergence" / "README.md").read_text(encoding="utf-8")
    assert "impellab convergence --cases 1 --results" in page
    assert "Python" in page
    assert str(tmp_path) not in page
