"""The study behind ``impellab wean --cohort``: virtual patients, weaned by every policy.

A patient is a case: what could have been done (the oracle), a probe of the explant gate, and a
course under every policy, with the same patient, events and luck.
"""

from __future__ import annotations

from collections.abc import Sequence

from experiments.runs import Findings, Study
from experiments.statistics import check_lifelines
from experiments.weaning.study.patient import PatientResult, Task, run_patient
from experiments.weaning.study.report import TITLE, unit_of, weaning_findings, worked_patients
from experiments.weaning.study.rows import study_rows
from experiments.weaning.study.settings import WeaningStudySettings
from experiments.weaning.study.tables import tabulate
from experiments.weaning.study.targets import target_table


def _findings(settings: WeaningStudySettings, patients: Sequence[PatientResult]) -> Findings:
    main = settings.policies[0]
    seeds: list[int] = []
    # Read back one at a time: all records together are more than needs to be held.
    rows = study_rows(_with_seeds_kept(patient, seeds) for patient in patients)
    tables = tabulate(rows, settings.policies)
    worked = {
        case: patients[seeds.index(seed)].courses[main]
        for case, seed in worked_patients(rows.courses, main).items()
    }
    return weaning_findings(settings, rows, tables, target_table(tables, main), worked)


def _with_seeds_kept(patient: PatientResult, seeds: list[int]) -> PatientResult:
    seeds.append(patient.seed)
    return patient


def _tasks(settings: WeaningStudySettings) -> list[Task]:
    """The patients; refused before anything runs if the tables could not be made at the end."""
    check_lifelines()
    return settings.tasks()


STUDY = Study(
    name="weaning",
    title=lambda settings: TITLE,
    settings=WeaningStudySettings,
    cases=_tasks,
    work=run_patient,
    findings=_findings,
    result=PatientResult,
    key=lambda task: task.key,
    units=unit_of,
    unit="patients",
    seeds=lambda settings: {"first patient": settings.first_seed},
    command="wean",
    partial=True,
)
