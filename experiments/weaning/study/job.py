"""The study behind ``impellab wean --cohort``: virtual patients, weaned by every policy.

A patient is a unit of work: what could have been done (the oracle), a probe of the explant gate,
and a course under every policy, with the same patient, events and luck. Patients that are done are
kept, and a killed study goes on from there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.runs import WorkFolder, note, path_text, run_each
from experiments.weaning.course import Course
from experiments.weaning.study.cells import Printed, printed
from experiments.weaning.study.patient import PatientDone, Task, run_patient
from experiments.weaning.study.plan import COMMAND, Plan
from experiments.weaning.study.report import worked_patients, write_weaning
from experiments.weaning.study.rows import study_rows
from experiments.weaning.study.tables import StudyTables, tabulate
from experiments.weaning.study.targets import target_table

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class WeaningStudy:
    """What a study gave.

    Attributes
    ----------
    plan : Plan
        What was done.
    tables : StudyTables
        The results.
    targets : DataFrame
        What had to be shown, for every policy.
    folder : Path
        The run folder.
    """

    plan: Plan
    tables: StudyTables
    targets: pandas.DataFrame
    folder: Path

    @property
    def main(self) -> str:
        """The policy that must meet the targets."""
        return self.plan.policies[0]

    @property
    def held(self) -> bool:
        """Whether the main policy meets every target on which somebody can be judged."""
        return all(row["met"] is not False for row in self._own(self.main))

    def _own(self, policy: str) -> list[dict[str, Any]]:
        if self.targets.empty:
            return []
        rows = self.targets[self.targets["policy"] == policy].to_dict("records")
        return [
            {str(name): one for name, one in row.items()}
            | {"met": None if row["met"] is None else bool(row["met"])}
            for row in rows
        ]

    def document(self) -> dict[str, Any]:
        """The JSON document of the command."""
        tables = self.tables
        return {
            "rows": tables.policies.to_dict("records"),
            "targets": self._own(self.main),
            "baselines": [row for name in self.plan.policies[1:] for row in self._own(name)],
            "patients": tables.patients.to_dict("records"),
            "outcomes": tables.outcomes.to_dict("records"),
            "recognition": tables.recognition.to_dict("records"),
            "gate": tables.gate.to_dict("records"),
            "contractility": tables.contractility.to_dict("records"),
            "refusals": tables.refusals.to_dict("records"),
            "held": self.held,
            "run": self.folder,
        }

    def printed(self) -> list[Printed]:
        """Title, headings and cells of the tables that a reader of the terminal sees."""
        return printed(self.tables, self.targets, self.plan.policies)


def study(
    plan: Plan | None,
    *,
    runs: Path,
    resume: Path | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    results: bool = False,
    progress: Callable[[float], None] | None = None,
) -> WeaningStudy:
    """Run a study, or go on with one.

    Parameters
    ----------
    plan : Plan, optional
        What to do; None to go on.
    runs : Path
        Where the run folder is made.
    resume : Path, optional
        The folder of a study that was interrupted.
    workers : int, optional
        Number of processes; by default one for each core.
    cluster : str, optional
        Address of a Dask scheduler.
    results : bool
        Whether ``results/weaning`` is renewed as well.
    progress : callable, optional
        Called with the share of the patients that are done.

    Raises
    ------
    InputError
        There is nothing to go on with, a folder cannot be written to, or there is no such cluster.
    RunError
        A worker died.
    """
    if plan is not None:
        work = WorkFolder.create(
            COMMAND, runs, asdict(plan), seeds={"first patient": plan.first_seed}
        )
    else:
        work = WorkFolder.resumed(resume, COMMAND, "an interrupted cohort")
        if changed := work.changed():
            note(f"impellab: {changed}; patients from before and after are mixed")
    chosen = Plan.from_job(work.job)
    tasks = {task.key: task for task in chosen.tasks()}
    with work.locked():
        try:
            done = {one.key for one in _kept(work) if one.key in tasks}
            earlier = len(done)
            left = [task for key, task in tasks.items() if key not in done]
            for one in run_each(run_patient, left, workers=workers, cluster=cluster):
                work.keep(one.key, one.to_dict())
                done.add(one.key)
                if progress is not None:
                    progress(len(done) / len(tasks))
            with work.completed() as run:
                run.config["resumed"] = {"patients_from_before": earlier, "patients": len(tasks)}
                # Read back one at a time: all records together are more than needs to be held.
                rows = study_rows(_read(work, key) for key in tasks)
                tables = tabulate(rows, chosen.policies)
                targets = target_table(tables, chosen.policies[0])
                worked = _worked(work, rows.courses, chosen, tasks)
                write_weaning(run, chosen, rows, tables, targets, worked, results=results)
        except BaseException:
            if not work.discard_if_empty():
                note(f"to go on: impellab wean --resume {path_text(work.path)}")
            raise
    return WeaningStudy(chosen, tables, targets, run.final)


def _read(work: WorkFolder, key: str) -> PatientDone:
    return PatientDone.from_dict(work.read(key))


def _kept(work: WorkFolder) -> Iterator[PatientDone]:
    """The patients that are done; a file that cannot be read counts as not done."""
    for key in work.kept_keys():
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            one = _read(work, key)
            if one.key == key:
                yield one


def _worked(
    work: WorkFolder, courses: pandas.DataFrame, plan: Plan, tasks: dict[str, Task]
) -> dict[str, Course]:
    """By case, the course of a typical patient under the main policy."""
    main, keys = plan.policies[0], {task.seed: key for key, task in tasks.items()}
    chosen = worked_patients(courses, main)
    return {case: _read(work, keys[seed]).courses[main] for case, seed in chosen.items()}
