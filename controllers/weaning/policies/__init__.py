"""Step policies: when to take a step down and how far, by protocol, forecast or learning."""

from controllers.weaning.policies.interface import MAX_STEP_LEVELS, StepPolicy, WeaningState
from controllers.weaning.policies.registry import STEP_POLICIES, step_policy
from controllers.weaning.policies.without_pump import lactate_chance, probability_without_pump

__all__ = [
    "MAX_STEP_LEVELS",
    "STEP_POLICIES",
    "StepPolicy",
    "WeaningState",
    "lactate_chance",
    "probability_without_pump",
    "step_policy",
]
