"""Patients: parameters of the circulation, rhythms of the heart, diseases of the valves."""

from plants.patients.parameters import PATIENT_PARAMETERS, UNSTRESSED_VOLUMES
from plants.patients.patient import Patient
from plants.patients.rhythm import RHYTHMS, Rhythm, RhythmBeat
from plants.patients.valve_disease import ValveDisease, valve_diseases, with_valve_disease

__all__ = [
    "PATIENT_PARAMETERS",
    "RHYTHMS",
    "UNSTRESSED_VOLUMES",
    "Patient",
    "Rhythm",
    "RhythmBeat",
    "ValveDisease",
    "valve_diseases",
    "with_valve_disease",
]
