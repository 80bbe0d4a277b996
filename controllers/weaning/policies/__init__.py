"""Step policies: when to take a step down and how far, by protocol, forecast or learning."""

from controllers.weaning.policies.interface import MAX_STEP_LEVELS, StepPolicy, WeaningState
from controllers.weaning.policies.registry import STEP_POLICIES, step_policy
from controllers.weaning.policies.without_pump import chance_without_pump, lactate_chance

__all__ = [
    "MAX_STEP_LEVELS",
    "STEP_POLICIES",
    "StepPolicy",
    "WeaningState",
    "chance_without_pump",
    "lactate_chance",
    "step_policy",
]
