"""Vessels: the pressure of arteries by their blood, and flow that may have inertia.

The wall of an artery stiffens as it is stretched. Without inertance the flow is the pressure drop
over the resistance; with one it is a state, which the drop beyond what the resistance takes
accelerates.

References
----------
Langewouters GJ, Wesseling KH, Goedhard WJA (1984) The static elastic properties of 45 human
thoracic and 20 abdominal aortas in vitro and the parameters of a new model. J Biomech 17:425
(compliance falls with pressure; the quadratic law here is the first term of such a fall).
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


def artery_pressure(stressed: ca.SX, compliance: ca.SX, stiffening: ca.SX) -> ca.SX:
    """Transmural pressure (mmHg) of an artery.

    Parameters
    ----------
    stressed : SX
        Blood above the unstressed volume, mL.
    compliance : SX
        Compliance of the artery at zero pressure, mL/mmHg.
    stiffening : SX
        Relative rise of the stiffness with the linear part of the pressure, 1/mmHg; at the pressure
        P the stiffness is ``sqrt(1 + 2 stiffening P) / compliance``. Below zero it is that at zero:
        the parabola would turn there and press an emptied artery empty for good.
    """
    linear = stressed / compliance
    return linear * (1 + 0.5 * stiffening * ca.fmax(linear, 0))


def vessel_flow(vessel: Vessel, inertial: ca.SX) -> ca.SX:
    """Flow (mL/s) through a vessel; `inertial` is what flows by inertia, a state."""
    return ca.if_else(vessel.inertance > 0, inertial, vessel.drop / vessel.resistance)


def inertia_rate(vessel: Vessel, inertial: ca.SX) -> ca.SX:
    """Rate of change (mL/s^2) of what flows by inertia; see :func:`vessel_flow`."""
    has_inertia = vessel.inertance > 0
    accelerating = vessel.drop - vessel.resistance * inertial
    mass = ca.if_else(has_inertia, vessel.inertance, 1)
    return ca.if_else(has_inertia, accelerating / mass, -_UNUSED * inertial)
