"""Nonlinear model-predictive control with state estimation, on the plant's own beat map."""

from controllers.nmpc.controller import NmpcController, NmpcSettings
from controllers.nmpc.estimator import BeatEstimator, EstimatorSettings

__all__ = [
    "BeatEstimator",
    "EstimatorSettings",
    "NmpcController",
    "NmpcSettings",
]
