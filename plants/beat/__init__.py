"""The beat as a map: time loops, one beat with exact derivatives, and the periodic steady state."""

from plants.beat.map import DEFAULT_STEP, Beat, BeatMap
from plants.beat.periodic_beat import (
    FIRST_BEATS,
    TOLERANCE,
    PeriodicBeat,
    SteadyState,
    steady_state,
)
from plants.beat.time_loop import beat_kernel, plant_functions, run_kernel

__all__ = [
    "DEFAULT_STEP",
    "FIRST_BEATS",
    "TOLERANCE",
    "Beat",
    "BeatMap",
    "PeriodicBeat",
    "SteadyState",
    "beat_kernel",
    "plant_functions",
    "run_kernel",
    "steady_state",
]
