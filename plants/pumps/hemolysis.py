"""Release of hemoglobin by a pump.

References
----------
Giersiepen M et al. (1990) Int J Artif Organs 13:300 (hemolysis power law).
Roberts N et al. (2020) Int J Artif Organs (modified index of hemolysis of the CP, the anchor).
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import positive_part
from plants.pumps.parameters import InsertedDevice


def hemolysis_rate(
    speed: ca.SX,
    flow: ca.SX,
    occlusion: ca.SX,
    position: ca.SX,
    obstruction: ca.SX,
    p: InsertedDevice,
) -> ca.SX:
    """Release of plasma-free hemoglobin before clearance (mg/dL per hour).

    The power law ``HI ~ tau^alpha t^beta`` serves for relative scaling only: shear stress goes
    with rotor speed, exposure time with 1/flow, release with HI times flow. Its level is anchored
    on the release measured at the reference speed and flow. Suction and a bad position multiply
    it; the factor of a blocked outlet was measured on the release as a whole, so that the flow
    which the outlet costs is not counted again.

    Parameters
    ----------
    speed, flow, occlusion : SX
        Means over a beat of rotor speed (rpm), flow through the pump (L/min) and inlet occlusion.
    position : SX
        Factor of the pump's position, 1 where it lies well.
    obstruction : SX
        Share to which the outlet is blocked, 0 to 1.
    p : InsertedDevice
        The device.
    """
    flow = positive_part(flow, 0.05) / p.hemolysis_reference_flow
    speed = positive_part(speed, 1.0) / p.hemolysis_reference_speed
    exposure = (1 - p.hemolysis_beta) * (1 - obstruction)
    scaled = speed**p.hemolysis_alpha * flow**exposure
    obstructed = 1 + (p.hemolysis_suction_factor - 1) * occlusion
    return p.pump_present * p.hemolysis_reference_rate * scaled * obstructed * position
