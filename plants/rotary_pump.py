"""A rotary pump as symbolic equations: head-flow law, motor, suction, current and hemolysis.

The same equations serve the left pump (left ventricle to aorta) and the right one (right atrium
to pulmonary artery).

The law ``dP = a w^2 + b w Q + c Q|Q| - L dQ/dt`` (w in krpm, Q in L/min, L with Q in mL/s) is
limited where its fit is not valid: at low flow its head may not exceed a tip-speed bound, and
backward flow meets the quadratic resistance alone. A stopped pump therefore leaks.

References
----------
Simaan MA et al. (2009) IEEE Trans Control Syst Technol 17:15 (suction: the inlet resistance grows
by 3.5 mmHg.s/mL for each mmHg by which the ventricular pressure falls below 1 mmHg).
Giersiepen M et al. (1990) Int J Artif Organs 13:300 (hemolysis power law).
Roberts N et al. (2020) Int J Artif Organs (modified index of hemolysis of the CP, the anchor).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace

import casadi as ca

from plants.smooth import gate, positive_part, saturated, smaller
from plants.units import J_PER_MMHG_ML, L_MIN_PER_ML_S

# Corner widths of the law, in its own units: small against any head or flow that matters.
_FLOW_CORNER = 1e-4  # L/min
_HEAD_CORNER_SHARE, _HEAD_CORNER = 0.02, 1e-3  # of the shut-off limit; mmHg
_DRAW_CORNER = 0.1  # mL/s: leaking blood turns no impeller
_SPEED_CORNER = 0.1  # krpm: the idle current sets in with the rotor
# Suction needs forward flow: the inlet draws nothing onto itself while blood leaks back. Guess.
_DRAW_WIDTH = 5.0  # mL/s
# Time constant with which the flow of an absent pump is held at zero.
_ABSENT_TIME = 0.01  # s
_RAD_S_PER_KRPM = 2e3 * math.pi / 60


def steady_head(speed: ca.SX, flow: ca.SX, p: SimpleNamespace) -> ca.SX:
    """Head (mmHg) of the pump at a rotor speed (krpm) and a steady flow (L/min)."""
    forward = positive_part(flow, _FLOW_CORNER)
    backward = positive_part(-flow, _FLOW_CORNER)
    law = p.head_a * speed**2 + p.head_b * speed * flow + p.head_c * forward**2
    limit = p.shutoff_limit * speed**2
    limited = smaller(law, limit, _HEAD_CORNER_SHARE * limit + _HEAD_CORNER)
    return limited - p.head_c * backward**2


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
    blocked : SX
        Share to which something else than suction lies in the inlet, 0 to 1.
    """

    inlet_pressure: ca.SX
    outlet_pressure: ca.SX
    transmural: ca.SX
    cavity: ca.SX
    contact: ca.SX
    drawing: ca.SX
    obstruction: ca.SX
    blocked: ca.SX


def suction_target(occlusion: ca.SX, flow: ca.SX, at: Inlet, p: SimpleNamespace) -> ca.SX:
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
    at : Inlet
        Where the inlet lies.
    p : SimpleNamespace
        Device parameters by name.
    """
    threshold = p.suction_pressure + p.wall_contact_pressure * at.contact
    pressure_shortfall = threshold + p.suction_hysteresis * occlusion - at.transmural
    volume_shortfall = p.suction_volume + p.wall_contact_volume * at.contact - at.cavity
    open_share = (1 - gate(pressure_shortfall, p.suction_pressure_width)) * (
        1 - gate(volume_shortfall, p.suction_volume_width)
    )
    open_share = open_share * (1 - at.blocked)
    return p.pump_present * at.drawing * gate(flow, _DRAW_WIDTH) * (1 - open_share)


def pump_rates(
    flow: ca.SX, speed: ca.SX, occlusion: ca.SX, at: Inlet, command: ca.SX, p: SimpleNamespace
) -> tuple[ca.SX, ca.SX, ca.SX]:
    """Rates of change of pump flow (mL/s^2), rotor speed (krpm/s) and inlet occlusion (1/s).

    Parameters
    ----------
    flow, speed, occlusion : SX
        The pump's states: mL/s, krpm, 0 to 1.
    at : Inlet
        What the pump sees.
    command : SX
        Speed command, krpm.
    p : SimpleNamespace
        Device parameters by name, and pump_present.
    """
    head = steady_head(speed, flow * L_MIN_PER_ML_S, p)
    resistance = p.suction_resistance * occlusion + p.outlet_resistance * at.obstruction
    accelerating = head + at.inlet_pressure - at.outlet_pressure - resistance * flow
    present = p.pump_present
    rate_limit = p.motor_rate_limit * 1e-3
    wanted = (command - speed) / p.motor_time_constant
    return (
        present * accelerating / p.inertance - (1 - present) * flow / _ABSENT_TIME,
        rate_limit * saturated(wanted / rate_limit),
        (suction_target(occlusion, flow, at, p) - occlusion) / p.suction_time_constant,
    )


def motor_current(flow: ca.SX, speed: ca.SX, p: SimpleNamespace) -> ca.SX:
    """Motor current (mA) from the shaft torque: what the blood takes up, friction and an idle part.

    The blood takes up the Euler head times the flow (Euler's turbine equation), more than the
    head that leaves the pump: the rest is lost in it. The Euler head is taken at the shut-off
    limit whatever the flow, because its slope is not known. So the current rises with the flow,
    and over a beat it is highest in systole.
    """
    forward = positive_part(flow, _DRAW_CORNER)
    # Power over angular speed, with power = limit * speed^2 * flow: no division by the speed.
    taken_up = p.shutoff_limit * speed * forward * J_PER_MMHG_ML / _RAD_S_PER_KRPM
    torque = 1e3 * taken_up + p.friction_torque * speed**2  # mN.m
    share_on = speed**2 / (speed**2 + _SPEED_CORNER**2)
    current = p.idle_current * share_on + 1e3 * torque / p.torque_constant
    return p.pump_present * positive_part(current, 1e-3)


def hemolysis_rate(
    speed: ca.SX,
    flow: ca.SX,
    occlusion: ca.SX,
    position: ca.SX,
    obstruction: ca.SX,
    p: SimpleNamespace,
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
    p : SimpleNamespace
        Parameters by name.
    """
    flow = positive_part(flow, 0.05) / p.hemolysis_reference_flow
    speed = positive_part(speed, 1.0) / p.hemolysis_reference_speed
    exposure = (1 - p.hemolysis_beta) * (1 - obstruction)
    scaled = speed**p.hemolysis_alpha * flow**exposure
    obstructed = 1 + (p.hemolysis_suction_factor - 1) * occlusion
    return p.pump_present * p.hemolysis_reference_rate * scaled * obstructed * position
