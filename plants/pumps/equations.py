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

from types import SimpleNamespace

import casadi as ca

from plants.circulation import positive_part, saturated, smaller
from plants.pumps.inlet import Inlet
from plants.pumps.suction import suction_target
from plants.quantities import L_MIN_PER_ML_S

# Corner widths of the law, in its own units: small against any head or flow that matters.
_FLOW_CORNER = 1e-4  # L/min
_HEAD_CORNER_SHARE, _HEAD_CORNER = 0.02, 1e-3  # of the shut-off limit; mmHg
# Time constant with which the flow of an absent pump is held at zero.
_ABSENT_TIME = 0.01  # s


def steady_head(speed: ca.SX, flow: ca.SX, p: SimpleNamespace) -> ca.SX:
    """Head (mmHg) of the pump at a rotor speed (krpm) and a steady flow (L/min)."""
    forward = positive_part(flow, _FLOW_CORNER)
    backward = positive_part(-flow, _FLOW_CORNER)
    law = p.head_a * speed**2 + p.head_b * speed * flow + p.head_c * forward**2
    limit = p.shutoff_limit * speed**2
    limited = smaller(law, limit, _HEAD_CORNER_SHARE * limit + _HEAD_CORNER)
    return limited - p.head_c * backward**2


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
