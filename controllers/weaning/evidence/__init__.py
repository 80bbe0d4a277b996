"""Evidence for decisions about weaning: measurements, forecasts, lactate, and their history."""

from controllers.weaning.evidence.chances import ExplainedEstimates, joint_probability
from controllers.weaning.evidence.forecast import Forecasts
from controllers.weaning.evidence.history import AssessmentHistory
from controllers.weaning.evidence.lactate import LactateBalance
from controllers.weaning.evidence.measurements import ECHO, LABS, BedsideMeasurements
from controllers.weaning.evidence.tracker import Estimates, Tracker

__all__ = [
    "ECHO",
    "LABS",
    "AssessmentHistory",
    "BedsideMeasurements",
    "Estimates",
    "ExplainedEstimates",
    "Forecasts",
    "LactateBalance",
    "Tracker",
    "joint_probability",
]
