"""The job behind ``impellab cohort``: virtual patients in shock on pumps, and what goes wrong.

Every patient has every support that is compared, with the same chances: the thresholds of the
hazards come from the patient's seed, so that two supports differ by what they do and not by luck.
A patient is a unit of work; those that are done are kept, and a killed job goes on from there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.runs import WorkFolder, note, path_text, run_each
from experiments.studies.cohort.outcome import Support
from experiments.studies.cohort.patient import PatientDone, Task, run_patient
from experiments.studies.cohort.report import write_cohort
from experiments.studies.cohort.tables import OUTSIDE, CohortTables, tabulate
from plants import InputError, Population, Pump
from plants.cohorts import FIRST_EVALUATION_SEED

COMMAND = "cohort"
#: Profiles of the patients, in turn.
PHENOTYPES = ("shock-c", "shock-d", "shock-e")
#: Supports whose incidences are judged, each over its label's duration.
DEVICES = ("CP", "5.0")
#: What some of the patients are given besides, to see what moves the incidences: held levels,
#: other devices over the same four days, and every access of the 5.0.
CONTRASTS = (
    *(Support(device, level) for device in DEVICES for level in ("P-4", "P-6", "P-8")),
    *(Support(device, days=4.0) for device in ("2.5", "5.0", "5.5")),
    *(Support("5.0", access=access) for access in ("axillary transpectoral", "femoral cut-down")),
)


@dataclass(frozen=True)
class Plan:
    """What a study does.

    Parameters
    ----------
    patients : int
        How many patients.
    first_seed : int
        Seed of the first; the others follow.
    phenotypes, devices : tuple of str
        Profiles, which the seeds take in turn; and pumps under the clinical rule.
    contrasts : int
        How many of the patients have :data:`CONTRASTS` as well.
    spread : float
        Factor on the spread of the population.
    evaluation : bool
        Whether seeds that are kept for evaluation may be drawn.

    Raises
    ------
    InputError
        A number or a name is wrong, or a seed is kept for evaluation.
    """

    patients: int = 1000
    first_seed: int = 0
    phenotypes: tuple[str, ...] = PHENOTYPES
    devices: tuple[str, ...] = DEVICES
    contrasts: int = 40
    spread: float = 1.0
    evaluation: bool = False

    def __post_init__(self) -> None:
        for field, least in (("patients", 1), ("contrasts", 0), ("first_seed", 0)):
            if getattr(self, field) < least:
                raise InputError(field, getattr(self, field), f"{least} or more")
        last = self.first_seed + self.patients - 1
        if last >= FIRST_EVALUATION_SEED and not self.evaluation:
            allowed = f"seeds up to {FIRST_EVALUATION_SEED - 1} outside an evaluation"
            raise InputError("seed", last, allowed)
        for phenotype in self.phenotypes:
            Population(phenotype, spread=self.spread)
        for device in self.devices:
            pump = Pump.load(device)
            if pump.side != "left":
                raise InputError("device", device, "pumps for the left ventricle")
            Support(device).hours(pump)

    @classmethod
    def from_job(cls, job: dict[str, Any]) -> Plan:
        """The plan of a work folder."""
        lists = {name: tuple(job[name]) for name in ("phenotypes", "devices")}
        return cls(**job | lists)

    def tasks(self) -> list[Task]:
        """One for each patient."""
        base = tuple(Support(device) for device in self.devices)
        return [
            Task(
                phenotype=self.phenotypes[k % len(self.phenotypes)],
                seed=self.first_seed + k,
                supports=base + (CONTRASTS if k < self.contrasts else ()),
                spread=self.spread,
                evaluation=self.evaluation,
                malposed=k < self.contrasts,
            )
            for k in range(self.patients)
        ]


@dataclass(frozen=True)
class Cohort:
    """What a study gave.

    Attributes
    ----------
    tables : CohortTables
        The results.
    folder : Path
        The run folder.
    """

    tables: CohortTables
    folder: Path

    @property
    def held(self) -> bool:
        """Whether no incidence lies outside what is expected, as far as the patients can tell."""
        return bool((self.tables.incidence["verdict"] != OUTSIDE).all())

    def document(self) -> dict[str, Any]:
        """The JSON document of the command."""
        tables = self.tables
        return {
            "rows": tables.incidence.to_dict("records"),
            "contrasts": tables.contrasts.to_dict("records"),
            "by_day": tables.by_day.to_dict("records"),
            "outcomes": tables.outcomes.to_dict("records"),
            "refusals": tables.refusals.to_dict("records"),
            "held": self.held,
            "run": self.folder,
        }


def cohort(
    plan: Plan | None,
    *,
    runs: Path,
    resume: Path | None = None,
    workers: int | None = None,
    results: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Cohort:
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
    results : bool
        Whether ``results/cohort`` is renewed as well.
    progress : callable, optional
        Called with the share of the patients that are done.

    Raises
    ------
    InputError
        There is nothing to go on with, or a folder cannot be written to.
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
            done = {key: one for key, one in _kept(work).items() if key in tasks}
            earlier = len(done)
            left = [task for key, task in tasks.items() if key not in done]
            for one in run_each(run_patient, left, workers=workers):
                work.keep(one.key, one.to_dict())
                done[one.key] = one
                if progress is not None:
                    progress(len(done) / len(tasks))
            with work.completed() as run:
                run.config["resumed"] = {"patients_from_before": earlier, "patients": len(tasks)}
                tables = tabulate([done[key] for key in tasks], judged=tuple(chosen.devices))
                write_cohort(run, tables, results=results)
        except BaseException:
            if not work.discard_if_empty():
                note(f"to go on: impellab cohort --resume {path_text(work.path)}")
            raise
    return Cohort(tables, run.final)


def _kept(work: WorkFolder) -> dict[str, PatientDone]:
    """The patients that are done, by key; a file that cannot be read counts as not done."""
    found = {}
    for key in work.kept_keys():
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            one = PatientDone.from_dict(work.read(key))
            if one.key == key:
                found[key] = one
    return found
