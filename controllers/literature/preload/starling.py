"""Starling-like control with immediate response: the flow follows the preload on a control line."""

from __future__ import annotations

from collections.abc import Mapping

from controllers.literature.flow import FLOW_ACTION, flow_action
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.literature.preload.control_line import scaling_for, target_flow
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing
from plants import Pump
from plants.quantities import Parameter, parameter_table, read_only

_SLEW = parameter_table(("slew", "1", "largest change in a beat, share of the speed range", 0, 1))
#: Settings of :class:`StarlingLaw`.
STARLING: Mapping[str, Parameter] = read_only({**FLOW_ACTION, **_SLEW})
#: Scaling of the control line by the pump.
TOP_FLOW = parameter_table(
    ("top_flow_share", "1", "flow at 18 mmHg, a share of the pump's highest", 0.1, 3)
)


class Starling(LiteratureController):
    """Flow by preload, as in a healthy heart.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    The wanted flow ``Q*`` lies where the return line through the operating point meets the control
    line (:func:`controllers.literature.preload.control_line.target_flow`). PI on ``Q* - Q``, once
    a beat, with a limit on the change in a beat; the integral is frozen at the limits.

    Published: the structure [1]_ [2]_. As a public re-implementation of [3]_ has it: both lines and
    the limit (50 rpm a beat on a pump of 3000 to 4700 rpm, here by range). Ours: the gains, by
    effect, and the scaling of the line to the pump: it asks for the highest flow at 18 mmHg, since
    the line as it stands asks for more than a CP or 5.5 can give.

    Tier: all; the preload is the LV end-diastolic pressure (``full``), the diastolic
    pulmonary-artery pressure (``icu``), or a reconstruction (``console``).

    References
    ----------
    .. [1] Salamonsen RF et al. (2012) Theoretical foundations of a Starling-like controller for
       rotary blood pumps. Artif Organs (title recalled).
    .. [2] Mansouri M et al. (2017) PLoS ONE 12:e0172393.
    .. [3] Stephens AF et al. (2017), immediate response; the paper itself was not seen.

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("starling:published").settings["scaling"]
    1.0
    """

    NAME = "starling"
    SUMMARY = "flow by preload on a control line, immediate response (Stephens 2017)"
    PARAMETERS = read_only({**TOP_FLOW, **STARLING})
    PUBLISHED_PARAMETERS = read_only(
        {**parameter_table(("scaling", "1", "of the control line", 0.1, 3)), **STARLING}
    )
    NEEDS = ("flow", "lvedp")

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        scaling = self.settings.get("scaling")
        if scaling is None:
            scaling = scaling_for(briefing.pump, self.settings["top_flow_share"])
        return StarlingLaw(self.settings, briefing.pump, scaling)


class StarlingLaw(SpeedLaw):
    """The law in a run.

    Parameters
    ----------
    settings : Mapping of str to float
        Among them those of :data:`STARLING`.
    pump : Pump
        The device.
    scaling : float
        Of the control line.

    Attributes
    ----------
    scaling : float
        Of the control line now.
    """

    TAKES_OPERATING_POINT = False

    def __init__(self, settings: Mapping[str, float], pump: Pump, scaling: float):
        low, high = speed_limits(pump)
        self.scaling = scaling
        self._slew = settings["slew"] * (high - low)
        self._action = flow_action(pump, settings)

    def restart(self, speed: float) -> None:
        """See :class:`controllers.literature.SpeedLaw`."""
        self._action.restart(speed)

    def next_speed(self, now: Moment) -> float:
        """See :class:`controllers.literature.SpeedLaw`."""
        error = target_flow(now.beat.lvedp, now.beat.flow, self.scaling) - now.beat.flow
        largest = self._slew * now.beats
        low, high = max(now.low, now.speed - largest), min(now.high, now.speed + largest)
        return self._action.next_speed(error, now.seconds, low, high)
