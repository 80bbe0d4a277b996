"""Step policies: when to take a step down and how far, by protocol, forecast or learning."""

from controllers.weaning.policies.registry import STEP_POLICIES, step_policy
from controllers.weaning.policies.situation import LARGEST_STEP, Situation, StepPolicy
from controllers.weaning.policies.without_pump import lactate_chance, out_chance

__all__ = [
    "LARGEST_STEP",
    "STEP_POLICIES",
    "Situation",
    "StepPolicy",
    "lactate_chance",
    "out_chance",
    "step_policy",
]
