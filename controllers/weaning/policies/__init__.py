"""Step policies: when to take a step down and how far, by protocol, forecast or learning."""

from controllers.weaning.policies.interface import (
    MAX_STEP_LEVELS as MAX_STEP_LEVELS,
    StepPolicy as StepPolicy,
    WeaningState as WeaningState,
)
from controllers.weaning.policies.registry import (
    STEP_POLICIES as STEP_POLICIES,
    step_policy as step_policy,
)
from controllers.weaning.policies.without_pump import (
    lactate_chance as lactate_chance,
    probability_without_pump as probability_without_pump,
)
