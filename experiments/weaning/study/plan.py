"""What a weaning study does: patients, seeds, policies, device and sensors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from controllers import STEP_POLICIES, step_policy
from experiments.runs import RESULTS
from experiments.weaning.study.patient import Task
from plants import TIERS, InputError, Pump, unknown_name
from plants.bedside import CASES
from plants.cohorts import FIRST_EVALUATION_SEED

if TYPE_CHECKING:
    pass


COMMAND = "wean"


#: The policy that must meet the targets unless a plan names another one first.
MAIN = "model-based"


#: Where the project keeps the policy that was trained on weaning.
TRAINED = RESULTS / "policies" / "weaning-ppo"


def default_policies() -> tuple[str, ...]:
    """The main policy, the published protocols, and the trained policy where there is one.

    Examples
    --------
    >>> from experiments.weaning.study.job import default_policies
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
        One of :data:`plants.bedside.CASES` for everybody; "" lets the seed decide.

    Raises
    ------
    InputError
        A number or a name is wrong, or a seed is kept for evaluation.

    Examples
    --------
    >>> from experiments.weaning.study.job import Plan
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
                seed,
                self.policies,
                device=self.device,
                tier=self.tier,
                case=self.case,
                evaluation=self.evaluation,
            )
            for seed in range(self.first_seed, self.first_seed + self.patients)
        ]
