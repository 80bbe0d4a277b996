"""Nonlinear model-predictive control with state estimation, on the plant's own beat map."""

from controllers.nmpc.controller import NmpcController as NmpcController
from controllers.nmpc.estimator import BeatEstimator as BeatEstimator
from controllers.nmpc.settings import (
    EstimatorSettings as EstimatorSettings,
    NmpcSettings as NmpcSettings,
)
