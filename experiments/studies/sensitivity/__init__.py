"""The sensitivity study: which uncertain quantity moves the beat of a supported patient."""

from experiments.studies.sensitivity.study import (
    STUDY as STUDY,
    SensitivitySettings as SensitivitySettings,
)
