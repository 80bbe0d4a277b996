"""The support study: trends and flows of support against what is known of them."""

from experiments.studies.support.checks import Check
from experiments.studies.support.head_flow import (
    ALL_LEVELS,
    PATIENT,
    RIGHT_PATIENT,
    UNKNOWN,
    head_flow_rmse,
    head_flow_table,
)
from experiments.studies.support.study import STUDY, SupportSettings

__all__ = [
    "ALL_LEVELS",
    "PATIENT",
    "RIGHT_PATIENT",
    "STUDY",
    "UNKNOWN",
    "Check",
    "SupportSettings",
    "head_flow_rmse",
    "head_flow_table",
]
