"""The cohort study: virtual patients in shock on pumps, and what goes wrong.

Every patient has every support that is compared, with the same chances: the thresholds of the
hazards come from the patient's seed, so that two supports differ by what they do and not by luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Self

from pydantic import Field, model_validator

from experiments.runs import Findings, OptionName, Settings, Study, check_all
from experiments.studies.cohort.outcome import CONTRASTS, DEVICES, Support
from experiments.studies.cohort.patient import PatientResult, Task, run_patient
from experiments.studies.cohort.report import TITLE, cohort_findings
from experiments.studies.cohort.tables import tabulate
from plants import InputError, Population, Pump
from plants.cohorts import FIRST_EVALUATION_SEED

#: Profiles of the patients, in turn.
PHENOTYPES = ("shock-c", "shock-d", "shock-e")


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
    phenotypes: Annotated[tuple[str, ...], OptionName("phenotype")] = Field(
        default=PHENOTYPES, description="Name or file of a profile; may be given several times."
    )
    devices: Annotated[tuple[str, ...], OptionName("device")] = Field(
        default=DEVICES, description="A left pump; may be given several times."
    )
    contrasts: Annotated[int, OptionName(always=True)] = Field(
        default=40,
        ge=0,
        description="Patients that also have held levels, other devices and every access.",
    )
    spread: float = Field(default=1.0, description="Factor on the spread of the patients.")
    first_seed: Annotated[int, OptionName("seed")] = Field(
        default=0, ge=0, description="Seed of the first patient."
    )
    evaluation: bool = Field(default=False, description="Allow the seeds kept for evaluation.")

    @model_validator(mode="after")
    def _names_and_seeds_can_be_used(self) -> Self:
        check_all(
            [
                self._check_seeds,
                *(
                    partial(Population, phenotype, spread=self.spread)
                    for phenotype in self.phenotypes
                ),
                *(partial(_check_device, device) for device in self.devices),
            ]
        )
        return self

    def _check_seeds(self) -> None:
        last = self.first_seed + self.patients - 1
        if last >= FIRST_EVALUATION_SEED and not self.evaluation:
            allowed = f"seeds up to {FIRST_EVALUATION_SEED - 1} outside an evaluation"
            raise InputError("seed", last, allowed)

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
            )
            for k in range(self.patients)
        ]


def _check_device(device: str) -> None:
    pump = Pump.load(device)
    if pump.side != "left":
        raise InputError("device", device, "pumps for the left ventricle")
    Support(device).hours(pump)


def _findings(settings: CohortStudySettings, patients: Sequence[PatientResult]) -> Findings:
    tables = tabulate(list(patients), judged=settings.devices)
    return cohort_findings(len(patients), tables)


STUDY = Study(
    name="cohort",
    title=lambda settings: TITLE,
    settings=CohortStudySettings,
    cases=CohortStudySettings.tasks,
    work=run_patient,
    findings=_findings,
    result=PatientResult,
    key=lambda task: task.key,
    unit="patients",
    seeds=lambda settings: {"first patient": settings.first_seed},
    partial=True,
)
