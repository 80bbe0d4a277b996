"""Learned policies as controllers: their files, and the controller that runs one."""

from controllers.policy.controller import PolicyController
from controllers.policy.files import (
    POLICY_FILES,
    WEANING_ACTION,
    Normalisation,
    action_probabilities,
    check_libraries,
    policy_network,
    policy_normalisation,
    read_policy,
)

__all__ = [
    "POLICY_FILES",
    "WEANING_ACTION",
    "Normalisation",
    "PolicyController",
    "action_probabilities",
    "check_libraries",
    "policy_network",
    "policy_normalisation",
    "read_policy",
]
