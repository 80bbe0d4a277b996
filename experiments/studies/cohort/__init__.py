"""The cohort study: virtual patients in shock on pumps, and what goes wrong."""

from experiments.studies.cohort.study import (
    STUDY as STUDY,
    CohortStudySettings as CohortStudySettings,
)
