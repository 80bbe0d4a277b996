"""``impellab effects``: each physical effect switched off, what it changes and what it does not."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies.effects import EffectsSettings

command = study_command(
    "experiments.studies.effects.study:STUDY",
    EffectsSettings,
    "Switch each physical effect off; exit code 1 if it does not do what physiology expects.",
)
