"""Blood on the slow clock: hemoglobin, and the volume that bleeding, fluid and transfusion move.

The volume itself is a state of the fast plant; this topic only gives the inflow that changes it.
Fluid is what stays in the vessels: crystalloids that leave them must be given as the part that
stays. With ``volume_regulation`` 1 the patient brings the volume back to where it began, by refill
from the tissues after bleeding and by excretion after fluid.

References
----------
Moore FD (1965) N Engl J Med 273:567 (refill of the plasma over a day or more after hemorrhage).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import casadi as ca

from plants.circulation import saturated
from plants.plant import BeatMetrics
from plants.quantities import ML_PER_DL, SECONDS_PER_HOUR, Entry, entry, structure
from plants.slow.laws.composition import hematocrit, hemoglobin, released_mass

if TYPE_CHECKING:
    from plants.slow.laws.joined import AllParameters

# The shift follows the missing volume with a lag of this share of the regulation time: the pair
# is then critically damped and brings the volume back without overshoot.
_LAG_SHARE = 0.25


@structure
class States:
    """What the blood holds, and the fluid that moves into it."""

    hemoglobin_mass: Entry = entry("g", "hemoglobin in the red cells", 0, 10000)
    fluid_shift: Entry = entry("mL/h", "fluid drawn from the tissues; excreted < 0", -2000, 2000)


@structure
class Inputs:
    """What is given and lost."""

    bleeding: Entry = entry("mL/h", "blood lost", 0, 20000)
    transfusion: Entry = entry("mL/h", "red cells given, as suspended", 0, 10000)
    fluid: Entry = entry("mL/h", "fluid given that stays in the vessels", 0, 20000)


@structure
class Parameters:
    """Blood and its regulation."""

    hemoglobin_initial: Entry = entry("g/dL", "hemoglobin of the blood at the start", 3, 22)
    red_cell_hemoglobin: Entry = entry("g/dL", "hemoglobin of packed red cells", 28, 38)
    transfused_hemoglobin: Entry = entry("g/dL", "hemoglobin of the red cells given", 10, 25)
    volume_regulation: Entry = entry("1", "1: the patient regulates the blood volume, 0: not", 0, 1)
    volume_regulation_time: Entry = entry("h", "time in which the volume is brought back", 1, 200)
    volume_regulation_limit: Entry = entry("mL/h", "fastest shift of fluid", 10, 2000)


def start(p: Parameters, m: BeatMetrics) -> dict[str, float]:
    """The hemoglobin that the starting volume holds, and no shift of fluid."""
    return {
        "hemoglobin_mass": p.hemoglobin_initial * m.blood_volume / ML_PER_DL,
        "fluid_shift": 0.0,
    }


def rates(s: States, m: BeatMetrics, u: Inputs, p: AllParameters) -> dict[str, ca.SX]:
    """Hemoglobin given less that bled and broken (g/h); the shift of fluid (mL/h per hour)."""
    given = u.transfusion * p.transfused_hemoglobin / ML_PER_DL
    bled = u.bleeding * hemoglobin(s, m) / ML_PER_DL
    missing = (p.blood_volume - m.blood_volume) / p.volume_regulation_time
    limit = p.volume_regulation_limit
    wanted = p.volume_regulation * limit * saturated(missing / limit)
    return {
        "hemoglobin_mass": given - bled - released_mass(s, m, p),
        "fluid_shift": (wanted - s.fluid_shift) / (_LAG_SHARE * p.volume_regulation_time),
    }


def effects(s: States, u: Inputs, p: Parameters) -> dict[str, ca.SX]:
    """The inflow to the systemic veins (mL/s)."""
    inflow = u.transfusion + u.fluid + s.fluid_shift - u.bleeding
    return {"infusion": inflow / SECONDS_PER_HOUR}


def outputs(s: States, m: BeatMetrics, u: Inputs, p: AllParameters) -> dict[str, ca.SX]:
    """Hemoglobin (g/dL) and hematocrit."""
    return {"hemoglobin": hemoglobin(s, m), "hematocrit": hematocrit(s, m, p)}
