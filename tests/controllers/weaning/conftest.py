"""A good patient on synthetic measurements, assessed as often as the controller asks for."""

from __future__ import annotations

from controllers import WeaningBriefing
from plants import Measurement, Patient, Pump, Therapy

PUMP = Pump.load("CP")
BRIEFING = WeaningBriefing(Patient.load("shock-d"), PUMP, Therapy.default())
BEGIN = 24.0  # h of support before the first assessment
GOOD = {
    "map": 78.0,
    "systolic": 100.0,
    "diastolic": 65.0,
    "pulse_pressure": 35.0,
    "heart_rate": 80.0,
    "cvp": 8.0,
    "mpap": 18.0,
    "pcwp": 12.0,
    "cardiac_output": 5.2,
    "cardiac_index": 2.7,
    "cardiac_power_output": 0.9,
    "papi": 1.8,
    "inotrope_effect": 0.0,
    "vasopressor_effect": 0.0,
    "displayed_flow": 2.5,
    "lactate": 1.2,
    "pfhb": 5.0,
    "hemoglobin": 11.0,
    "renal_injury": 0.1,
    "ejection_fraction": 0.4,
    "mitral_regurgitant_fraction": 0.05,
}


def assess(weaning, hours, level=None, **changes):
    """An assessment of a good patient with some values changed, at the level in force."""
    values = {"pump_speed": PUMP.speed(weaning.progress.level)} | GOOD | changes
    return weaning.decide(Measurement(0.0, "icu", values), hours, level)


def follow(weaning, hours, begin=BEGIN, until=lambda decision: False, **changes):
    """Assessments as often as asked for, until a time or an event; the decisions."""
    decisions, now = [], begin
    while now <= hours:
        decisions.append(assess(weaning, now, **changes))
        if until(decisions[-1]):
            break
        now += decisions[-1].hours_to_next_assessment
    return decisions
