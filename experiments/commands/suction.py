"""``impellab suction``: how well suction is found from what the console shows."""

from __future__ import annotations

from experiments.runs import study_command
from experiments.studies.suction import SuctionSettings

command = study_command(
    "experiments.studies.suction.study:STUDY",
    SuctionSettings,
    "Sensitivity, specificity and delay of the detector; exit code 1 if the aim is missed.",
)
