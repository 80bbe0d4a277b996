"""From measurements to pump-speed commands."""

from controllers.estimator import BeatEstimator, EstimatorSettings
from controllers.fixed import FixedLevel
from controllers.linear import LinearBeat, linearise
from controllers.lqg import LQG
from controllers.lqg_design import LQGSettings
from controllers.nmpc import NmpcController, NmpcSettings
from controllers.operating_point import (
    OperatingPoint,
    operating_point,
    running_levels,
    speed_limits,
)
from controllers.pi import PI, Gains
from controllers.policy import PolicyController
from controllers.protocol import Briefing, Command, Controller, Outcome, SolveStatus
from controllers.registry import CONTROLLER_FORMS, controller_names, load_controller
from controllers.suction_detector import DetectorSettings, SuctionDetector

__all__ = [
    "CONTROLLER_FORMS",
    "LQG",
    "PI",
    "BeatEstimator",
    "Briefing",
    "Command",
    "Controller",
    "DetectorSettings",
    "EstimatorSettings",
    "FixedLevel",
    "Gains",
    "LQGSettings",
    "LinearBeat",
    "NmpcController",
    "NmpcSettings",
    "OperatingPoint",
    "Outcome",
    "PolicyController",
    "SolveStatus",
    "SuctionDetector",
    "controller_names",
    "linearise",
    "load_controller",
    "operating_point",
    "running_levels",
    "speed_limits",
]
