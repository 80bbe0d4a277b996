"""PI action on a flow, by the effect of the speed on it."""

from __future__ import annotations

from collections.abc import Mapping

from controllers.clamped_pi import ClampedPI
from controllers.literature.reconstruction import flow_per_speed
from controllers.operating_points import speed_limits
from plants import Pump
from plants.quantities import Parameter, parameter_table

#: Settings of :func:`flow_action`.
FLOW_ACTION: Mapping[str, Parameter] = parameter_table(
    ("bandwidth", "1/s", "of the loop, if flow followed speed as against a held head", 0, 1),
    ("proportional_time", "s", "proportional over integral gain", 0, 10),
)


def flow_action(pump: Pump, settings: Mapping[str, float]) -> ClampedPI:
    """PI on an error of the flow (L/min), scaled by effect.

    The integral gain is the bandwidth over the flow that the pump gives for more speed at a head of
    60 mmHg, in the middle of its range.

    Parameters
    ----------
    pump : Pump
        The device.
    settings : Mapping of str to float
        Among them those of :data:`FLOW_ACTION`.

    Examples
    --------
    >>> from controllers.literature.flow.flow_loop import flow_action
    >>> from plants import Pump
    >>> action = flow_action(Pump.load("CP"), {"bandwidth": 0.05, "proportional_time": 2.0})
    >>> round(action.integral), round(action.proportional)
    (482, 964)
    """
    integral = settings["bandwidth"] / flow_per_speed(pump, sum(speed_limits(pump)) / 2)
    return ClampedPI(settings["proportional_time"] * integral, integral)
