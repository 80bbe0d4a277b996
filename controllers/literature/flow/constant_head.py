"""Constant pressure head: the speed integrates the error of the head over the pump."""

from __future__ import annotations

from collections.abc import Mapping

from controllers.clamped_pi import ClampedPI
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing
from plants.quantities import parameter_table

_HEAD = parameter_table(
    ("reference", "mmHg", "head that is held", 0, 150),
    ("gain", "1/(mmHg.s)", "share of the range of the speed per error and second", 0, 0.1),
)


class ConstantHead(LiteratureController):
    """Holds the mean pressure head over the pump.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    Published [1]_: every 5 ms the speed grows by 0.004 rad/s per mmHg of the error, with a
    reference of 75 mmHg; that is 7.6 rpm/s per mmHg on a plant that works from about 12 to 18
    krpm. Ours: the step of a beat, and the gain as a share of the range of the speed, so that it
    carries over from pump to pump (19 rpm/s per mmHg on a CP); our reference is lower, as 75 mmHg
    in shock is a head that only the highest speed gives.

    Tier: all; below ``full`` the head follows from the motor current and the head-flow law.
    Known weakness: a wrong head-flow law is a wrong head.

    References
    ----------
    .. [1] Simaan MA et al. (2009) A dynamical state space representation and performance analysis
       of a feedback-controlled rotary left ventricular assist device. IEEE Trans Control Syst
       Technol 17:15 (p. 23). The idea is older: Giridharan and Skliar, Waters et al. (recalled).

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("constant-head:published").settings["reference"]
    75.0
    """

    NAME = "constant-head"
    SUMMARY = "holds the pressure head over the pump (Simaan 2009)"
    PARAMETERS = PUBLISHED_PARAMETERS = _HEAD
    NEEDS = ("head",)

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings, briefing)


class _Law(SpeedLaw):
    TAKES_OPERATING_POINT = False

    def __init__(self, settings: Mapping[str, float], briefing: Briefing):
        low, high = speed_limits(briefing.pump)
        self._reference = settings["reference"]
        self._action = ClampedPI(0.0, settings["gain"] * (high - low))

    def restart(self, speed: float) -> None:
        self._action.restart(speed)

    def next_speed(self, now: Moment) -> float:
        error = self._reference - now.beat.head
        return self._action.next_speed(error, now.seconds, now.low, now.high)
