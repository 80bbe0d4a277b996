"""``impellab benchmark``: controllers against one another, over patients and scenarios."""

from __future__ import annotations

from experiments.benchmark import BenchmarkSettings
from experiments.runs import study_command

command = study_command(
    "experiments.benchmark.study:STUDY",
    BenchmarkSettings,
    "Compare controllers over patients and scenarios.",
)
