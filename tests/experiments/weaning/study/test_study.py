"""The weaning study as a job: patients that are kept, resuming, plans, figures."""

from __future__ import annotations

import json
import os
import sys

import pytest

from experiments.runs import resumable_study, run_study, to_json
from experiments.weaning import study as weaning
from experiments.weaning.study import WeaningStudySettings, patient as study_patient
from experiments.weaning.study.patient import Task, run_patient
from experiments.weaning.truth import AlarmTruth
from plants import InputError, PhysicsError
from plants.cohorts import PatientRefused
from plants.quantities import FailureKind

from ...conftest import kept_and_read, killed_and_resumed

POLICIES = ("fast-protocol", "ramp-test")


def test_a_patient_survives_the_passage_through_json(real):
    again = kept_and_read(real)
    assert repr(kept_and_read(again)) == repr(again)
    assert again.oracle == real.oracle
    assert again.alarms == real.alarms
    before, after = (patient.courses["fast-protocol"] for patient in (real, again))
    assert after.records[-1]["map"] == pytest.approx(before.records[-1]["map"], rel=1e-5)
    for name in ("decisions", "trial", "outcome"):
        assert getattr(after, name) == getattr(before, name)


def test_a_patient_without_an_oracles_hour_survives_too(real):
    from dataclasses import replace

    from experiments.weaning.truth import Oracle

    done = replace(real, oracle=Oracle(float("nan"), float("nan"), False, "label"))
    again = kept_and_read(done)
    assert not again.oracle.weanable


def test_no_policy_with_a_tracker_no_probe(real):
    assert real.probe is None
    assert set(real.courses) == set(POLICIES)
    assert not real.not_simulated


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (PatientRefused("access of the CP", "none", "some (4 mm)", kind="no access"), "access"),
        (PatientRefused("spread", 1.0, "a plausible shock-d", kind="no patient"), "spread"),
        (PhysicsError("of 3", kind=FailureKind.NO_PERIODIC_BEAT), "no periodic beat: of 3"),
        (PhysicsError("no periodic beat", kind=FailureKind.NOT_FINITE), "a value is no longer"),
    ],
)
def test_a_patient_without_access_for_the_pump_is_an_outcome(monkeypatch, error, refusal):
    def refused(trial):
        raise error

    monkeypatch.setattr(study_patient, "trial_bedside", refused)
    done = run_patient(Task(3, POLICIES))
    assert done.refusal.startswith(refusal)
    assert done.refusal_kind == error.kind
    assert not done.courses
    assert kept_and_read(done) == done


def test_a_mistake_of_the_caller_is_none(monkeypatch):
    def mistaken(trial):
        raise InputError("access", -1, "0 or more")

    monkeypatch.setattr(study_patient, "trial_bedside", mistaken)
    with pytest.raises(InputError, match="access"):
        run_patient(Task(3, POLICIES))


def test_a_task_has_its_key_of_everything_that_makes_it():
    base = Task(3, POLICIES)
    others = (
        Task(4, POLICIES),
        Task(3, POLICIES[:1]),
        Task(3, POLICIES, case="none"),
        Task(3, POLICIES, device="5.5"),
        Task(3, POLICIES, tier="console"),
    )
    assert len({task.key for task in (base, *others)}) == 6
    assert base.key == Task(3, POLICIES).key


def test_an_interrupted_study_goes_on_and_does_nothing_twice(quick, tmp_path, monkeypatch):
    monkeypatch.setattr(resumable_study, "write_findings", lambda *arguments, **options: None)
    ran, stop = quick
    settings, shares = WeaningStudySettings(patients=3, policies=POLICIES), []
    whole = run_study(weaning.STUDY, settings, runs=tmp_path / "whole", workers=1)
    ran.clear()
    stop["at"] = 1
    with pytest.raises(KeyboardInterrupt):
        run_study(weaning.STUDY, settings, runs=tmp_path / "runs", workers=1)
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.endswith(".work")
    # What was cut off while it was written counts as not done.
    (kept,) = (folder / "trials").glob("*.json")
    kept.write_text(kept.read_text()[:100])
    again = run_study(
        weaning.STUDY,
        None,
        runs=tmp_path / "runs",
        resume=folder,
        workers=1,
        progress=shares.append,
    )
    assert ran == [0, 1, 0, 1, 2]
    assert shares == pytest.approx([1 / 3, 2 / 3, 1.0])
    for name in ("policies", "targets"):
        assert again.findings.tables[name].equals(whole.findings.tables[name])
    assert again.folder.name == folder.name.removesuffix(".work")
    assert not (again.folder / "trials").exists()
    config = json.loads((again.folder / "config.json").read_text())
    assert config["resumed"] == {"done_before": 0, "patients": 3}
    with pytest.raises(InputError, match="complete"):
        run_study(weaning.STUDY, None, runs=tmp_path, resume=again.folder)


def test_a_study_that_fails_before_any_patient_leaves_nothing(quick, tmp_path):
    _, stop = quick
    stop["at"] = 0
    with pytest.raises(KeyboardInterrupt):
        run_study(
            weaning.STUDY,
            WeaningStudySettings(patients=2, policies=POLICIES),
            runs=tmp_path / "runs",
            workers=1,
        )
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.usefixtures("drawn")
def test_a_study_leaves_tables_figures_and_reference_results(quick, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = WeaningStudySettings(patients=2, policies=POLICIES)
    run = run_study(weaning.STUDY, settings, runs=tmp_path / "runs", workers=1, results=True)
    names = (
        "trade_off.png",
        "incidence.png",
        "outcomes.png",
        "case_full.png",
        "courses.parquet",
        "targets.csv",
        "report.html",
        "config.json",
    )
    for name in names:
        assert (run.folder / name).stat().st_size > 500, name
    results = tmp_path / "results" / "weaning"
    page = (results / "README.md").read_text()
    assert "impellab wean --cohort 2 --policy fast-protocol --policy ramp-test --results" in page
    assert (results / "case_full.png").is_file()
    assert not (results / "courses.csv").exists()
    document = json.loads(to_json(run.document()))
    assert [row["policy"] for row in document["rows"]] == list(POLICIES)
    assert {"measure", "target", "value", "met"} <= set(document["targets"][0])
    assert document["held"] is run.findings.held
    titles = [title for title, columns, rows in run.findings.printed if rows and columns]
    assert titles[:2] == ["targets; x: missed; shares without their intervals", "comparisons"]


def test_only_the_folder_of_a_study_can_be_resumed(tmp_path):
    with pytest.raises(InputError, match="resume"):
        run_study(weaning.STUDY, None, runs=tmp_path, resume=tmp_path)
    with pytest.raises(InputError, match="resume"):
        run_study(weaning.STUDY, None, runs=tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"patients": 0}, "patients"),
        ({"patients": 2.5}, "whole number"),
        ({"first_seed": -1}, "first_seed"),
        ({"first_seed": 9_999}, "outside an evaluation"),
        ({"policies": ()}, "one or more"),
        ({"policies": ("fast-protocol", "fast-protocol")}, "each once"),
        ({"policies": ("hasty",)}, "policy"),
        ({"device": "RP"}, "left ventricle"),
        ({"device": "none-such"}, "none-such"),
        ({"tier": "all"}, "tier"),
        ({"case": "hopeless"}, "case"),
    ],
)
def test_bad_settings_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        WeaningStudySettings(**{"patients": 2, "policies": POLICIES, **changes})


def test_seeds_for_evaluation_need_to_be_asked_for():
    settings = WeaningStudySettings(
        patients=2, first_seed=10_000, evaluation=True, policies=POLICIES
    )
    assert all(task.evaluation and task.trial("ramp-test").evaluation for task in settings.tasks())


def test_settings_survive_the_passage_through_a_work_folder():
    settings = WeaningStudySettings(patients=2, policies=POLICIES, case="none", device="5.5")
    kept = json.loads(to_json(settings.model_dump()))
    assert WeaningStudySettings.read(kept, source="plan.json") == settings


def test_the_command_line_names_what_is_not_usual():
    settings = WeaningStudySettings(patients=5, first_seed=3, device="5.5")
    line = weaning.STUDY.command_line(settings)
    assert line == "impellab wean --cohort 5 --seed 3 --device 5.5"
    settings = WeaningStudySettings(
        patients=300, policies=POLICIES, first_seed=10_000, evaluation=True
    )
    assert weaning.STUDY.command_line(settings) == (
        "impellab wean --cohort 300 --evaluation --seed 10000 --policy fast-protocol "
        "--policy ramp-test"
    )


def test_asking_what_is_true_leaves_a_course_as_it_is():
    from experiments.weaning.course import WeaningTrial, run_course

    trial = WeaningTrial(4, "fast-protocol", case="rv-failure")
    watch = AlarmTruth()
    watched, alone = run_course(trial, watch=watch), run_course(trial)
    assert watch.true
    for record, unwatched in zip(watched.records, alone.records, strict=True):
        assert record == pytest.approx(unwatched, nan_ok=True)
    assert watched.decisions == alone.decisions


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_a_killed_program_goes_on(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from experiments.runs import run_study\n"
        "from experiments.weaning.study import STUDY, WeaningStudySettings\n"
        "if __name__ == '__main__':\n"
        "    resume = Path(sys.argv[1]) if len(sys.argv) > 1 else None\n"
        "    asked = WeaningStudySettings(patients=4, policies=('fast-protocol',))\n"
        "    settings = None if resume else asked\n"
        "    run_study(STUDY, settings, runs=Path('runs'), resume=resume, workers=2)\n"
    )
    before, folder = killed_and_resumed(program, tmp_path)
    assert 1 <= len(before) < 4
    config = json.loads((folder / "config.json").read_text())
    assert config["resumed"] == {"done_before": len(before), "patients": 4}
    lines = (folder / "courses.csv").read_text().splitlines()
    assert len(lines) >= 2
    assert len({line.split(",")[1] for line in lines}) == len(lines)


def test_without_lifelines_it_is_refused_before_anything_runs(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "lifelines", None)
    with pytest.raises(InputError, match=r"impellab\[statistics\]"):
        run_study(weaning.STUDY, WeaningStudySettings(patients=1, first_seed=3), runs=tmp_path)
    assert list(tmp_path.iterdir()) == []
