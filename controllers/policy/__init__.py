"""Learned policies as controllers: their files, and the controller that runs one."""

from controllers.policy.controller import PolicyController as PolicyController
from controllers.policy.description import (
    Normalisation as Normalisation,
    PolicyDescription as PolicyDescription,
)
from controllers.policy.files import (
    ACTIVATIONS as ACTIVATIONS,
    POLICY_FILES as POLICY_FILES,
    WEANING_ACTION as WEANING_ACTION,
    action_probabilities as action_probabilities,
    check_libraries as check_libraries,
    is_weaning_policy as is_weaning_policy,
    policy_network as policy_network,
    read_policy as read_policy,
)
