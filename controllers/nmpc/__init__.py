"""Nonlinear model-predictive control with state estimation, on the plant's own beat map."""

from controllers.nmpc.controller import NmpcController
from controllers.nmpc.estimator import BeatEstimator
from controllers.nmpc.settings import EstimatorSettings, NmpcSettings

__all__ = ["BeatEstimator", "EstimatorSettings", "NmpcController", "NmpcSettings"]
