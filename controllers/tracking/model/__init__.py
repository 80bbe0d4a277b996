"""The tracker's model of the patient: states, effects, and steady-state beats with their slopes."""

from controllers.tracking.model.estimated_patient import (
    OUTPUTS as OUTPUTS,
    KnownInputs as KnownInputs,
    contractility_factor_without_drugs as contractility_factor_without_drugs,
)
from controllers.tracking.model.state_space import StateSpace as StateSpace
from controllers.tracking.model.steady_state_beats import (
    REMEMBERED as REMEMBERED,
    OperatingCondition as OperatingCondition,
    SteadyStateBeats as SteadyStateBeats,
    SteadyStateOutputs as SteadyStateOutputs,
)
from controllers.tracking.model.steady_state_equations import NO_PUMP_SPEED as NO_PUMP_SPEED
from controllers.tracking.model.tracked_quantities import (
    N_PATIENT as N_PATIENT,
    STATE_INDEX as STATE_INDEX,
    Kind as Kind,
    recovery_of as recovery_of,
)
