"""The suction study: how well suction is found from what the console shows."""

from experiments.studies.suction import figures, report, study
from experiments.studies.suction.detector_fit import fit

__all__ = [
    "figures",
    "fit",
    "report",
    "study",
]
