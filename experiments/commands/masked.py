"""``impellab masked``: failure that full support or a drug hides, and what reveals it."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies.masked import MaskedSettings

command = study_command(
    "experiments.studies.masked.study:STUDY",
    MaskedSettings,
    "A hidden mitral leak and an inotrope-masked failure; exit code 1 if either is not shown.",
)
