"""The cohort study: virtual patients in shock on pumps, and what goes wrong."""

from experiments.studies.cohort.study import STUDY, CohortStudySettings

__all__ = ["STUDY", "CohortStudySettings"]
