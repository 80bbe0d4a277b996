"""From measurements to pump-speed commands."""

from controllers.estimator import BeatEstimator, EstimatorSettings
from controllers.fixed import FixedLevel
from controllers.nmpc import NmpcController, NmpcSettings
from controllers.protocol import Briefing, Command, Controller, Outcome, SolveStatus
from controllers.registry import CONTROLLER_FORMS, controller_names, load_controller

__all__ = [
    "CONTROLLER_FORMS",
    "BeatEstimator",
    "Briefing",
    "Command",
    "Controller",
    "EstimatorSettings",
    "FixedLevel",
    "NmpcController",
    "NmpcSettings",
    "Outcome",
    "SolveStatus",
    "controller_names",
    "load_controller",
]
