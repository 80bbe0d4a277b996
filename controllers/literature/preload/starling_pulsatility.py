"""Starling-like control with the pulsatility of the flow for the preload."""

from __future__ import annotations

import math
from collections.abc import Mapping

from controllers.literature.beat_quantities import Quantities
from controllers.literature.flow import FLOW_ACTION, flow_action
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.protocol import Briefing
from plants import Pump
from plants.quantities import parameter_table, read_only


class StarlingPulsatility(LiteratureController):
    """Flow by flow pulsatility on a straight control line.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    In the plane of pulsatility ``Qp`` (highest less lowest flow) and mean flow ``Q`` the control
    line is straight through the origin at an angle ``theta``. The wanted flow lies on it at the
    radius of the operating point: ``r^2 = Q^2 + Qp^2``, ``Q* = r sin(theta)``; PI on ``Q* - Q``.
    A ventricle that fills more beats more strongly, and the flow grows with its pulsatility.

    Recalled [1]_ [2]_: the line and the equal radius. Ours: theta of the hand-over, and the gains,
    by effect. In a comparison it lost to the LVEDP form when the contractility fell [3]_.

    Tier: all; below ``full`` the pulsatility follows from that of the motor current.

    References
    ----------
    .. [1] Salamonsen RF et al. (2012) Theoretical foundations of a Starling-like controller for
       rotary blood pumps. Artif Organs (title recalled).
    .. [2] Gaddum NR et al. (2014) Starling-like flow control of a left ventricular assist device:
       in vitro validation. Artif Organs (title recalled).
    .. [3] Mansouri M et al. (2017) PLoS ONE 12:e0172393.

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("starling-pulsatility").name
    'starling-pulsatility'
    """

    NAME = "starling-pulsatility"
    SUMMARY = "flow by flow pulsatility on a straight line (Salamonsen 2012, Gaddum 2014)"
    PARAMETERS = read_only(
        {
            **parameter_table(
                ("slope_share", "1", "slope of the line over the hand-over's", 0.3, 3)
            ),
            **FLOW_ACTION,
        }
    )
    NEEDS = ("flow", "flow_max", "flow_min")

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings, briefing.pump)


class _Law(SpeedLaw):
    def __init__(self, settings: Mapping[str, float], pump: Pump):
        self._slope_share = settings["slope_share"]
        self._action = flow_action(pump, settings)

    def restart(self, speed: float) -> None:
        self._action.restart(speed)

    def hand_over(self, settled: Quantities, speed: float) -> None:
        pulsatility = settled.flow_max - settled.flow_min
        self._theta = math.atan2(self._slope_share * settled.flow, pulsatility)

    def next_speed(self, now: Moment) -> float:
        flow, pulsatility = now.beat.flow, now.beat.flow_max - now.beat.flow_min
        wanted = math.hypot(flow, pulsatility) * math.sin(self._theta)
        return self._action.next_speed(wanted - flow, now.seconds, now.low, now.high)
