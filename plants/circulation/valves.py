"""Flow through a valve, and from the veins into the right atrium."""

from __future__ import annotations

import casadi as ca

from plants.circulation.smooth import positive_part


def valve_flow(drop: ca.SX, resistance: ca.SX, leak: ca.SX, width: ca.SX) -> ca.SX:
    """Flow (mL/s) through a valve at a pressure drop (mmHg).

    Forward flow is linear in the drop; backward flow is `leak` times the back pressure. A shut
    valve that does not leak still passes ``width**2 / (4 |drop| resistance)``, the documented
    residue of the smoothing.
    """
    forward = positive_part(drop, width) / resistance
    return forward - leak * positive_part(-drop, width)


def venous_flow(
    drop: ca.SX, volume: ca.SX, resistance: ca.SX, collapse: ca.SX, width: ca.SX
) -> ca.SX:
    """Flow (mL/s) from the systemic veins into the right atrium at a pressure drop (mmHg).

    Linear in the drop, either way, as long as the atrium holds blood; what flows back ends when
    the atrium is nearly empty: the veins' mouths collapse, as under a strained chest. The gate
    falls with the eighth power of the volume, so that it does nothing in a beat.
    """
    empty = 1 / (1 + (volume / collapse) ** 8)
    return (drop + positive_part(-drop, width) * empty) / resistance
