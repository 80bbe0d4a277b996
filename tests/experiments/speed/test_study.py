"""The speed study: rows that can be read, parts in their order, and the command."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.runs import Findings
from experiments.speed import core_scaling, study
from experiments.speed.figures import drawn_rows
from experiments.speed.row import SpeedRow
from plants import InputError
from plants.compile import find_compiler

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")


def shown(rows: list[SpeedRow]) -> Findings:
    """What the study shows of some rows."""
    return study.STUDY.findings(study.SpeedSettings(), [study.Measured(rows)])


@needs_compiler
def test_a_row_can_be_told_in_words(rows):
    text = shown(rows[2:3]).summary
    for word in ("times as much", "LSODA", "by turn), ", "; errors ", "target ratio >= 300"):
        assert word in text
    alone = shown([SpeedRow("p", "memory", 31.0, unit="MB", note="1 kB a patient")]).summary
    assert alone.endswith("- memory: 31 MB; note: 1 kB a patient.")
    absent = shown([SpeedRow("p", "w", None, unit="1/s", note="not installed")]).summary
    assert absent.endswith("- w: not measured; note: not installed.")


def test_nothing_to_draw_gives_no_figure():
    row = SpeedRow("peers", "w", None, unit="1", note="not installed")
    assert drawn_rows([row], roofline=False) == drawn_rows([row], roofline=True) == []


def test_an_unknown_part_is_refused(impellab, tmp_path):
    with pytest.raises(InputError, match="roofline"):
        study.SpeedSettings(only=("rooflime",))
    assert "roofline" in impellab("speed", "--only", "rooflime").error
    assert list(tmp_path.iterdir()) == []


def test_parts_run_in_the_order_of_the_table():
    settings = study.SpeedSettings(only=("roofline", "patient"))
    assert [case.part for case in study.STUDY.cases(settings)] == ["patient", "roofline"]
    assert len(study.STUDY.cases(study.SpeedSettings())) == len(study.PARTS)


@pytest.mark.usefixtures("drawn")
def test_the_command_gives_the_rows_of_its_contract(impellab, tmp_path):
    arguments = ["speed", "--only", "patient", "--seconds", 0.5, "--repeats", 1]
    result = impellab(*arguments, "--results", "--json")
    document = result.document
    targets = [row["met"] for row in document["rows"] if row["target"]]
    assert document["held"] is (False not in targets)
    assert result.code == (0 if document["held"] else 1)
    assert len(document["rows"]) == 5
    for row in document["rows"]:
        assert {"work", "ours", "other", "ratio", "target", "met"} <= set(row)
        assert isinstance(row["work"], str)
        assert row["ours"] > 0
    names = {path.name for path in (tmp_path / "results" / "speed").iterdir()}
    assert names == {"README.md", "speed.csv", "speed.png"}


def test_the_table_for_people_names_targets(impellab, tmp_path, monkeypatch):
    row = SpeedRow("patient", "a course, against another", 8.0, 2.0, 4.0, unit="1/s")
    monkeypatch.setattr(
        study, "patient_rows", lambda *_, **__: [row.with_target("ratio", ">=", 5.0)]
    )
    result = impellab("speed", "--only", "patient")
    assert result.code == 1
    assert "against another" in result.out
    assert "not met" in result.out
    assert "Of 1 targets 0 are met, 1 not" in result.out
    assert not (tmp_path / "results").exists()


def test_what_is_not_measured_misses_no_target(impellab, monkeypatch):
    absent = SpeedRow("patient", "a course", None, unit="1/s", note="not installed")
    rows = [absent.with_target("ratio", ">=", 5.0)]
    monkeypatch.setattr(study, "patient_rows", lambda *_, **__: rows)
    result = impellab("speed", "--only", "patient", "--json")
    assert result.code == 0
    assert result.document["held"] is True
    assert result.document["rows"][0]["met"] is None


@pytest.mark.usefixtures("drawn")
def test_a_growth_is_kept_and_read_back(impellab, monkeypatch, tmp_path):
    at = np.array([16.0, 64.0, 256.0])
    growth = core_scaling.Growth(at, 1e-3 * at, 64.0)
    monkeypatch.setattr(study, "scaling", lambda _: core_scaling.Scaling(growth, growth, 31.0))
    result = impellab("speed", "--only", "scaling", "--json")
    assert result.code == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert (run / "scaling.png").is_file()
