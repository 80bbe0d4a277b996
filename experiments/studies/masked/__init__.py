"""The study of masked failure: what full support or a drug hides, and what reveals it."""

from experiments.studies.masked import report, study
from experiments.studies.masked.hidden_regurgitation import DEVICE, PATIENT, hidden_course

__all__ = [
    "DEVICE",
    "PATIENT",
    "hidden_course",
    "report",
    "study",
]
