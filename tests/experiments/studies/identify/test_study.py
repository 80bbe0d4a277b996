"""The table of patients and targets."""

from __future__ import annotations

from experiments.runs import run_study
from experiments.studies.identify import STUDY, PatientsSettings, patients_table
from experiments.studies.identify.study import patients_summary
from plants import Patient

#: The targets ask for a central venous pressure above the mean pulmonary pressure.
CONTRADICTORY = {("rv-failure", "cvp"), ("rv-failure", "mpap")}


def test_every_target_of_every_patient_is_there():
    table = patients_table()
    expected = sum(len(Patient.load(name).targets) for name in Patient.names())
    assert len(table) == expected
    fitted = table[table["fitted"]]
    missed = fitted[~fitted["met"]]
    # Targets that contradict each other; all the others are met.
    assert set(zip(missed["patient"], missed["signal"], strict=True)) == CONTRADICTORY
    assert missed["deviation_percent"].abs().max() < 10


def test_every_miss_has_a_reason():
    table = patients_table()
    missed = table[~table["met"]]
    filling = missed[missed["signal"] == "lvedp"]
    assert set(filling["patient"]) == {
        "biventricular-shock",
        "healthy",
        "rv-failure",
        "shock-c",
        "shock-d",
    }
    assert filling["reason"].str.contains("atrial contraction").all()
    others = missed[missed["signal"] != "lvedp"]
    assert set(zip(others["patient"], others["signal"], strict=True)) == CONTRADICTORY
    assert others["reason"].str.contains("above the mean pulmonary pressure").all()
    off = table[table["deviation_percent"].abs() >= 1]
    assert (off["reason"] != "").all()
    assert (off["reason"] != "not known").all()


def test_the_summary_counts_and_lists():
    text = patients_summary(patients_table(["healthy", "shock-d"]))
    assert "12 of 14 targets are met" in text
    assert text.count("\n- ") == 2


def test_the_results_are_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = tmp_path / "runs"
    run = run_study(STUDY, PatientsSettings(all=True), runs=runs, workers=1, results=True)
    assert run.folder.parent == runs
    names = {path.name for path in (tmp_path / "results" / "patients").iterdir()}
    assert names == {"README.md", "targets.csv"}
    page = (tmp_path / "results" / "patients" / "README.md").read_text(encoding="utf-8")
    assert "impellab identify --all --results" in page
