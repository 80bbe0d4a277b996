"""The identification of patients to the targets of their files, and how well presets meet them."""

from experiments.studies.identify.study import STUDY, IdentificationSettings, patients_table

__all__ = ["STUDY", "IdentificationSettings", "patients_table"]
