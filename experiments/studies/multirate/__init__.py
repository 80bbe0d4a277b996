"""The multirate study: long runs by outer steps against beat by beat."""

from experiments.studies.multirate import days, report, study

__all__ = [
    "days",
    "report",
    "study",
]
