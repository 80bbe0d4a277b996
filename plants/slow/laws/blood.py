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

import casadi as ca

from plants.circulation import saturated
from plants.plant import BeatMetrics
from plants.quantities import ML_PER_DL, SECONDS_PER_HOUR
from plants.slow.declarations import AllParameters, blood as declared
from plants.slow.laws.composition import hematocrit, hemoglobin, released_mass

States = declared.States
Inputs = declared.Inputs
Parameters = declared.Parameters


# The shift follows the missing volume with a lag of this share of the regulation time: the pair
# is then critically damped and brings the volume back without overshoot.
_LAG_SHARE = 0.25


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
