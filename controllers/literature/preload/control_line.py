"""The control line of Starling-like laws, and where the return line meets it."""

from __future__ import annotations

from controllers.operating_points import speed_limits
from plants import Pump

#: Top (L/min), pressure of half the top (mmHg) and steepness of the line.
_TOP, _HALF, _STEEPNESS = 10.3, 7.0, 2.3
#: Slope of the return line, L/min per mmHg.
RETURN_SLOPE = 1.96
#: Preload (mmHg) at which the line is scaled to the pump's highest flow.
CONGESTED = 18.0
_HALVINGS = 60


def control_line(pressure: float, scaling: float = 1.0) -> float:
    """Pump flow that a preload asks for, L/min; 0 without any.

    ``Q = S 10.3 (1 - 1 / (1 + (P / 7)^2.3))``, as a public re-implementation of Stephens et al.
    (2017) has it; the paper itself was not seen.

    Parameters
    ----------
    pressure : float
        LV end-diastolic pressure, mmHg.
    scaling : float
        ``S``.

    Examples
    --------
    >>> from controllers.literature.preload.control_line import control_line
    >>> [round(control_line(pressure), 2) for pressure in (3.3, 7.0, 14.0, 18.0)]
    [1.55, 5.15, 8.56, 9.25]
    """
    share = (max(pressure, 0.0) / _HALF) ** _STEEPNESS
    return scaling * _TOP * share / (1.0 + share)


def target_flow(pressure: float, flow: float, scaling: float) -> float:
    """Where the return line through an operating point meets the control line, L/min.

    Along the return line the flow falls by 1.96 L/min for each mmHg: what more the pump takes, the
    veins have less to fill the ventricle with (same source as :func:`control_line`).

    Parameters
    ----------
    pressure, flow : float
        Operating point: preload, mmHg, and pump flow, L/min.
    scaling : float
        Of the control line.

    Examples
    --------
    >>> from controllers.literature.preload.control_line import target_flow
    >>> round(target_flow(7.0, 5.15, 1.0), 2)
    5.15
    >>> target_flow(14.0, 3.0, 0.38) > 3.0 > target_flow(4.0, 3.0, 0.38)
    True
    """
    empty = pressure + flow / RETURN_SLOPE  # preload at which the return line has no flow
    low, high = 0.0, max(empty, 0.0)
    for _ in range(_HALVINGS):  # one line rises, the other falls
        middle = 0.5 * (low + high)
        if control_line(middle, scaling) < RETURN_SLOPE * (empty - middle):
            low = middle
        else:
            high = middle
    return control_line(high, scaling)


def scaling_for(pump: Pump, share: float) -> float:
    """Scaling with which the line at 18 mmHg asks for a share of the pump's highest flow.

    That is the flow at the highest speed without a time limit and the middle of the heads of the
    displayed flows.

    Examples
    --------
    >>> from controllers.literature.preload.control_line import scaling_for
    >>> from plants import Pump
    >>> [round(scaling_for(Pump.load(name), 1.0), 2) for name in ("CP", "5.5")]
    [0.38, 0.57]
    """
    _, highest = speed_limits(pump)
    top = float(pump.flow_at(highest, sum(pump.heads) / 2))
    return share * top / control_line(CONGESTED)
