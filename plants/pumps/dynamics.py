"""Dynamics of a rotary pump: flow through its inertance, rotor speed by the motor, occlusion.

The same equations serve the left pump (left ventricle to aorta) and the right one (right atrium
to pulmonary artery): ``dP = law(w, Q) - L dQ/dt``, with the head-flow law of
:mod:`plants.pumps.head_flow` and the suction of :mod:`plants.pumps.suction`.
"""

from __future__ import annotations

import casadi as ca

from plants.circulation import soft_sign
from plants.pumps.head_flow import head_flow_law
from plants.pumps.inlet import Inlet
from plants.pumps.parameters import InsertedDevice
from plants.pumps.suction import suction_target, suction_threshold
from plants.quantities import KRPM_PER_RPM, L_MIN_PER_ML_S, structure

# Time constant with which the flow of an absent pump is held at zero.
_ABSENT_TIME = 0.01  # s


@structure
class PumpState:
    """Flow through a pump (mL/s), rotor speed (krpm) and occlusion (0 to 1), or their rates."""

    flow: ca.SX
    speed: ca.SX
    occlusion: ca.SX


def pump_rates(
    x: PumpState, inlet: Inlet, command: ca.SX, p: InsertedDevice
) -> tuple[PumpState, ca.SX]:
    """Rates of change of pump flow (mL/s^2), rotor speed (krpm/s) and inlet occlusion (1/s).

    The second value is the transmural pressure (mmHg) below which the inlet occludes.

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
    head = head_flow_law(x.speed, x.flow * L_MIN_PER_ML_S, p)
    outlet_drop = p.outlet_resistance * inlet.obstruction * x.flow
    pull = head + inlet.inlet_pressure - inlet.outlet_pressure - outlet_drop
    # Shut, the inlet takes up the whole pull, and the blood in the pump comes to rest.
    drop = x.occlusion * (pull + p.suction_resistance * x.flow)
    present = p.pump_present
    rate_limit = p.motor_rate_limit * KRPM_PER_RPM
    wanted = (command - x.speed) / p.motor_time_constant
    threshold = suction_threshold(x.flow, drop, inlet, p)
    target = suction_target(x.flow, threshold, inlet, p)
    rates = PumpState(
        flow=present * (pull - drop) / p.inertance - (1 - present) * x.flow / _ABSENT_TIME,
        speed=rate_limit * soft_sign(wanted / rate_limit),
        occlusion=(target - x.occlusion) / p.suction_time_constant,
    )
    return rates, threshold
