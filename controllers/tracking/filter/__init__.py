"""The tracker's filter: square-root sigma points, readings, corrections and estimates."""

from controllers.tracking.filter.consistency import Consistency, Innovation
from controllers.tracking.filter.correction import Corrector, MeasurementUpdate
from controllers.tracking.filter.estimate import (
    CREDIBLE,
    Estimate,
    JointEstimate,
    joint,
    patient_estimate,
)
from controllers.tracking.filter.predicted_outputs import PredictedOutputs, SigmaPointRegression
from controllers.tracking.filter.readings import (
    READ_SIGNALS,
    Readings,
    ReadingTable,
    model_sd,
    output_rows,
)
from controllers.tracking.filter.settings import TrackerSettings
from controllers.tracking.filter.square_root_filter import (
    Gaussian,
    Linearised,
    mixture_moments,
    sigma_points,
    triangular,
)

__all__ = [
    "CREDIBLE",
    "READ_SIGNALS",
    "Consistency",
    "Corrector",
    "Estimate",
    "Gaussian",
    "Innovation",
    "JointEstimate",
    "Linearised",
    "MeasurementUpdate",
    "PredictedOutputs",
    "ReadingTable",
    "Readings",
    "SigmaPointRegression",
    "TrackerSettings",
    "joint",
    "mixture_moments",
    "model_sd",
    "output_rows",
    "patient_estimate",
    "sigma_points",
    "triangular",
]
