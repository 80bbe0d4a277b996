"""The effects study: each physical effect switched off, what it changes and what it does not."""

from experiments.studies.effects import report, study

__all__ = [
    "report",
    "study",
]
