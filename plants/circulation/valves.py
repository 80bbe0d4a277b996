"""Flow through a valve, and from the veins into the right atrium."""

from __future__ import annotations

import casadi as ca

from plants.circulation.smooth import hinge

#: What any valve lets through either way, mL/s/mmHg. A guess: nothing in a beat, but a ventricle
#: whose valves all stay shut, because a pump drains its blood, has one volume in the end, not any.
SEEPAGE = 5e-5


def valve_flow(drop: ca.SX, resistance: ca.SX, leak: ca.SX, width: ca.SX) -> ca.SX:
    """Flow (mL/s) through a valve at a pressure drop (mmHg).

    Forward flow is linear in the drop; backward flow is `leak` times the back pressure. A shut
    valve that does not leak seeps.
    """
    return hinge(drop, width) / resistance - leak * hinge(-drop, width) + SEEPAGE * drop


def venous_flow(
    drop: ca.SX, volume: ca.SX, resistance: ca.SX, collapse: ca.SX, width: ca.SX
) -> ca.SX:
    """Flow (mL/s) from the systemic veins into the right atrium at a pressure drop (mmHg).

    Linear in the drop, either way, as long as the atrium holds blood; what flows back ends when
    the atrium is nearly empty: the veins' mouths collapse, as under a strained chest. The gate
    falls with the eighth power of the volume, so that it does nothing in a beat.
    """
    empty = 1 / (1 + (volume / collapse) ** 8)
    return (drop + hinge(-drop, width) * empty) / resistance
