"""From measurements to pump-speed commands."""

from controllers.fixed import FixedLevel
from controllers.lqg import LQG, LinearBeat, LQGSettings, linearise
from controllers.nmpc import BeatEstimator, EstimatorSettings, NmpcController, NmpcSettings
from controllers.operating_points import (
    OperatingPoint,
    operating_point,
    running_levels,
    speed_limits,
)
from controllers.pi import PI, Gains
from controllers.policy import PolicyController
from controllers.protocol import (
    Briefing,
    Command,
    CommandError,
    Controller,
    Outcome,
    Preparing,
    SolveStatus,
)
from controllers.registry import (
    CONTROLLER_FORMS,
    check_controller_name,
    controller_names,
    load_controller,
    user_file,
)
from controllers.suction import DetectorSettings, SuctionDetector
from controllers.supervision import Supervised
from controllers.tracking import RecoveryTracker, WeaningBriefing
from controllers.user_errors import ends_the_program, error_text, user_code
from controllers.weaning import (
    Criterion,
    Decision,
    DecisionLog,
    PciController,
    Reason,
    WeaningController,
    WeaningCriteria,
)
from controllers.weaning.assessment import FINDINGS
from controllers.weaning.policies import STEP_POLICIES, StepPolicy, WeaningState, step_policy

__all__ = [
    "CONTROLLER_FORMS",
    "FINDINGS",
    "LQG",
    "PI",
    "STEP_POLICIES",
    "BeatEstimator",
    "Briefing",
    "Command",
    "CommandError",
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
    "Preparing",
    "Reason",
    "RecoveryTracker",
    "SolveStatus",
    "StepPolicy",
    "SuctionDetector",
    "Supervised",
    "WeaningBriefing",
    "WeaningController",
    "WeaningCriteria",
    "WeaningState",
    "check_controller_name",
    "controller_names",
    "ends_the_program",
    "error_text",
    "linearise",
    "load_controller",
    "operating_point",
    "running_levels",
    "speed_limits",
    "step_policy",
    "user_code",
    "user_file",
]
