"""impellab identify, and the table of the package's patients and targets."""

from __future__ import annotations

import pytest

from experiments.runs import run_study
from experiments.studies.identify import STUDY, IdentificationSettings, patients_table, study
from experiments.studies.identify.study import patients_summary
from plants import Identification, Patient, TargetRow
from plants.cohorts import ESTIMATED_PARAMETERS

#: What the targets of a preset move.
MOVED = {
    *ESTIMATED_PARAMETERS,
    *("c_systemic_arteries", "c_pulmonary_arteries", "rv_alpha", "la_ees", "la_v0"),
}


def test_every_target_of_every_patient_is_there():
    table = patients_table()
    expected = sum(len(Patient.load(name).targets) for name in Patient.names())
    assert len(table) == expected
    fitted = table[table["fitted"]]
    assert fitted["met"].all()
    assert fitted["deviation_percent"].abs().max() < 0.1
    assert set(table[~table["fitted"]]["signal"]) == {"lvedp"}
    assert table["deviation_percent"].abs().max() < 15


def test_every_miss_has_a_reason():
    table = patients_table()
    missed = table[~table["met"]]
    assert set(missed["signal"]) == {"lvedp"}
    # The atrium fills the ventricle above the mean pressure that the target is.
    assert (missed["deviation_percent"] > 0).all()
    assert missed["reason"].str.contains("atrial contraction").all()
    off = table[table["deviation_percent"].abs() >= 1]
    assert (off["reason"] != "").all()
    assert (off["reason"] != "not known").all()


def test_the_summary_counts_and_lists():
    text = patients_summary(patients_table(["healthy", "shock-d"]))
    assert "22 of 24 targets are met" in text
    assert text.count("\n- ") == 2


def test_the_results_are_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = tmp_path / "runs"
    run = run_study(STUDY, IdentificationSettings(all=True), runs=runs, workers=1, results=True)
    assert run.folder.parent == runs
    names = {path.name for path in (tmp_path / "results" / "patients").iterdir()}
    assert names == {"README.md", "parameters.csv", "targets.csv"}
    page = (tmp_path / "results" / "patients" / "README.md").read_text(encoding="utf-8")
    assert "impellab identify --all --results" in page


def test_one_or_all(impellab):
    for arguments in ((), ("--all", "--patient", "shock-d")):
        result = impellab("identify", *arguments)
        assert result.code == 2
        assert "--all" in result.error
    result = impellab("identify", "--patient", "shock-d", "--results")
    assert result.code == 2
    assert "of every patient" in result.error


def test_a_patient_meets_the_targets(impellab, tmp_path):
    result = impellab("identify", "--patient", "shock-d", "--write", "patients", "--json")
    assert result.code == 0
    rows = {row["signal"]: row for row in result.document["rows"]}
    assert rows["map"]["target"] == 57.0
    assert rows["map"]["model"] == pytest.approx(57.0, rel=0.01)
    assert all(row["met"] for row in rows.values() if row["fitted"])
    assert result.document["held"] is True
    assert result.document["units"]["deviation"] == "1"
    (written,) = (tmp_path / "patients").iterdir()
    assert Patient.load(written).name == "shock-d"
    (run,) = (tmp_path / "runs").iterdir()
    tables = {f"{name}.{kind}" for name in ("targets", "parameters") for kind in ("csv", "parquet")}
    assert tables | {"shock-d.toml", "report.html", "config.json"} == {
        path.name for path in run.iterdir()
    }
    moved = {row["parameter"]: row for row in result.document["parameters"]}
    assert set(moved) == MOVED
    assert 0 < moved["r_systemic"]["standard_error"] < 0.3 * moved["r_systemic"]["value"]
    assert moved["r_systemic"]["unit"] == "mmHg.s/mL"
    assert result.document["units"]["standard_error"] == "{unit}"
    assert 1 < result.document["conditions"]["shock-d"] < 100
    entry = Patient.load(written).entries["r_systemic"]
    assert "standard error" in entry.source


def test_a_target_that_is_not_met_is_exit_code_1(impellab, monkeypatch):
    patient = Patient.load("shock-d")
    rows = tuple(
        TargetRow(patient.name, name, "1", 10.0, model, fitted)
        for name, model, fitted in (("map", 10.2, True), ("lvedp", 20.0, False))
    )
    monkeypatch.setattr(study, "identify", lambda _: Identification(patient, rows, 1))
    result = impellab("identify", "--patient", "shock-d", "--workers", "1", "--json")
    assert result.code == 0
    assert [row["met"] for row in result.document["rows"]] == [True, False]
    worse = (*rows, TargetRow(patient.name, "cvp", "mmHg", 10.0, 12.0, True))
    monkeypatch.setattr(study, "identify", lambda _: Identification(patient, worse, 1))
    assert impellab("identify", "--patient", "shock-d", "--workers", "1").code == 1


def test_nothing_is_half_written(impellab, tmp_path, monkeypatch):
    target = tmp_path / "patients"
    target.mkdir()
    (target / "shock-d.toml").write_text("before")
    # replace_file is the only one that writes there, and does so as a whole.
    real = study.replace_file

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(study, "replace_file", full)
    result = impellab("identify", "--patient", "shock-d", "--write", "patients")
    assert result.code == 2
    assert "No space left on device" in result.errors[-1]
    assert [path.name for path in target.iterdir()] == ["shock-d.toml"]
    assert (target / "shock-d.toml").read_text() == "before"
    # What was found is kept, and goes on where there is space again.
    (work,) = (tmp_path / "runs").iterdir()
    monkeypatch.setattr(study, "replace_file", real)
    assert "to go on" in result.errors[0]
    assert impellab("identify", "--resume", str(work)).code == 0
    assert Patient.load(target / "shock-d.toml").name == "shock-d"


def test_a_patient_without_targets_is_refused(impellab, tmp_path):
    text = Patient.load("shock-d").to_toml()
    (tmp_path / "bare.toml").write_text(text[: text.index("[targets.")])
    result = impellab("identify", "--patient", "bare.toml")
    assert result.code == 2
    assert "targets" in result.error


NEW = """name = "mine"
base = "shock-d"

[targets.pa_systolic]
value = 43.0
unit = "mmHg"
source = "right heart catheter"
tag = "S"

[targets.rvedv]
value = 135.0
unit = "mL"
source = "echo"
tag = "S"
"""


def test_a_preset_is_identified_anew_with_further_targets(impellab, tmp_path):
    (tmp_path / "mine.toml").write_text(NEW)
    result = impellab("identify", "--patient", "mine.toml", "--write", "found", "--json")
    assert result.code == 0, result.document["rows"]
    moved = {row["parameter"] for row in result.document["parameters"]}
    assert moved == MOVED
    identified = Patient.load(tmp_path / "found" / "mine.toml")
    preset = Patient.load("shock-d")
    assert identified.entries["c_aorta"] == preset.entries["c_aorta"]
    # A larger right ventricle at the same pressure is a softer one.
    assert identified["rv_alpha"] < preset["rv_alpha"]
    assert identified.targets["pa_systolic"].value == 43.0
    assert (tmp_path / "found" / "mine.toml").read_text() == identified.to_toml()


def test_targets_and_parameters_may_be_chosen(impellab, tmp_path):
    (tmp_path / "mine.toml").write_text(NEW)
    chosen = ("--fitted", "pa_systolic", "--free", "r_pulmonary", "--free", "c_pulmonary_arteries")
    result = impellab("identify", "--patient", "mine.toml", *chosen, "--json")
    assert [row["signal"] for row in result.document["rows"] if row["fitted"]] == ["pa_systolic"]
    moved = result.document["parameters"]
    assert [row["parameter"] for row in moved] == ["r_pulmonary", "c_pulmonary_arteries"]
    assert [row["standard_error"] for row in moved] == [None, None]
    assert result.document["conditions"]["mine"] is None
    assert any("do not tell" in note for note in result.document["notes"])


@pytest.mark.parametrize("option", ["fitted", "free"])
def test_names_that_are_none_are_refused(impellab, option):
    result = impellab("identify", "--patient", "shock-d", f"--{option}", "pa_systolik")
    assert result.code == 2
    assert f"--{option}" in result.error
    assert "one of" in result.error


def unfitted(patient: Patient) -> Identification:
    """An identification that cost nothing."""
    return Identification(patient, (TargetRow(patient.name, "map", "mmHg", 57.0, 57.1, True),), 1)


def test_a_folder_that_cannot_be_written_to_is_refused_before_the_work(
    impellab, tmp_path, monkeypatch
):
    monkeypatch.setattr(study, "identify", lambda _: pytest.fail("the work began"))
    (tmp_path / "file").write_text("")
    result = impellab("identify", "--patient", "shock-d", "--write", "file", "--workers", "1")
    assert result.code == 2
    assert "write = 'file'" in result.error
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    "name", ["shock-d/3", "../../escaped", "/escaped", "a" * 300, "NUL", "a\x00b", "x.", "$=\x1b"]
)
def test_any_name_becomes_a_file_in_its_folder(tmp_path, monkeypatch, name):
    base = tmp_path / "in"
    base.mkdir()
    mine = base / "mine.toml"
    mine.write_text(Patient.load("shock-d").replace(name).to_toml())
    monkeypatch.setattr(study, "identify", unfitted)
    settings = IdentificationSettings(patient=str(mine), write=str(base / "written"))
    run = run_study(STUDY, settings, runs=base / "runs", workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert {path.name for path in base.iterdir()} == {"mine.toml", "runs", "written"}
    (written,) = (base / "written").iterdir()
    assert Patient.load(written).name == name
    assert (run.folder / written.name).read_text() == written.read_text()


def test_the_same_name_twice_is_two_files():
    file = Patient.load("shock-d").to_toml()
    patients = [study.IdentifiedPatient("Same", file, [], []) for _ in range(2)]
    names = [name for name, _ in study._files(patients)]
    assert len({name.casefold() for name in names}) == 2
