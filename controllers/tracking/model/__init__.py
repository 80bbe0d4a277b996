"""The tracker's model of the patient: states, effects, and settled beats with their slopes."""

from controllers.tracking.model.estimated_patient import (
    OUTPUTS,
    KnownInputs,
    contractility_factor_without_drugs,
    end_diastolic_stretch,
)
from controllers.tracking.model.settled_beats import (
    REMEMBERED,
    OperatingCondition,
    SettledBeats,
    SettledOutputs,
)
from controllers.tracking.model.settled_equations import NO_PUMP_SPEED
from controllers.tracking.model.state_space import StateSpace
from controllers.tracking.model.tracked_quantities import N_PATIENT, STATE_INDEX, Kind

__all__ = [
    "NO_PUMP_SPEED",
    "N_PATIENT",
    "OUTPUTS",
    "REMEMBERED",
    "STATE_INDEX",
    "Kind",
    "KnownInputs",
    "OperatingCondition",
    "SettledBeats",
    "SettledOutputs",
    "StateSpace",
    "contractility_factor_without_drugs",
    "end_diastolic_stretch",
]
