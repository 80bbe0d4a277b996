"""Suction: how far the inlet of a pump tends to be occluded.

A wall is drawn onto the inlet when the pressure in front of it, the transmural pressure of the
cavity less what the inflow takes there, falls below a threshold. The inflow takes more with more
flow, and more where a wall lies near: in a small cavity, or where the catheter touches it. Once
drawn on, the wall is held by the pressure drop over the occluded inlet against the transmural
pressure: the more the pump pulls, the more filling it takes to let go.

References
----------
Simaan MA et al. (2009) IEEE Trans Control Syst Technol 17:15 (the inlet resistance grows by
3.5 mmHg.s/mL for each mmHg by which the ventricular pressure falls below 1 mmHg).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import gate, hinge, hinge_slope, ramp
from plants.pumps.inlet import Inlet
from plants.pumps.parameters import InsertedDevice
from plants.quantities import L_MIN_PER_ML_S

# Width over which flow counts as forward: the inlet draws nothing onto itself while blood leaks
# back. Guess.
_FORWARD_WIDTH = 0.5  # L/min


def suction_threshold(flow: ca.SX, drop: ca.SX, inlet: Inlet, p: InsertedDevice) -> ca.SX:
    """Transmural pressure of the cavity (mmHg) below which the inlet occludes or stays occluded.

    Parameters
    ----------
    flow : SX
        Flow through the pump, mL/s.
    drop : SX
        Drop of pressure over the occluded inlet, mmHg.
    inlet : Inlet
        Where the inlet lies.
    p : InsertedDevice
        The device.
    """
    forward = hinge(flow * L_MIN_PER_ML_S, _FORWARD_WIDTH)
    near = ramp(p.suction_volume - inlet.cavity, p.suction_volume_width)
    wall = 1 - (1 - inlet.contact) * (1 - near)
    inflow = p.suction_inflow * forward**2 * (1 + p.wall_contact_inflow * wall)
    held = p.suction_hold * drop * (1 + p.wall_contact_hold * inlet.contact)
    return p.suction_pressure + inflow + held


def suction_target(flow: ca.SX, threshold: ca.SX, inlet: Inlet, p: InsertedDevice) -> ca.SX:
    """Occlusion (0 to 1) towards which the inlet tends.

    Parameters
    ----------
    flow : SX
        Flow through the pump, mL/s.
    threshold : SX
        Of the transmural pressure, mmHg; see :func:`suction_threshold`.
    inlet : Inlet
        Where the inlet lies.
    p : InsertedDevice
        The device.
    """
    not_backward = hinge_slope(flow * L_MIN_PER_ML_S + _FORWARD_WIDTH, _FORWARD_WIDTH)
    occluding = gate(threshold - inlet.transmural, p.suction_pressure_width)
    return p.pump_present * inlet.drawing * not_backward * occluding
