"""The tracker's model of the patient: states, effects, and steady-state beats with their slopes."""

from controllers.tracking.model.estimated_patient import (
    OUTPUTS,
    KnownInputs,
    contractility_factor_without_drugs,
    end_diastolic_stretch,
)
from controllers.tracking.model.state_space import StateSpace
from controllers.tracking.model.steady_state_beats import (
    REMEMBERED,
    OperatingCondition,
    SteadyStateBeats,
    SteadyStateOutputs,
)
from controllers.tracking.model.steady_state_equations import NO_PUMP_SPEED
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
    "StateSpace",
    "SteadyStateBeats",
    "SteadyStateOutputs",
    "contractility_factor_without_drugs",
    "end_diastolic_stretch",
]
