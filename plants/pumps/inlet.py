"""What a pump sees of the cavities at its two windows."""

from __future__ import annotations

from dataclasses import dataclass

import casadi as ca


@dataclass(frozen=True)
class Inlet:
    """What a pump sees: pressures (mmHg) and volume (mL) where its windows lie.

    Attributes
    ----------
    inlet_pressure, outlet_pressure : SX
        Pressures at the two windows.
    transmural : SX
        Pressure in the cavity above the pressure around it; low, the inlet sucks its wall on.
    cavity : SX
        Volume of the cavity above its unstressed volume.
    contact : SX
        How badly the inlet lies against a wall, 0 to 1.
    drawing : SX
        Share of the inlet window in the cavity, 0 to 1.
    obstruction : SX
        Share to which the outlet lies in the valve, 0 to 1.
    """

    inlet_pressure: ca.SX
    outlet_pressure: ca.SX
    transmural: ca.SX
    cavity: ca.SX
    contact: ca.SX
    drawing: ca.SX
    obstruction: ca.SX
