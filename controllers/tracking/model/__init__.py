"""The tracker's model of the patient: states, effects, and settled beats with their slopes."""

from controllers.tracking.model.estimated_patient import OUTPUTS, KnownInputs, stretch, unaided
from controllers.tracking.model.settled_beats import (
    OperatingCondition,
    SettledBeats,
    SettledOutputs,
)
from controllers.tracking.model.settled_equations import PUMP_OUT
from controllers.tracking.model.state_space import StateSpace
from controllers.tracking.model.tracked_quantities import N_PATIENT, STATE_INDEX, Kind

__all__ = [
    "N_PATIENT",
    "OUTPUTS",
    "PUMP_OUT",
    "STATE_INDEX",
    "Kind",
    "KnownInputs",
    "OperatingCondition",
    "SettledBeats",
    "SettledOutputs",
    "StateSpace",
    "stretch",
    "unaided",
]
