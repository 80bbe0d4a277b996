"""``impellab sensitivity``: what moves the periodic beat of a supported patient, and how much."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies.sensitivity import SensitivitySettings

command = study_command(
    "experiments.studies.sensitivity.study:STUDY",
    SensitivitySettings,
    "Sensitivity of pressure, power, filling, suction and hemolysis to what is uncertain.",
)
