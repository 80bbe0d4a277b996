"""Patients: parameters of the circulation, rhythms of the heart, diseases of the valves."""

from plants.patients.parameters import (
    PATIENT_PARAMETERS as PATIENT_PARAMETERS,
    PATIENT_TARGETS as PATIENT_TARGETS,
    UNSTRESSED_VOLUMES as UNSTRESSED_VOLUMES,
)
from plants.patients.patient import Patient as Patient
from plants.patients.rhythm import RHYTHMS as RHYTHMS, Rhythm as Rhythm, RhythmBeat as RhythmBeat
from plants.patients.stiffness import (
    LEAST_STEP as LEAST_STEP,
    STABILITY_LIMIT as STABILITY_LIMIT,
    circuit_rates as circuit_rates,
)
from plants.patients.valve_disease import (
    ValveDisease as ValveDisease,
    valve_diseases as valve_diseases,
    with_valve_disease as with_valve_disease,
)
