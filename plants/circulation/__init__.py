"""The circulation as equations: chambers, valves, vessels, and the closed loop that joins them."""

from plants.circulation import interaction, loop
from plants.circulation.elastance import end_systolic_phase, potential_energy
from plants.circulation.loop import Flows, Pressures
from plants.circulation.smooth import fraction, gate, positive_part, ramp, saturated, smaller
from plants.circulation.structures import CirculationState, Disturbances, PatientParameters, Volumes

__all__ = [
    "CirculationState",
    "Disturbances",
    "Flows",
    "PatientParameters",
    "Pressures",
    "Volumes",
    "end_systolic_phase",
    "fraction",
    "gate",
    "interaction",
    "loop",
    "positive_part",
    "potential_energy",
    "ramp",
    "saturated",
    "smaller",
]
