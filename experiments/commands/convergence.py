"""``impellab convergence``: how accurate the integration is, and which step that asks for."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies.convergence import ConvergenceSettings

command = study_command(
    "experiments.studies.convergence.study:STUDY",
    ConvergenceSettings,
    "Compare schemes, steps and valve smoothing; exit code 1 if the plant's own step fails.",
)
