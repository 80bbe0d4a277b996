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
from controllers.policy_controller import PolicyController
from controllers.protocol import Briefing, Command, Controller, Outcome, SolveStatus
from controllers.registry import CONTROLLER_FORMS, controller_names, load_controller
from controllers.suction_detector import DetectorSettings, SuctionDetector
from controllers.tracking.tracker import RecoveryTracker
from controllers.weaning.controller import WeaningController
from controllers.weaning.criteria import Criterion, WeaningCriteria
from controllers.weaning.decision import Decision, Reason
from controllers.weaning.findings import FINDINGS
from controllers.weaning.log import DecisionLog
from controllers.weaning.pci import PciController
from controllers.weaning.policy_registry import STEP_POLICIES, step_policy
from controllers.weaning.steps import Situation, StepPolicy
from controllers.weaning_briefing import WeaningBriefing

__all__ = [
    "CONTROLLER_FORMS",
    "FINDINGS",
    "LQG",
    "PI",
    "STEP_POLICIES",
    "BeatEstimator",
    "Briefing",
    "Command",
    "Controller",
    "Criterion",
    "Decision",
    "DecisionLog",
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
    "PciController",
    "PolicyController",
    "Reason",
    "RecoveryTracker",
    "Situation",
    "SolveStatus",
    "StepPolicy",
    "SuctionDetector",
    "WeaningBriefing",
    "WeaningController",
    "WeaningCriteria",
    "controller_names",
    "linearise",
    "load_controller",
    "operating_point",
    "running_levels",
    "speed_limits",
    "step_policy",
]
