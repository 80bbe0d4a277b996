"""One course of weaning: a virtual patient at the bedside, and a controller that weans."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from controllers.tracking.tracker import RecoveryTracker
from controllers.weaning.controller import WeaningController
from controllers.weaning.criteria import WeaningCriteria
from controllers.weaning.decision import Decision
from controllers.weaning.log import DecisionLog
from controllers.weaning.steps import step_policy
from controllers.weaning_briefing import DRUGS, WeaningBriefing
from plants import TIERS, Measurement, Patient, Pump, Therapy, unknown_name
from plants.bedside import Bedside
from plants.bedside_action import level_number
from plants.bedside_cases import CASES, WeaningCase, congested, weaning_patient
from plants.bedside_events import HourScenario
from plants.virtual_patient import VirtualPatient

#: True signals that are noted at every look.
NOTED = (
    "map", "pulse_pressure", "heart_rate", "cardiac_index", "cardiac_output",
    "cardiac_power_output", "lvedp", "pcwp", "cvp", "mpap", "papi", "pump_flow",
    "mitral_regurgitant_fraction", "lactate", "svo2", "renal_injury", "hemoglobin", "pfhb",
    "limb_perfusion", "inotrope_effect", "vasopressor_effect", "suction",
    "factor_lv_contractility", "recovered_contractility",
)  # fmt: skip
#: What is noted of the tracker's belief about LV contractility, mmHg/mL.
ESTIMATED = ("lv_ees", "lv_ees_low", "lv_ees_high")
#: Probability of the interval from ``lv_ees_low`` to ``lv_ees_high``.
INTERVAL = 0.9
#: How a course ends.
OUTCOMES = ("well", "failed", "died", "bridge", "label")
# After a change of level the circulation is looked at this soon, h, for the record.
_SOON = 5.0 / 60.0


@dataclass(frozen=True)
class WeaningTrial:
    """Patient, pump, policy and seed of one course.

    Parameters
    ----------
    seed : int
        Of the patient, who is drawn from it, and of the sensors' noise.
    policy : str
        A step policy; see :data:`controllers.weaning.steps.STEP_POLICIES`.
    case : str
        What becomes of the patient, one of ``CASES``; "" lets the seed decide.
    phenotype : str
        Name or path of the profile about which the patient is drawn; "" lets the seed decide.
    device : str
        A left pump.
    tier : {"console", "icu", "full"}
        Which sensors there are.
    events : str
        A preset of events that happen besides those of the case.
    onset : float, optional
        When these begin, h; by default as the preset says.
    complications : bool
        Whether complications strike by the patient's own draws.
    evaluation : bool
        Whether seeds that are kept for evaluation may be drawn.

    Raises
    ------
    InputError
        A name is unknown.

    Examples
    --------
    >>> from experiments.weaning.course import WeaningTrial
    >>> WeaningTrial(3, "fast-protocol").key
    'CP_default_case_default_phenotype_fast-protocol_s00003'
    """

    seed: int
    policy: str = "model-based"
    case: str = ""
    phenotype: str = ""
    device: str = "CP"
    tier: str = "icu"
    events: str = "none"
    onset: float | None = None
    complications: bool = True
    evaluation: bool = False

    def __post_init__(self) -> None:
        step_policy(self.policy)
        if self.case and self.case not in CASES:
            raise unknown_name("case", self.case, CASES)
        if self.tier not in TIERS:
            raise unknown_name("tier", self.tier, TIERS)
        HourScenario.preset(self.events, onset=self.onset)

    @property
    def key(self) -> str:
        """A name that tells the trial from others of a study; a part of a file name."""
        parts = (
            self.device, self.case or "default_case", self.phenotype or "default_phenotype",
            self.policy, f"s{self.seed:05d}",
        )  # fmt: skip
        return "_".join(parts).replace("/", "-").replace(":", "-")


@dataclass(frozen=True)
class Course:
    """What a course gave; plain data.

    Attributes
    ----------
    trial : WeaningTrial
        What was run.
    case, phenotype, patient, access : str
        Who the patient was.
    outcome : str
        One of :data:`OUTCOMES`: explanted and well after 48 h, or failed within them; died on the
        pump; named for a durable pump or transplant; or none of these when the label's time ended.
    reason : str
        In words and numbers.
    hours : float
        Time on support, h.
    bridge_hours : float
        When the patient was named for bridge evaluation, h; NaN if never or taken back.
    label_hours : float
        The label's duration, h.
    records : list of dict
        A row a look, from the first on: ``hours``, ``level`` (number), ``lasting`` (h till the
        next row), ``lv_ees_true`` (mmHg/mL), the true signals of :data:`NOTED`, those of
        :data:`ESTIMATED`, ``consistent`` (1 or 0, NaN without a tracker), ``leaking`` (belief that
        the mitral valve leaks when stretched).
    decisions : list of dict
        Every decision that changed something: ``hours``, ``level``, ``phase``, ``action``,
        ``words``, ``findings``, ``reasons`` (texts against first).
    findings : dict of str to float
        What was recognised, and when first, h.
    happened : dict of str to float
        When complications and events of the case struck, h.
    alarms : list of (float, str)
        Of the console.
    follow_up : dict
        After the explant: ``hours`` and noted signals as lists; empty otherwise.
    seconds : dict of str to float
        Processor time of ``plant`` and ``controller``, s.
    """

    trial: WeaningTrial
    case: str
    phenotype: str
    patient: str
    access: str
    outcome: str
    reason: str
    hours: float
    bridge_hours: float
    label_hours: float
    records: list[dict[str, float]]
    decisions: list[dict[str, Any]]
    findings: dict[str, float]
    happened: dict[str, float]
    alarms: list[tuple[float, str]]
    follow_up: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def trial_patient(trial: WeaningTrial) -> tuple[VirtualPatient, WeaningCase]:
    """The patient of a trial on the pump, and the case with all its events.

    Raises
    ------
    InputError
        The seed is refused, no such profile, or no access of the pump fits.
    """
    pump = Pump.load(trial.device)
    patient, case = weaning_patient(
        trial.seed, case=trial.case, phenotype=trial.phenotype, pump=pump,
        evaluation=trial.evaluation,
    )  # fmt: skip
    return patient.on(pump), case


def trial_bedside(trial: WeaningTrial) -> tuple[Bedside, WeaningCase]:
    """The bedside at which a trial begins.

    Raises
    ------
    InputError
        As :func:`trial_patient`.
    PhysicsError
        The patient has no periodic beat without support.
    """
    patient, case = trial_patient(trial)
    added = HourScenario.preset(trial.events, onset=trial.onset)
    events = added if case.events is None else case.events.with_events(*added.events)
    bedside = Bedside(
        patient, Pump.load(trial.device), events=events, tier=trial.tier, seed=trial.seed,
        kept=case.kept, complications=trial.complications,
    )  # fmt: skip
    return bedside, case


def briefing(trial: WeaningTrial, bedside: Bedside, case: WeaningCase) -> WeaningBriefing:
    """What the controller is told: the profile, the doses and the pressure on arrival."""
    noise = float(np.random.default_rng([trial.seed, 7]).normal(0.0, 1.0))
    return WeaningBriefing(
        congested(Patient.load(case.phenotype)),
        bedside.pump,
        Therapy.default(),
        tier=trial.tier,
        seed=trial.seed,
        drugs={name: bedside.orders.now[name] for name in DRUGS},
        pressure_before=bedside.pressure_before + noise,
    )


def run_course(
    trial: WeaningTrial,
    *,
    criteria: WeaningCriteria | None = None,
    watch: Callable[[Decision, Bedside], None] | None = None,
    log: DecisionLog | None = None,
) -> Course:
    """Wean a patient until the course ends.

    Parameters
    ----------
    trial : WeaningTrial
        What to run.
    criteria : WeaningCriteria, optional
        By default those of the package.
    watch : callable, optional
        Called after every decision.
    log : DecisionLog, optional
        Where every decision is kept, also those that changed nothing.

    Raises
    ------
    InputError
        No access of the pump fits the patient, or a name is refused.
    PhysicsError
        The patient has no periodic beat without support.

    Examples
    --------
    >>> from experiments.weaning.course import WeaningTrial, run_course
    >>> course = run_course(WeaningTrial(11, "fast-protocol", case="full"))
    >>> course.outcome, course.hours < course.label_hours
    ('well', True)
    """
    bedside, case = trial_bedside(trial)
    policy = step_policy(trial.policy)
    tracker = RecoveryTracker if policy.needs_tracker else None
    controller = WeaningController(policy, tracker, criteria=criteria, log=log)
    controller.reset(briefing(trial, bedside, case))
    return _Run(trial, bedside, case, controller, watch).course()


class _Run:
    """The loop, and what is written down."""

    def __init__(
        self,
        trial: WeaningTrial,
        bedside: Bedside,
        case: WeaningCase,
        controller: WeaningController,
        watch: Callable[[Decision, Bedside], None] | None,
    ):
        self.trial, self.bedside, self.case = trial, bedside, case
        self.controller, self.watch = controller, watch
        self.records: list[dict[str, float]] = []
        self.seconds = {"plant": 0.0, "controller": 0.0}

    def course(self) -> Course:
        bedside, controller, echo, labs = self.bedside, self.controller, False, False
        while bedside.outcome is None:
            measurement = bedside.measure(echo=echo, labs=labs)
            decision = self._decided(measurement)
            self._note()
            if self.watch is not None:
                self.watch(decision, bedside)
            echo, labs = decision.echo, decision.labs
            begun = time.process_time()
            if decision.action == "explant":
                bedside.explant()
            else:
                self._advance(decision)
            self.seconds["plant"] += time.process_time() - begun
        return self._told(controller)

    def _decided(self, measurement: Measurement) -> Decision:
        begun = time.process_time()
        decision = self.controller.decide(measurement, self.bedside.hours, self.bedside.level)
        self.seconds["controller"] += time.process_time() - begun
        return decision

    def _advance(self, decision: Decision) -> None:
        """Let time pass; soon after a change of level the circulation is noted once more."""
        bedside, level, wait = self.bedside, decision.level, decision.wait
        if level != bedside.level and wait > 2 * _SOON:
            bedside.advance(_SOON, level, dict(decision.orders), alarms=True)
            if bedside.outcome is not None:
                return
            self._note()
            level, wait = bedside.level, wait - _SOON  # the console may have fallen meanwhile
        bedside.advance(wait, level, dict(decision.orders), alarms=True)

    def _note(self) -> None:
        bedside = self.bedside
        truth = bedside.truth()
        if self.records:
            self.records[-1]["lasting"] = bedside.hours - self.records[-1]["hours"]
        ees = bedside.plant.patient["lv_ees"] * truth["factor_lv_contractility"]
        row = {
            "hours": bedside.hours, "level": float(level_number(bedside.level)),
            "lasting": 0.0, "lv_ees_true": ees,
        }  # fmt: skip
        row |= {name: truth[name] for name in NOTED}
        self.records.append(row | self._believed())

    def _believed(self) -> dict[str, float]:
        """What the tracker believes now; NaN without one."""
        tracker = self.controller.outlook.tracker
        if not isinstance(tracker, RecoveryTracker) or math.isnan(tracker.hours):
            return dict.fromkeys((*ESTIMATED, "consistent", "leaking"), math.nan)
        belief = tracker.estimate["lv_ees"]
        low, high = belief.interval(INTERVAL)
        return {
            "lv_ees": belief.median, "lv_ees_low": low, "lv_ees_high": high,
            "consistent": float(tracker.innovation.consistent), "leaking": tracker.leaking,
        }  # fmt: skip

    def _told(self, controller: WeaningController) -> Course:
        bedside, progress = self.bedside, controller.progress
        assert progress is not None
        if self.records:
            self.records[-1]["lasting"] = bedside.hours - self.records[-1]["hours"]
        named = _named(controller)
        outcome, reason = bedside.outcome or "label", bedside.reason
        if outcome == "explanted" and bedside.follow_up is not None:
            outcome = bedside.follow_up.result
        elif outcome == "label" and math.isfinite(named):
            outcome, reason = "bridge", controller.log[-1].words
        follow = bedside.follow_up
        return Course(
            trial=self.trial, case=self.case.name, phenotype=self.case.phenotype,
            patient=bedside.patient.patient.name, access=bedside.patient.access,
            outcome=outcome, reason=reason, hours=bedside.hours,
            bridge_hours=named, label_hours=bedside.label_hours,
            records=self.records, decisions=[_plain(one) for one in controller.log.changes()],
            findings=dict(progress.findings), happened=_happened(bedside),
            alarms=list(bedside.alarms),
            follow_up={} if follow is None else {
                "hours": list(follow.times), "ended": follow.hours, "died": follow.died,
                **{name: list(values) for name, values in follow.noted.items()},
            },
            seconds=self.seconds,
        )  # fmt: skip


def _named(controller: WeaningController) -> float:
    """Since when the recommendation to reassess has stood to the end, h; NaN if it does not."""
    since = math.nan
    for one in controller.log:
        if one.action != "reassess":
            since = math.nan
        elif math.isnan(since):
            since = one.hours
    return since


def _happened(bedside: Bedside) -> dict[str, float]:
    begun = [one for one in bedside.events.events if one.onset <= bedside.hours]
    events = {f"event {one.target}": one.onset for one in begun}
    return dict(bedside.complications.at) | events


def _plain(decision: Decision) -> dict[str, Any]:
    against = sorted(decision.reasons, key=lambda one: one.met)
    return {
        "hours": decision.hours,
        "level": decision.level,
        "phase": decision.phase,
        "action": decision.action,
        "words": decision.words,
        "findings": list(decision.findings),
        "reasons": [str(one) for one in against],
    }


def to_plain(course: Course) -> Mapping[str, Any]:
    """The course as data that JSON can hold; :func:`from_plain` reads it back."""
    from dataclasses import asdict

    return asdict(course)


def from_plain(content: Mapping[str, Any]) -> Course:
    """The course that :func:`to_plain` gave; null stands for a missing number.

    Raises
    ------
    KeyError, TypeError, ValueError
        It is not complete.
    """
    values = dict(content)
    values["trial"] = WeaningTrial(**values["trial"])
    values["records"] = [
        {name: math.nan if v is None else float(v) for name, v in row.items()}
        for row in values["records"]
    ]
    if values["bridge_hours"] is None:
        values["bridge_hours"] = math.nan
    values["alarms"] = [(float(when), str(what)) for when, what in values["alarms"]]
    return Course(**values)
