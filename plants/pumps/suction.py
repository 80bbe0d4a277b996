"""Suction: how far the inlet of a pump tends to be occluded.

References
----------
Simaan MA et al. (2009) IEEE Trans Control Syst Technol 17:15 (the inlet resistance grows by
3.5 mmHg.s/mL for each mmHg by which the ventricular pressure falls below 1 mmHg).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import gate
from plants.pumps.inlet import Inlet
from plants.pumps.parameters import InsertedDevice

# Suction needs forward flow: the inlet draws nothing onto itself while blood leaks back. Guess.
_DRAW_WIDTH = 5.0  # mL/s


def suction_target(occlusion: ca.SX, flow: ca.SX, inlet: Inlet, p: InsertedDevice) -> ca.SX:
    """Occlusion (0 to 1) towards which the inlet tends.

    Either gate closes the inlet: the transmural pressure of the cavity below the threshold, or
    the cavity too small. Both thresholds lie higher where the inlet lies against a wall. Once
    occluded, the pressure threshold rises by the hysteresis, so that release asks for more filling
    than onset.

    Parameters
    ----------
    occlusion : SX
        Occlusion now.
    flow : SX
        Flow through the pump, mL/s.
    inlet : Inlet
        Where the inlet lies.
    p : InsertedDevice
        The device.
    """
    threshold = p.suction_pressure + p.wall_contact_pressure * inlet.contact
    pressure_shortfall = threshold + p.suction_hysteresis * occlusion - inlet.transmural
    volume_shortfall = p.suction_volume + p.wall_contact_volume * inlet.contact - inlet.cavity
    open_share = (1 - gate(pressure_shortfall, p.suction_pressure_width)) * (
        1 - gate(volume_shortfall, p.suction_volume_width)
    )
    open_share = open_share * (1 - inlet.blocked)
    return p.pump_present * inlet.drawing * gate(flow, _DRAW_WIDTH) * (1 - open_share)
