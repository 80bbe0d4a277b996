"""``impellab hemolysis``: how far the published laws of hemolysis disagree."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies.hemolysis import HemolysisSettings

command = study_command(
    "experiments.studies.hemolysis.study:STUDY",
    HemolysisSettings,
    "Published power laws against the measured index; exit code 1 if an expectation fails.",
)
