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

import casadi as ca

from plants.circulation import positive_part, saturated, smaller
from plants.pumps.head_flow import FLOW_CORNER, HEAD_CORNER, HEAD_CORNER_SHARE
from plants.pumps.inlet import Inlet
from plants.pumps.parameters import DeviceParameters, InsertedDevice
from plants.pumps.suction import suction_target
from plants.quantities import KRPM_PER_RPM, L_MIN_PER_ML_S, structure

# Time constant with which the flow of an absent pump is held at zero.
_ABSENT_TIME = 0.01  # s


def steady_head(speed: ca.SX, flow: ca.SX, p: DeviceParameters) -> ca.SX:
    """Head (mmHg) of the pump at a rotor speed (krpm) and a steady flow (L/min)."""
    forward = positive_part(flow, FLOW_CORNER)
    backward = positive_part(-flow, FLOW_CORNER)
    law = p.head_a * speed**2 + p.head_b * speed * flow + p.head_c * forward**2
    limit = p.shutoff_limit * speed**2
    limited = smaller(law, limit, HEAD_CORNER_SHARE * limit + HEAD_CORNER)
    return limited - p.head_c * backward**2


@structure
class PumpState:
    """Flow through a pump (mL/s), rotor speed (krpm) and occlusion (0 to 1), or their rates."""

    flow: ca.SX
    speed: ca.SX
    occlusion: ca.SX


def pump_rates(x: PumpState, inlet: Inlet, command: ca.SX, p: InsertedDevice) -> PumpState:
    """Rates of change of pump flow (mL/s^2), rotor speed (krpm/s) and inlet occlusion (1/s).

    Parameters
    ----------
    x : PumpState
        The pump's state.
    inlet : Inlet
        What the pump sees.
    command : SX
        Speed command, krpm.
    p : InsertedDevice
        The device.
    """
    head = steady_head(x.speed, x.flow * L_MIN_PER_ML_S, p)
    resistance = p.suction_resistance * x.occlusion + p.outlet_resistance * inlet.obstruction
    accelerating = head + inlet.inlet_pressure - inlet.outlet_pressure - resistance * x.flow
    present = p.pump_present
    rate_limit = p.motor_rate_limit * KRPM_PER_RPM
    wanted = (command - x.speed) / p.motor_time_constant
    target = suction_target(x.occlusion, x.flow, inlet, p)
    return PumpState(
        flow=present * accelerating / p.inertance - (1 - present) * x.flow / _ABSENT_TIME,
        speed=rate_limit * saturated(wanted / rate_limit),
        occlusion=(target - x.occlusion) / p.suction_time_constant,
    )
