"""impellab identify."""

import pytest

from experiments.studies.identify import identification
from plants import Identification, Patient, TargetRow


def test_a_patient_meets_the_targets(impellab, tmp_path):
    result = impellab("identify", "--patient", "shock-d", "--write", "patients", "--json")
    assert result.code == 0
    rows = {row["signal"]: row for row in result.document["rows"]}
    assert rows["map"]["target"] == 57.0
    assert rows["map"]["model"] == pytest.approx(57.0, rel=0.01)
    assert all(row["met"] for row in rows.values() if row["fitted"])
    (written,) = (tmp_path / "patients").iterdir()
    assert Patient.load(written).name == "shock-d"
    (run,) = (tmp_path / "runs").iterdir()
    assert {"targets.csv", "targets.parquet", "shock-d.toml", "report.html", "config.json"} == {
        path.name for path in run.iterdir()
    }


def test_a_target_that_is_not_met_is_exit_code_1(impellab, monkeypatch):
    patient = Patient.load("shock-d")
    rows = tuple(
        TargetRow(patient.name, name, "1", 10.0, model, fitted)
        for name, model, fitted in (("map", 10.2, True), ("lvedp", 20.0, False))
    )
    monkeypatch.setattr(identification, "identify", lambda _: Identification(patient, rows, 1))
    result = impellab("identify", "--patient", "shock-d", "--json")
    assert result.code == 0
    assert [row["met"] for row in result.document["rows"]] == [True, False]
    worse = (*rows, TargetRow(patient.name, "cvp", "mmHg", 10.0, 12.0, True))
    monkeypatch.setattr(identification, "identify", lambda _: Identification(patient, worse, 1))
    assert impellab("identify", "--patient", "shock-d").code == 1


def test_nothing_is_half_written(impellab, tmp_path, monkeypatch):
    target = tmp_path / "patients"
    target.mkdir()
    (target / "shock-d.toml").write_text("before")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(identification.os, "replace", full)
    result = impellab("identify", "--patient", "shock-d", "--write", "patients")
    assert result.code == 2
    assert "No space left on device" in result.error
    assert [path.name for path in target.iterdir()] == ["shock-d.toml"]
    assert (target / "shock-d.toml").read_text() == "before"
    assert not (tmp_path / "runs").exists()


def test_a_patient_without_targets_is_refused(impellab, tmp_path):
    text = Patient.load("shock-d").to_toml()
    (tmp_path / "bare.toml").write_text(text[: text.index("[targets.")])
    result = impellab("identify", "--patient", "bare.toml")
    assert result.code == 2
    assert "targets" in result.error
