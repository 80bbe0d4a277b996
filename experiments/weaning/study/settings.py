"""What a weaning study does: patients, seeds, policies, device and sensors."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from controllers import STEP_POLICIES, step_policy
from experiments.runs import RESULTS, OptionName, Settings
from experiments.trials import left_pump
from experiments.weaning.study.patient import Task
from plants import TIERS, InputError
from plants.bedside import CASES
from plants.cohorts import check_kept_seeds
from plants.quantities import one_of, usable

#: The policy that must meet the targets unless the settings name another one first.
MAIN = "model-based"
#: Where the project keeps the policy that was trained on weaning.
TRAINED = RESULTS / "policies" / "weaning-ppo"


def default_policies() -> tuple[str, ...]:
    """The main policy, the published protocols, and the trained policy where there is one.

    Examples
    --------
    >>> from experiments.weaning.study.settings import default_policies
    >>> default_policies()[:2]
    ('model-based', 'fast-protocol')
    """
    protocols = tuple(name for name in STEP_POLICIES if name != MAIN)
    trained = (f"policy:{TRAINED.as_posix()}",) if TRAINED.is_dir() else ()
    return (MAIN, *protocols, *trained)


class WeaningStudySettings(Settings):
    """What a study does.

    Parameters
    ----------
    patients : int
        How many are asked for; who cannot be put on the pump is counted, and not replaced.
    first_seed : int
        Seed of the first; the others follow.
    device : str
        A left pump.
    tier : {"console", "icu", "full"}
        Which sensors there are.
    case : str
        One of :data:`plants.bedside.CASES` for everybody; "" lets the seed decide.
    reflex : bool
        Whether the patients' baroreflex works.
    policies : tuple of str
        Step policies; the first is the one that must meet the targets.
    evaluation : bool
        Whether seeds that are kept for evaluation may be drawn.

    Raises
    ------
    InputError
        A number or a name is wrong, or a seed is kept for evaluation.

    Examples
    --------
    >>> from experiments.weaning.study import WeaningStudySettings
    >>> [task.seed for task in WeaningStudySettings(patients=2, first_seed=7).tasks()]
    [7, 8]
    """

    patients: Annotated[int, OptionName("cohort", always=True)] = Field(
        default=300, ge=1, description="Number of patients."
    )
    evaluation: bool = Field(default=False, description="Seeds that are kept for evaluation.")
    first_seed: Annotated[int, OptionName("seed")] = Field(
        default=0, validate_default=True, ge=0, description="Seed of the first patient."
    )
    device: Annotated[str, usable(left_pump)] = Field(
        default="CP", description="Name of a left pump."
    )
    tier: Annotated[str, one_of(TIERS)] = Field(
        default="icu", description="Sensors: console, icu or full."
    )
    case: Annotated[str, one_of(("", *CASES))] = Field(
        default="", description="What becomes of the patients; the seed decides without it."
    )
    reflex: bool = Field(default=True, description="Whether the patients' baroreflex works.")
    policies: Annotated[tuple[Annotated[str, usable(step_policy)], ...], OptionName("policy")] = (
        Field(default_factory=default_policies, description="Step policies, or policy:FOLDER.")
    )

    @field_validator("first_seed")
    @classmethod
    def _check_first_seed(cls, first: int, info: ValidationInfo) -> int:
        check_kept_seeds(first, info.data.get("patients", 1), info.data.get("evaluation", False))
        return first

    @field_validator("policies")
    @classmethod
    def _check_policies(cls, policies: tuple[str, ...]) -> tuple[str, ...]:
        if not policies or len(set(policies)) < len(policies):
            raise InputError("", list(policies), "one or more, each once")
        return policies

    def tasks(self) -> list[Task]:
        """One for each patient."""
        shared = self.model_dump(
            include={"policies", "device", "tier", "case", "reflex", "evaluation"}
        )
        seeds = range(self.first_seed, self.first_seed + self.patients)
        return [Task(seed, **shared) for seed in seeds]
