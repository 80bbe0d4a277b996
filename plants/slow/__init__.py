"""The slow clock: blood, organs, reflex and recovery over hours to days, beside the beat."""

from plants.slow.clock import SlowClock, combined_disturbances, relaxation
from plants.slow.model import (
    FAST_RELAXING_STATES,
    PARAMETER_LAYOUT,
    SLOW_INPUTS,
    SLOW_PARAMETERS,
    SLOW_STATES,
    STATE_LAYOUT,
)
from plants.slow.multirate import RELATIVE_TOLERANCE, MultirateRun
from plants.slow.parameters import SlowParameters
from plants.slow.periodic_run import PeriodicRun, step_change

__all__ = [
    "FAST_RELAXING_STATES",
    "PARAMETER_LAYOUT",
    "RELATIVE_TOLERANCE",
    "SLOW_INPUTS",
    "SLOW_PARAMETERS",
    "SLOW_STATES",
    "STATE_LAYOUT",
    "MultirateRun",
    "PeriodicRun",
    "SlowClock",
    "SlowParameters",
    "combined_disturbances",
    "relaxation",
    "step_change",
]
