"""The cohort study: virtual patients in shock on pumps, and what goes wrong.

Every patient has every support that is compared, with the same chances: the thresholds of the
hazards come from the patient's seed, so that two supports differ by what they do and not by luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from experiments.runs import Findings, OptionName, Settings, Study
from experiments.studies.cohort.outcome import CONTRASTS, DEVICES, Support
from experiments.studies.cohort.patient import PatientResult, Task, run_patient
from experiments.studies.cohort.report import TITLE, UNITS, cohort_findings
from experiments.studies.cohort.tables import tabulate
from experiments.trials import left_pump
from plants import Population
from plants.cohorts import SPREAD_LIMIT, check_kept_seeds
from plants.quantities import usable

#: Profiles of the patients, in turn.
PHENOTYPES = ("shock-c", "shock-d", "shock-e")


def _check_device(device: str) -> None:
    Support(device).hours(left_pump(device))


class CohortStudySettings(Settings):
    """What a study does.

    Parameters
    ----------
    patients : int
        How many patients.
    phenotypes, devices : tuple of str
        Profiles, which the seeds take in turn; and pumps under the clinical rule.
    contrasts : int
        How many of the patients have :data:`CONTRASTS` as well.
    spread : float
        Factor on the spread of the population.
    first_seed : int
        Seed of the first; the others follow.
    reflex : bool
        Whether the patients' baroreflex works.
    evaluation : bool
        Whether seeds that are kept for evaluation may be drawn.

    Raises
    ------
    InputError
        A number or a name is wrong, or a seed is kept for evaluation.
    """

    patients: Annotated[int, OptionName(always=True)] = Field(
        default=1000, ge=1, description="Number of patients."
    )
    phenotypes: Annotated[
        tuple[Annotated[str, usable(Population)], ...], OptionName("phenotype")
    ] = Field(
        default=PHENOTYPES, description="Name or file of a profile; may be given several times."
    )
    devices: Annotated[tuple[Annotated[str, usable(_check_device)], ...], OptionName("device")] = (
        Field(default=DEVICES, description="A left pump; may be given several times.")
    )
    contrasts: Annotated[int, OptionName(always=True)] = Field(
        default=40,
        ge=0,
        description="Patients that also have held levels, other devices and every access.",
    )
    spread: float = Field(
        default=1.0, ge=0, le=SPREAD_LIMIT, description="Factor on the spread of the patients."
    )
    reflex: bool = Field(default=False, description="Whether the patients' baroreflex works.")
    evaluation: bool = Field(default=False, description="Allow the seeds kept for evaluation.")
    first_seed: Annotated[int, OptionName("seed")] = Field(
        default=0, validate_default=True, ge=0, description="Seed of the first patient."
    )

    @field_validator("first_seed")
    @classmethod
    def _check_first_seed(cls, first: int, info: ValidationInfo) -> int:
        check_kept_seeds(first, info.data.get("patients", 1), info.data.get("evaluation", False))
        return first

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
                malpositioned=k < self.contrasts,
                reflex=self.reflex,
            )
            for k in range(self.patients)
        ]


def _findings(settings: CohortStudySettings, patients: Sequence[PatientResult]) -> Findings:
    tables = tabulate(list(patients), judged=settings.devices)
    return cohort_findings(
        len(patients),
        tables,
        phenotypes=settings.phenotypes,
        devices=settings.devices,
        reflex=settings.reflex,
    )


STUDY = Study(
    name="cohort",
    title=lambda settings: TITLE,
    settings=CohortStudySettings,
    cases=CohortStudySettings.tasks,
    work=run_patient,
    findings=_findings,
    result=PatientResult,
    key=lambda task: task.key,
    units=UNITS,
    unit="patients",
    seeds=lambda settings: {"first patient": settings.first_seed},
    partial=True,
)
