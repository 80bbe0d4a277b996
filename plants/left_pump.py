"""The left pump as symbolic equations: head-flow law, motor, suction, current and hemolysis.

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


def suction_target(x: SimpleNamespace, lv_pressure: ca.SX, p: SimpleNamespace) -> ca.SX:
    """Occlusion (0 to 1) towards which the inlet tends.

    Either gate closes the inlet: the transmural ventricular pressure below the threshold, or the
    cavity too small. Once occluded, the thresholds rise by the hysteresis, so that release asks
    for more filling than onset.
    """
    pressure_shortfall = p.suction_pressure + p.suction_hysteresis * x.occlusion - lv_pressure
    volume_shortfall = p.lv_v0 + p.suction_volume - x.lv_volume
    open_share = (1 - gate(pressure_shortfall, p.suction_pressure_width)) * (
        1 - gate(volume_shortfall, p.suction_volume_width)
    )
    return p.pump_present * gate(x.pump_flow, _DRAW_WIDTH) * (1 - open_share)


def pump_rates(
    x: SimpleNamespace,
    lv_pressure: ca.SX,
    lv_transmural: ca.SX,
    aortic_pressure: ca.SX,
    speed_command: ca.SX,
    p: SimpleNamespace,
) -> dict[str, ca.SX]:
    """Rates of change of pump flow (mL/s^2), rotor speed (krpm/s) and inlet occlusion (1/s)."""
    head = steady_head(x.pump_speed, x.pump_flow * L_MIN_PER_ML_S, p)
    inlet_drop = p.suction_resistance * x.occlusion * x.pump_flow
    accelerating = head + lv_pressure - aortic_pressure - inlet_drop
    present = p.pump_present
    rate_limit = p.motor_rate_limit * 1e-3
    wanted = (speed_command - x.pump_speed) / p.motor_time_constant
    return {
        "pump_flow": present * accelerating / p.inertance
        - (1 - present) * x.pump_flow / _ABSENT_TIME,
        "pump_speed": rate_limit * saturated(wanted / rate_limit),
        "occlusion": (suction_target(x, lv_transmural, p) - x.occlusion) / p.suction_time_constant,
    }


def motor_current(x: SimpleNamespace, p: SimpleNamespace) -> ca.SX:
    """Motor current (mA) from the shaft torque: what the blood takes up, friction and an idle part.

    The blood takes up the Euler head times the flow (Euler's turbine equation), more than the
    head that leaves the pump: the rest is lost in it. The Euler head is taken at the shut-off
    limit whatever the flow, because its slope is not known. So the current rises with the flow,
    and over a beat it is highest in systole.
    """
    forward = positive_part(x.pump_flow, _DRAW_CORNER)
    # Power over angular speed, with power = limit * speed^2 * flow: no division by the speed.
    taken_up = p.shutoff_limit * x.pump_speed * forward * J_PER_MMHG_ML / _RAD_S_PER_KRPM
    torque = 1e3 * taken_up + p.friction_torque * x.pump_speed**2  # mN.m
    share_on = x.pump_speed**2 / (x.pump_speed**2 + _SPEED_CORNER**2)
    current = p.idle_current * share_on + 1e3 * torque / p.torque_constant
    return p.pump_present * positive_part(current, 1e-3)


def hemolysis_rate(speed: ca.SX, flow: ca.SX, occlusion: ca.SX, p: SimpleNamespace) -> ca.SX:
    """Release of plasma-free hemoglobin before clearance (mg/dL per hour).

    The power law ``HI ~ tau^alpha t^beta`` serves for relative scaling only: shear stress goes
    with rotor speed, exposure time with 1/flow, release with HI times flow. Its level is anchored
    on the release measured at the reference speed and flow. Suction multiplies it.

    Parameters
    ----------
    speed, flow, occlusion : SX
        Means over a beat of rotor speed (rpm), pump flow (L/min) and inlet occlusion.
    p : SimpleNamespace
        Parameters by name.
    """
    flow = positive_part(flow, 0.05) / p.hemolysis_reference_flow
    speed = positive_part(speed, 1.0) / p.hemolysis_reference_speed
    scaled = speed**p.hemolysis_alpha * flow ** (1 - p.hemolysis_beta)
    obstructed = 1 + (p.hemolysis_suction_factor - 1) * occlusion
    return p.pump_present * p.hemolysis_reference_rate * scaled * obstructed
