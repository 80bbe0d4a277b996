"""The beat as a map: time loops, one beat with exact derivatives, and the periodic steady state."""

from plants.beat.followed_beat import FollowedBeat as FollowedBeat
from plants.beat.map import DEFAULT_STEP as DEFAULT_STEP, Beat as Beat, BeatMap as BeatMap
from plants.beat.periodic_beat import (
    FIRST_BEATS as FIRST_BEATS,
    TOLERANCE as TOLERANCE,
    PeriodicBeat as PeriodicBeat,
    SteadyState as SteadyState,
    steady_state as steady_state,
)
from plants.beat.slopes import PeriodicSlopes as PeriodicSlopes, periodic_slopes as periodic_slopes
from plants.beat.time_loop import (
    EVERY_PART as EVERY_PART,
    USUAL_PARTS as USUAL_PARTS,
    PlantParts as PlantParts,
    beat_kernel as beat_kernel,
    plant_functions as plant_functions,
    run_kernel as run_kernel,
)
