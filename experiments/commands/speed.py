"""``impellab speed``: the plant against other ways to do the same work."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.speed import SpeedSettings

command = study_command(
    "experiments.speed.study:STUDY",
    SpeedSettings,
    "Measure speed on one core, side by side; rates are medians of interleaved runs. "
    "Exit code 1 if a target is missed.",
)
