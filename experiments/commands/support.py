"""``impellab support``: what support does, checked against what is known of it."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies.support import SupportSettings

command = study_command(
    "experiments.studies.support.study:STUDY",
    SupportSettings,
    "Support of shock at rising levels; exit code 1 if an expected trend fails.",
)
