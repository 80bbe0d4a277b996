"""``impellab cohort``: virtual patients in shock on pumps, and what goes wrong."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies.cohort import CohortStudySettings

command = study_command(
    "experiments.studies.cohort.study:STUDY",
    CohortStudySettings,
    "Complications of virtual patients; exit code 1 if an incidence is not where expected.",
)
