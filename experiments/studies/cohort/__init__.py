"""The cohort study: virtual patients in shock on pumps, and what goes wrong."""

from experiments.studies.cohort.report import printed
from experiments.studies.cohort.study import Plan, cohort

__all__ = [
    "Plan",
    "cohort",
    "printed",
]
