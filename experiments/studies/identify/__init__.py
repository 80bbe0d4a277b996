"""The identification of patients to the targets of their files, and how well presets meet them."""

from experiments.studies.identify.study import (
    STUDY as STUDY,
    IdentificationSettings as IdentificationSettings,
    patients_table as patients_table,
)
