"""The sensitivity study: which uncertain quantity moves the beat of a supported patient."""

from experiments.studies.sensitivity import report, study

__all__ = [
    "report",
    "study",
]
