"""The identification of patients to the targets of their files, and how well presets meet them."""

from experiments.studies.identify.identification import IdentifiedPatients, identify_patients
from experiments.studies.identify.study import STUDY, PatientsSettings, patients_table

__all__ = ["STUDY", "IdentifiedPatients", "PatientsSettings", "identify_patients", "patients_table"]
