"""The tracker's filter: square-root sigma points, readings, corrections and estimates."""

from controllers.tracking.filter.arithmetic import (
    Gaussian,
    Linearised,
    mixed,
    sigma_points,
    triangular,
)
from controllers.tracking.filter.consistency import Consistency, Innovation
from controllers.tracking.filter.correction import Corrector, Learned
from controllers.tracking.filter.estimate import Belief, Beliefs, joint, patient_beliefs
from controllers.tracking.filter.outputs import Fan, Outputs
from controllers.tracking.filter.readings import READ, Readings, ReadingTable, model_sd, output_rows
from controllers.tracking.filter.settings import TrackerSettings

__all__ = [
    "READ",
    "Belief",
    "Beliefs",
    "Consistency",
    "Corrector",
    "Fan",
    "Gaussian",
    "Innovation",
    "Learned",
    "Linearised",
    "Outputs",
    "ReadingTable",
    "Readings",
    "TrackerSettings",
    "joint",
    "mixed",
    "model_sd",
    "output_rows",
    "patient_beliefs",
    "sigma_points",
    "triangular",
]
