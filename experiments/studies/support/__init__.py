"""The support study: trends and flows of support against what is known of them."""

from experiments.studies.support.checks import Check as Check
from experiments.studies.support.head_flow import (
    ALL_LEVELS as ALL_LEVELS,
    PATIENT as PATIENT,
    RIGHT_PATIENT as RIGHT_PATIENT,
    UNKNOWN as UNKNOWN,
    head_flow_rmse as head_flow_rmse,
    head_flow_table as head_flow_table,
)
from experiments.studies.support.study import STUDY as STUDY, SupportSettings as SupportSettings
