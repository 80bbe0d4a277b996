"""Step policies by name: published protocols, the plan on a forecast, and learned ones."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from controllers.weaning.policies.interface import StepPolicy
from controllers.weaning.policies.learned import PREFIX, LearnedPolicy
from controllers.weaning.policies.model_based import ModelBased
from controllers.weaning.policies.protocols import (
    CLINICIAN,
    FAST_PROTOCOL,
    SLOW_PROTOCOL,
    ramp_test,
)
from plants import InputError, unknown_name

#: Names that :func:`step_policy` takes, and what they mean.
STEP_POLICIES: Mapping[str, str] = MappingProxyType(
    {
        "fast-protocol": "2 levels every 2 h while the criteria hold",
        "slow-protocol": "2 levels every 12 h while the criteria hold",
        "ramp-test": "a level every 5 min to P-2, judged there by cardiac power output",
        "clinician": "1 level every 4 h, 2 with a wide margin, under all criteria of readiness",
        "model-based": "chance-constrained plan on the tracker's forecast",
    }
)


def step_policy(name: str) -> StepPolicy:
    """A step policy by name.

    Parameters
    ----------
    name : str
        One of :data:`STEP_POLICIES`, or ``policy:FOLDER``: one that ``impellab train`` has learned
        in ``impellab/Weaning-v0``.

    Raises
    ------
    InputError
        There is no such policy, or it cannot be used.

    Examples
    --------
    >>> from controllers import step_policy
    >>> step_policy("fast-protocol").needs_tracker, step_policy("model-based").needs_tracker
    (False, True)
    """
    if not isinstance(name, str):
        raise InputError("policy", name, "the name of a step policy, as text")
    if name.startswith(PREFIX):
        return LearnedPolicy(name.removeprefix(PREFIX))
    policies: tuple[StepPolicy, ...] = (
        FAST_PROTOCOL,
        SLOW_PROTOCOL,
        ramp_test(),
        CLINICIAN,
        ModelBased(),
    )
    for policy in policies:
        if policy.name == name:
            return policy
    raise unknown_name("policy", name, (*STEP_POLICIES, f"{PREFIX}FOLDER"))
