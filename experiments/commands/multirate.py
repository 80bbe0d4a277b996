"""``impellab multirate``: long runs by outer steps against beat by beat, accuracy and cost."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies.multirate import MultirateSettings

command = study_command(
    "experiments.studies.multirate.study:STUDY",
    MultirateSettings,
    "Compare multirate runs with beat-by-beat ones; exit code 1 if an error exceeds 1 %.",
)
