"""The circulation as equations: chambers, valves, vessels, and the closed loop that joins them."""

from plants.circulation import interaction as interaction, loop as loop
from plants.circulation.elastance import (
    end_systolic_phase as end_systolic_phase,
    potential_energy as potential_energy,
)
from plants.circulation.loop import Flows as Flows, Pressures as Pressures
from plants.circulation.smooth import (
    fraction as fraction,
    gate as gate,
    positive_part as positive_part,
    ramp as ramp,
    saturated as saturated,
    smaller as smaller,
)
from plants.circulation.structures import (
    CirculationState as CirculationState,
    Disturbances as Disturbances,
    PatientParameters as PatientParameters,
    Volumes as Volumes,
)
