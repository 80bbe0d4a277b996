"""Where the left pump lies: the windows of the catheter against ventricle, valve and aorta.

One number says it, the depth of the inlet from its correct place: too deep, first the outlet
reaches the aortic valve and is blocked, then both windows lie in the ventricle; too shallow, both
lie in the aorta. With both windows in one place the pump turns blood around and delivers none.
Contact with the ventricular wall and with the mitral apparatus are inputs of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import casadi as ca

from plants.circulation import Disturbances, PatientParameters, Pressures, Volumes, ramp
from plants.pumps.inlet import Inlet
from plants.pumps.parameters import DeviceParameters

# The outlet lies in the valve over this many widths to either side of it; a guess.
_VALVE_WIDTHS = 2.5


@dataclass(frozen=True)
class Position:
    """Shares, 0 to 1, of what lies where.

    Attributes
    ----------
    inlet_in_lv : SX
        Share of the inlet window in the ventricle, else in the aorta.
    outlet_in_aorta : SX
        Share of the outlet window in the aorta, else in the ventricle.
    outlet_in_valve : SX
        Share to which the valve blocks the outlet.
    contact : SX
        Contact of the inlet with a wall, the mitral apparatus included.
    """

    inlet_in_lv: ca.SX
    outlet_in_aorta: ca.SX
    outlet_in_valve: ca.SX
    contact: ca.SX

    @property
    def delivered(self) -> ca.SX:
        """Share of the flow through the pump that goes from the ventricle to the aorta."""
        return self.inlet_in_lv + self.outlet_in_aorta - 1


def position(d: Disturbances, p: DeviceParameters) -> Position:
    """The position that the disturbances ask for."""
    depth, width = d.inlet_depth, p.position_width
    half = _VALVE_WIDTHS * width
    before = ramp(depth - (p.position_deep - half), width)
    beyond = ramp(depth - (p.position_deep + half), width)
    return Position(
        inlet_in_lv=1 - ramp(-depth - p.position_shallow, width),
        outlet_in_aorta=1 - beyond,
        outlet_in_valve=before - beyond,
        contact=1 - (1 - d.wall_contact) * (1 - d.mitral_contact),
    )


def left_inlet(place: Position, x: Volumes, pressure: Pressures, p: PatientParameters) -> Inlet:
    """What the left pump sees at a position."""
    return Inlet(
        inlet_pressure=place.inlet_in_lv * pressure.lv + (1 - place.inlet_in_lv) * pressure.aorta,
        outlet_pressure=place.outlet_in_aorta * pressure.aorta
        + (1 - place.outlet_in_aorta) * pressure.lv,
        transmural=pressure.lv - pressure.heart,
        cavity=x.lv_volume - p.lv_v0,
        contact=place.contact,
        drawing=place.inlet_in_lv,
        obstruction=place.outlet_in_valve,
    )


def right_inlet(x: Volumes, pressure: Pressures, p: PatientParameters) -> Inlet:
    """What the right pump sees: it has no position of its own here and lies well."""
    return Inlet(
        inlet_pressure=pressure.ra,
        outlet_pressure=pressure.pulmonary_arteries,
        transmural=pressure.ra - pressure.heart,
        cavity=x.ra_volume - p.ra_v0,
        contact=ca.SX(0),
        drawing=ca.SX(1),
        obstruction=ca.SX(0),
    )


def hemolysis_factor(place: Position, d: Disturbances, p: DeviceParameters) -> ca.SX:
    """Factor on the release of hemoglobin of a pump that lies badly, 1 where it lies well.

    References
    ----------
    Roberts N et al. (2020) Int J Artif Organs (index of hemolysis with an obstructed outlet).
    """
    blocked = 1 + (p.position_hemolysis_factor - 1) * place.outlet_in_valve
    return blocked * (1 + (p.mitral_contact_hemolysis_factor - 1) * d.mitral_contact)
