"""The circulation as equations: chambers, valves, vessels, and the closed loop that joins them."""

from plants.circulation import coronary as coronary, interaction as interaction, loop as loop
from plants.circulation.activation import (
    ACTIVATION_FORMS as ACTIVATION_FORMS,
    COSINE as COSINE,
    DOUBLE_HILL as DOUBLE_HILL,
    VentricularActivation as VentricularActivation,
    end_systolic_phase as end_systolic_phase,
    left_at_the_ends as left_at_the_ends,
)
from plants.circulation.elastance import (
    chamber_pressure as chamber_pressure,
    potential_energy as potential_energy,
)
from plants.circulation.loop import (
    Flows as Flows,
    Pressures as Pressures,
    activation_shape as activation_shape,
    wall as wall,
)
from plants.circulation.smooth import (
    fraction as fraction,
    gate as gate,
    hinge as hinge,
    hinge_slope as hinge_slope,
    lower_of as lower_of,
    positive_part as positive_part,
    ramp as ramp,
    saturated as saturated,
    soft_sign as soft_sign,
)
from plants.circulation.structures import (
    CirculationState as CirculationState,
    Disturbances as Disturbances,
    PatientParameters as PatientParameters,
    Volumes as Volumes,
)
