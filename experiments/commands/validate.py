"""``impellab validate``: the plant against published measurements."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.validation import ValidationSettings

command = study_command(
    "experiments.validation.study:STUDY",
    ValidationSettings,
    "Published values beside the model's, with bands; exit code 1 if a band is missed.",
)
