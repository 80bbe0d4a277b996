"""The sensitivity study: which uncertain quantity moves the beat of a supported patient."""

from experiments.studies.sensitivity.study import STUDY, SensitivitySettings

__all__ = ["STUDY", "SensitivitySettings"]
