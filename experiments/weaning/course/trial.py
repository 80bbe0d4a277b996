"""What a course of weaning begins with: the trial, its patient, the bedside and the briefing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from controllers import WeaningBriefing, step_policy
from experiments.runs import check_all
from experiments.trials import left_pump
from plants import (
    Bedside,
    HourScenario,
    Patient,
    Pump,
    Therapy,
    WeaningCase,
    tier_table,
    unknown_name,
    weaning_patient,
)
from plants.bedside import CASES
from plants.quantities import file_name, stream
from plants.slow.laws import DRUGS


@dataclass(frozen=True)
class WeaningTrial:
    """Patient, pump, policy and seed of one course.

    Parameters
    ----------
    seed : int
        Of the patient, who is drawn from it, and of the sensors' noise.
    policy : str
        A step policy; see :data:`controllers.STEP_POLICIES`.
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
    reflex : bool
        Whether the patient's baroreflex works.
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
    reflex: bool = True
    evaluation: bool = False

    def __post_init__(self) -> None:
        check_all(
            [
                partial(step_policy, self.policy),
                partial(left_pump, self.device),
                partial(tier_table, self.tier),
                partial(HourScenario.preset, self.events, onset=self.onset),
                self._check_case,
                *([partial(Patient.load, self.phenotype)] if self.phenotype else []),
            ]
        )

    def _check_case(self) -> None:
        if self.case and self.case not in CASES:
            raise unknown_name("case", self.case, CASES)

    @property
    def key(self) -> str:
        """A name that tells the trial from others of a study; a part of a file name."""
        parts = (
            self.device,
            self.case or "default_case",
            self.phenotype or "default_phenotype",
            self.policy,
            f"s{self.seed:05d}",
        )
        return file_name("_".join(parts))


def trial_bedside(trial: WeaningTrial) -> tuple[Bedside, WeaningCase]:
    """The bedside at which a trial begins.

    Raises
    ------
    InputError
        The seed is refused, no such profile, or no access of the pump fits.
    PhysicsError
        The patient has no periodic beat without support.
    """
    pump = Pump.load(trial.device)
    patient, case = weaning_patient(
        trial.seed,
        case=trial.case,
        phenotype=trial.phenotype,
        pump=pump,
        evaluation=trial.evaluation,
    )
    added = HourScenario.preset(trial.events, onset=trial.onset)
    events = added if case.events is None else case.events.with_events(*added.events)
    bedside = Bedside(
        patient.on(pump),
        pump,
        events=events,
        tier=trial.tier,
        seed=trial.seed,
        fixed_doses=case.fixed_doses,
        complications=trial.complications,
        baroreflex=trial.reflex,
    )
    return bedside, case


def briefing(trial: WeaningTrial, bedside: Bedside, case: WeaningCase) -> WeaningBriefing:
    """What the controller is told: the profile, the doses and the pressure on arrival."""
    noise = float(stream("pressure on arrival", trial.seed).normal(0.0, 1.0))
    return WeaningBriefing(
        Patient.load(case.phenotype),
        bedside.pump,
        Therapy.default(),
        tier=trial.tier,
        seed=trial.seed,
        drugs={name: bedside.orders.now[name] for name in DRUGS},
        pressure_before=bedside.pressure_before + noise,
        baroreflex=None if trial.reflex else 0.0,
    )
