"""One patient of the weaning study: the oracle, a probe of the gate, and every policy's course."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from controllers import step_policy
from experiments.runs import to_json
from experiments.weaning.course import Course, WeaningTrial, run_course, trial_bedside
from experiments.weaning.truth import AlarmTruth, Oracle, Probe, evaluate_explant_gate, find_oracle
from plants import PhysicsError
from plants.cohorts import PatientRefused


@dataclass(frozen=True)
class Task:
    """A patient and the policies that wean him or her, each anew.

    Attributes
    ----------
    seed : int
        Of the patient.
    policies : tuple of str
        Step policies.
    device, tier, case, reflex, evaluation
        As in :class:`~experiments.weaning.course.WeaningTrial`.
    """

    seed: int
    policies: tuple[str, ...]
    device: str = "CP"
    tier: str = "icu"
    case: str = ""
    reflex: bool = True
    evaluation: bool = False

    @property
    def key(self) -> str:
        """Names the task's file; the same task has the same key."""
        digest = hashlib.sha256(to_json(asdict(self)).encode()).hexdigest()
        return f"{self.seed:05d}-{digest[:12]}"

    def trial(self, policy: str) -> WeaningTrial:
        """The trial of a policy."""
        own = {name: value for name, value in vars(self).items() if name != "policies"}
        return WeaningTrial(policy=policy, **own)


@dataclass(frozen=True)
class NotSimulated:
    """Why the model could not carry something through.

    Attributes
    ----------
    kind : str
        In a few words that are equal for all patients: a :class:`~plants.quantities.FailureKind`.
    reason : str
        With the patient's own numbers.
    """

    kind: str
    reason: str

    @classmethod
    def of(cls, error: PhysicsError) -> NotSimulated:
        return cls(error.kind.value, str(error))


@dataclass(frozen=True)
class PatientResult:
    """A patient and what became of him or her under each policy.

    Attributes
    ----------
    key : str
        Of the task.
    seed : int
        Of the patient.
    refusal : str
        Why the patient could not be put on the pump; "" where he or she was.
    oracle : Oracle or None
        What could have been done.
    probe : Probe or None
        Of the explant gate; None where no policy has a tracker.
    courses : dict of str to Course
        By policy.
    alarms : dict of str to dict of str to bool
        By policy and finding, whether it was true when it was named.
    not_simulated : dict of str to NotSimulated
        Courses and probes that the model could not carry through, and why.
    refusal_kind : str
        The refusal in a few words, without the patient's own numbers.
    """

    key: str
    seed: int
    refusal: str = ""
    oracle: Oracle | None = None
    probe: Probe | None = None
    courses: Mapping[str, Course] = field(default_factory=dict)
    alarms: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    not_simulated: Mapping[str, NotSimulated] = field(default_factory=dict)
    refusal_kind: str = ""


def run_patient(task: Task) -> PatientResult:
    """Run everything of a patient; one who cannot be put on the pump is an outcome too.

    Raises
    ------
    InputError
        The task itself is wrong: a name, a seed that is kept for evaluation.

    Examples
    --------
    >>> from experiments.weaning.study.patient import Task, run_patient
    >>> done = run_patient(Task(14, ("fast-protocol",), case="full"))
    >>> done.oracle.weanable, done.courses["fast-protocol"].outcome, done.probe is None
    (True, 'well', True)
    """
    first = task.trial(task.policies[0])
    try:
        trial_bedside(first)
        oracle = find_oracle(first)
    except PhysicsError as error:
        kind = error.kind.value
        return PatientResult(task.key, task.seed, f"{kind}: {error}", refusal_kind=kind)
    except PatientRefused as error:
        refusal = f"{error.field}: {error.allowed}"
        return PatientResult(task.key, task.seed, refusal, refusal_kind=error.kind)
    courses: dict[str, Course] = {}
    alarms: dict[str, Mapping[str, bool]] = {}
    errors: dict[str, NotSimulated] = {}
    for policy in task.policies:
        watch = AlarmTruth()
        try:
            courses[policy] = run_course(task.trial(policy), watch=watch)
        except PhysicsError as error:
            errors[policy] = NotSimulated.of(error)
        else:
            alarms[policy] = watch.true
    probe = None
    if any(step_policy(policy).needs_tracker for policy in task.policies):
        try:
            probe = evaluate_explant_gate(first)
        except PhysicsError as error:
            errors["gate"] = NotSimulated.of(error)
    return PatientResult(task.key, task.seed, "", oracle, probe, courses, alarms, errors)
