"""Learned policies as controllers: their files, and the controller that runs one."""

from controllers.policy.controller import PolicyController
from controllers.policy.description import Normalisation, PolicyDescription
from controllers.policy.files import (
    POLICY_FILES,
    WEANING_ACTION,
    action_probabilities,
    check_libraries,
    is_weaning_policy,
    policy_network,
    read_policy,
)

__all__ = [
    "POLICY_FILES",
    "WEANING_ACTION",
    "Normalisation",
    "PolicyController",
    "PolicyDescription",
    "action_probabilities",
    "check_libraries",
    "is_weaning_policy",
    "policy_network",
    "read_policy",
]
