"""The tracker's model of the patient: states, effects, and settled beats with their slopes."""

from controllers.tracking.model.beats import Setting, Settled, SettledBeats
from controllers.tracking.model.belief import OUTPUT_PLACE, OUTPUTS, Told, stretch, unaided
from controllers.tracking.model.equations import PUMP_OUT
from controllers.tracking.model.state import N_PATIENT, PLACE, Kind, StateSpace

__all__ = [
    "N_PATIENT",
    "OUTPUTS",
    "OUTPUT_PLACE",
    "PLACE",
    "PUMP_OUT",
    "Kind",
    "Setting",
    "Settled",
    "SettledBeats",
    "StateSpace",
    "Told",
    "stretch",
    "unaided",
]
