"""Flow through a vessel whose blood may have inertia.

Without inertance the flow is the pressure drop over the resistance; with one it is a state, which
the drop beyond what the resistance takes accelerates.
"""

from __future__ import annotations

import casadi as ca

# How fast (1/s) the state goes to zero where there is no inertance and nothing reads it.
_UNUSED = 100.0


def vessel_flow(drop: ca.SX, flow: ca.SX, resistance: ca.SX, inertance: ca.SX) -> ca.SX:
    """Flow (mL/s) through a vessel.

    Parameters
    ----------
    drop : SX
        Pressure drop over it, mmHg.
    flow : SX
        What flows by inertia, mL/s: a state.
    resistance, inertance : SX
        Of the vessel, mmHg.s/mL and mmHg.s2/mL; an inertance of 0 is none.
    """
    return ca.if_else(inertance > 0, flow, drop / resistance)


def inertia_rate(drop: ca.SX, flow: ca.SX, resistance: ca.SX, inertance: ca.SX) -> ca.SX:
    """Rate of change (mL/s^2) of what flows by inertia; see :func:`vessel_flow`."""
    mass = ca.if_else(inertance > 0, inertance, 1)
    return ca.if_else(inertance > 0, (drop - resistance * flow) / mass, -_UNUSED * flow)
