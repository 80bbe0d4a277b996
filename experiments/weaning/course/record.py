"""What a course of weaning leaves behind: plain data, to files and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from controllers import Decision
from experiments.weaning.course.trial import WeaningTrial
from plants.slow.laws import DOSES

#: True signals that are noted at every look.
RECORDED_SIGNALS = (
    *("map", "pulse_pressure", "heart_rate"),
    *("cardiac_index", "cardiac_output", "cardiac_power_output"),
    *("lvedp", "pcwp", "cvp", "mpap", "papi", "pump_flow", "mitral_regurgitant_fraction"),
    *("lactate", "svo2", "renal_injury", "hemoglobin", "pfhb", "limb_perfusion"),
    *DOSES,
    "suction",
    *("factor_lv_contractility", "recovered_contractility"),
)
#: What is noted of the tracker's belief about LV contractility, mmHg/mL; the interval is that of
#: ``CREDIBLE`` probability.
ESTIMATED = ("lv_ees", "lv_ees_low", "lv_ees_high")
#: How a course ends.
OUTCOMES = ("well", "failed", "died", "bridge", "label")
_EVENT = "event "
_DIGITS = 6  # significant ones of what a study keeps of a record


def _rounded(values: Iterable[float]) -> list[float]:
    return [float(f"{value:.{_DIGITS}g}") for value in values]


def _by_signal(records: list[dict[str, float]]) -> dict[str, list[float]]:
    return {name: _rounded(row[name] for row in records) for name in (records or [{}])[0]}


def _by_row(kept: Any) -> Any:
    if isinstance(kept, list):
        return kept
    return [dict(zip(kept, row, strict=True)) for row in zip(*kept.values(), strict=True)]


def _series_rounded(noted: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _rounded(value) if isinstance(value, list) else value for name, value in noted.items()
    }


#: Rows, and what was noted after the explant; a study keeps them by signal, rounded.
Records = Annotated[list[dict[str, float]], BeforeValidator(_by_row), PlainSerializer(_by_signal)]
FollowUp = Annotated[dict[str, Any], PlainSerializer(_series_rounded)]


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
        next row), ``lv_ees_true`` (mmHg/mL), the true signals of :data:`RECORDED_SIGNALS`, those of
        :data:`ESTIMATED`, ``consistent`` (1 or 0, NaN without a tracker), ``leaking`` (belief that
        the mitral valve leaks when stretched).
    decisions : list of dict
        Every decision that changed something: ``hours``, ``level``, ``phase``, ``action``,
        ``words``, ``findings``, ``reasons`` (texts, against going on first) and for each of these
        ``met`` (whether it speaks for going on).
    findings : dict of str to float
        What was recognised, and when first, h.
    true_events : dict of str to float
        When complications and events of the case struck, h.
    alarms : list of (float, str)
        Of the console.
    cause : str
        What the outcome is due to in a few words that are equal for all patients.
    follow_up : dict
        After the explant: ``hours`` and noted signals as lists; empty otherwise.
    seconds : dict of str to float
        Processor time of ``plant`` and ``controller``, s.
    beyond_life : str
        Metrics with which no patient lives, each with its worst value, on the pump and after it;
        empty where there are none.
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
    records: Records
    decisions: list[dict[str, Any]]
    findings: dict[str, float]
    true_events: dict[str, float]
    alarms: list[tuple[float, str]]
    cause: str = ""
    follow_up: FollowUp = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    beyond_life: str = ""


def event_key(target: str) -> str:
    """The name under which a course keeps an event of its case; complications have their own."""
    return _EVENT + target


def happened_words(name: str) -> str:
    """What a complication or event of a course is called in a figure or table.

    Examples
    --------
    >>> from experiments.weaning.course.record import event_key, happened_words
    >>> happened_words(event_key("heart_rate")), happened_words("bleeding")
    ('heart rate', 'bleeding')
    """
    return name.removeprefix(_EVENT).replace("_", " ")


def plain_reasons(decision: Decision) -> dict[str, Any]:
    """The reasons of a decision, those against going on first: in words, and which are met.

    ``texts`` are the words of ``reasons`` without the side that they are on.
    """
    reasons = sorted(decision.reasons, key=lambda reason: reason.met)
    return {
        "reasons": [str(reason) for reason in reasons],
        "texts": [reason.text for reason in reasons],
        "met": [reason.met for reason in reasons],
    }
