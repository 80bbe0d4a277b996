"""What a weaning study does: patients, seeds, policies, device and sensors."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Self

from pydantic import Field, model_validator

from controllers import STEP_POLICIES, step_policy
from experiments.runs import RESULTS, OptionName, Settings, check_all
from experiments.weaning.study.patient import Task
from plants import TIERS, InputError, Pump, unknown_name
from plants.bedside import CASES
from plants.cohorts import FIRST_EVALUATION_SEED

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
    first_seed: Annotated[int, OptionName("seed")] = Field(
        default=0, ge=0, description="Seed of the first patient."
    )
    device: str = Field(default="CP", description="Name of a left pump.")
    tier: str = Field(default="icu", description="Sensors: console, icu or full.")
    case: str = Field(
        default="", description="What becomes of the patients; the seed decides without it."
    )
    policies: Annotated[tuple[str, ...], OptionName("policy")] = Field(
        default_factory=default_policies, description="Step policies, or policy:FOLDER."
    )
    evaluation: bool = Field(default=False, description="Seeds that are kept for evaluation.")

    @model_validator(mode="after")
    def _names_and_seeds_can_be_used(self) -> Self:
        check_all(
            [
                self._check_seeds,
                self._check_policies,
                *(partial(step_policy, policy) for policy in self.policies),
                self._check_device,
                partial(_check_name, "tier", self.tier, TIERS),
                partial(_check_name, "case", self.case, ("", *CASES)),
            ]
        )
        return self

    def _check_seeds(self) -> None:
        last = self.first_seed + self.patients - 1
        if last >= FIRST_EVALUATION_SEED and not self.evaluation:
            allowed = f"seeds up to {FIRST_EVALUATION_SEED - 1} outside an evaluation"
            raise InputError("seed", last, allowed)

    def _check_policies(self) -> None:
        if not self.policies or len(set(self.policies)) < len(self.policies):
            raise InputError("policy", ", ".join(self.policies), "one or more, each once")

    def _check_device(self) -> None:
        if Pump.load(self.device).side != "left":
            raise InputError("device", self.device, "pumps for the left ventricle")

    def tasks(self) -> list[Task]:
        """One for each patient."""
        shared = self.model_dump(include={"policies", "device", "tier", "case", "evaluation"})
        seeds = range(self.first_seed, self.first_seed + self.patients)
        return [Task(seed, **shared) for seed in seeds]


def _check_name(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise unknown_name(field, value, [name for name in known if name])
