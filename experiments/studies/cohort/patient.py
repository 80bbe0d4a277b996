"""One virtual patient of the cohort study and every support that he or she is given."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from experiments.runs import to_json
from experiments.studies.cohort.course import run_support
from experiments.studies.cohort.outcome import Course, Support
from experiments.studies.cohort.settings import cohort_settings
from plants import Population, RefusalCounts
from plants.cohorts import PatientRefused


@dataclass(frozen=True)
class Task:
    """A patient to draw and to support.

    Attributes
    ----------
    phenotype : str
        Name or file of the profile.
    seed : int
        Seed of the patient.
    supports : tuple of Support
        What is done to the patient, each time anew.
    spread : float
        Factor on the spread of the population.
    evaluation : bool
        Whether the seed may be one that is kept for evaluation.
    malpositioned : bool
        Whether each course is run again with a pump that slips for certain.
    reflex : bool
        Whether the patient's baroreflex works.
    """

    phenotype: str
    seed: int
    supports: tuple[Support, ...]
    spread: float = 1.0
    evaluation: bool = False
    malpositioned: bool = False
    reflex: bool = False

    @property
    def key(self) -> str:
        """Names the task's file; the same task has the same key."""
        digest = hashlib.sha256(to_json(asdict(self)).encode()).hexdigest()
        return f"{self.seed:05d}-{digest[:12]}"


@dataclass(frozen=True)
class PatientResult:
    """A patient and what became of him or her.

    Attributes
    ----------
    key : str
        Of the task.
    characteristics : dict
        The patient, by the names that the settings list; None where there is no such number. Empty
        where no plausible patient was found.
    reason : str
        Why no patient was found; empty where one was.
    draws : int
        Draws that it took to find the patient.
    refusals : dict of str to int
        Refused draws by reason.
    courses : tuple of Course
        One for each support.
    """

    key: str
    characteristics: dict[str, Any]
    reason: str
    draws: int
    refusals: dict[str, int]
    courses: tuple[Course, ...]

    def counts(self) -> RefusalCounts:
        """The refused draws."""
        return RefusalCounts(0 if self.reason else 1, self.draws, self.refusals)


def run_patient(task: Task) -> PatientResult:
    """Draw a patient and let every support run; none that can be drawn is an outcome too.

    Raises
    ------
    InputError
        The task itself is wrong: a name, a seed that is kept for evaluation.

    Examples
    --------
    >>> from experiments.studies.cohort.patient import Task, run_patient
    >>> from experiments.studies.cohort.outcome import Support
    >>> done = run_patient(Task("shock-c", 0, (Support("CP", days=0.5),)))
    >>> done.courses[0].outcome
    'completed'
    """
    population = Population(task.phenotype, spread=task.spread, evaluation=task.evaluation)
    try:
        patient, counts = population.draw_with_counts(task.seed)
    except PatientRefused as error:
        return PatientResult(task.key, {}, error.allowed, population.attempts, {}, ())
    row = patient.row()
    courses = tuple(
        run_support(patient, support, malpositioned=task.malpositioned, reflex=task.reflex)
        for support in task.supports
    )
    characteristics = {name: row.get(name) for name in cohort_settings().characteristics}
    return PatientResult(task.key, characteristics, "", counts.draws, dict(counts.reasons), courses)
