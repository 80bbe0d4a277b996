"""Flow through a vessel whose blood may have inertia.

Without inertance the flow is the pressure drop over the resistance; with one it is a state, which
the drop beyond what the resistance takes accelerates.
"""

from __future__ import annotations

from typing import NamedTuple

import casadi as ca

# How fast (1/s) the state goes to zero where there is no inertance and nothing reads it.
_UNUSED = 100.0


class Vessel(NamedTuple):
    """A vessel now.

    Attributes
    ----------
    drop : SX
        Pressure drop over it, mmHg.
    resistance : SX
        mmHg.s/mL.
    inertance : SX
        mmHg.s2/mL; 0 is none.
    """

    drop: ca.SX
    resistance: ca.SX
    inertance: ca.SX


def vessel_flow(vessel: Vessel, inertial: ca.SX) -> ca.SX:
    """Flow (mL/s) through a vessel; `inertial` is what flows by inertia, a state."""
    return ca.if_else(vessel.inertance > 0, inertial, vessel.drop / vessel.resistance)


def inertia_rate(vessel: Vessel, inertial: ca.SX) -> ca.SX:
    """Rate of change (mL/s^2) of what flows by inertia; see :func:`vessel_flow`."""
    has_inertia = vessel.inertance > 0
    accelerating = vessel.drop - vessel.resistance * inertial
    mass = ca.if_else(has_inertia, vessel.inertance, 1)
    return ca.if_else(has_inertia, accelerating / mass, -_UNUSED * inertial)
