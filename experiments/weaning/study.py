"""The study behind ``impellab wean --cohort``: virtual patients, weaned by every policy.

A patient is a unit of work: what could have been done (the oracle), a probe of the explant gate,
and a course under every policy, with the same patient, events and luck. Patients that are done are
kept, and a killed study goes on from there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from controllers.weaning.steps import STEP_POLICIES, step_policy
from experiments.output import note, path_text
from experiments.pool import run_each
from experiments.study_output import RESULTS
from experiments.weaning.record import Course
from experiments.weaning.study_cells import Printed, printed
from experiments.weaning.study_patient import PatientDone, Task, run_patient
from experiments.weaning.study_report import worked_patients, write_weaning
from experiments.weaning.study_rows import study_rows
from experiments.weaning.study_tables import StudyTables, tabulate
from experiments.weaning.targets import target_table
from experiments.work_folder import WorkFolder
from plants import TIERS, InputError, Pump, unknown_name
from plants.bedside_cases import CASES
from plants.population import FIRST_EVALUATION_SEED

if TYPE_CHECKING:
    import pandas

COMMAND = "wean"
#: The policy that must meet the targets unless a plan names another one first.
MAIN = "model-based"
#: Where the project keeps the policy that was trained on weaning.
TRAINED = RESULTS / "policies" / "weaning-ppo"


def default_policies() -> tuple[str, ...]:
    """The main policy, the published protocols, and the trained policy where there is one.

    Examples
    --------
    >>> from experiments.weaning.study import default_policies
    >>> default_policies()[:2]
    ('model-based', 'fast-protocol')
    """
    protocols = tuple(name for name in STEP_POLICIES if name != MAIN)
    trained = (f"policy:{TRAINED.as_posix()}",) if TRAINED.is_dir() else ()
    return (MAIN, *protocols, *trained)


@dataclass(frozen=True)
class Plan:
    """What a study does.

    Parameters
    ----------
    patients : int
        How many are asked for; who cannot be put on the pump is counted, and not replaced.
    first_seed : int
        Seed of the first; the others follow.
    policies : tuple of str
        Step policies; the first is the one that must meet the targets.
    device : str
        A left pump.
    tier : {"console", "icu", "full"}
        Which sensors there are.
    evaluation : bool
        Whether seeds that are kept for evaluation may be drawn.
    case : str
        One of :data:`plants.bedside_cases.CASES` for everybody; "" lets the seed decide.

    Raises
    ------
    InputError
        A number or a name is wrong, or a seed is kept for evaluation.

    Examples
    --------
    >>> from experiments.weaning.study import Plan
    >>> [task.seed for task in Plan(patients=2, first_seed=7).tasks()]
    [7, 8]
    """

    patients: int = 300
    first_seed: int = 0
    policies: tuple[str, ...] = field(default_factory=default_policies)
    device: str = "CP"
    tier: str = "icu"
    evaluation: bool = False
    case: str = ""

    def __post_init__(self) -> None:
        for name, least in (("patients", 1), ("first_seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise InputError(name, value, f"a whole number, {least} or more")
        last = self.first_seed + self.patients - 1
        if last >= FIRST_EVALUATION_SEED and not self.evaluation:
            allowed = f"seeds up to {FIRST_EVALUATION_SEED - 1} outside an evaluation"
            raise InputError("seed", last, allowed)
        object.__setattr__(self, "policies", tuple(self.policies))
        if not self.policies or len(set(self.policies)) < len(self.policies):
            raise InputError("policy", ", ".join(self.policies), "one or more, each once")
        for policy in self.policies:
            step_policy(policy)
        if Pump.load(self.device).side != "left":
            raise InputError("device", self.device, "pumps for the left ventricle")
        if self.tier not in TIERS:
            raise unknown_name("tier", self.tier, TIERS)
        if self.case and self.case not in CASES:
            raise unknown_name("case", self.case, CASES)

    @classmethod
    def from_job(cls, job: dict[str, Any]) -> Plan:
        """The plan of a work folder."""
        return cls(**job | {"policies": tuple(job["policies"])})

    def tasks(self) -> list[Task]:
        """One for each patient."""
        return [
            Task(
                seed, self.policies, device=self.device, tier=self.tier, case=self.case,
                evaluation=self.evaluation,
            )
            for seed in range(self.first_seed, self.first_seed + self.patients)
        ]  # fmt: skip


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
