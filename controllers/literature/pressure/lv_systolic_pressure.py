"""LV systolic-pressure loop: the speed brings the peak pressure of the ventricle to a target."""

from __future__ import annotations

from collections.abc import Mapping

from controllers.clamped_pi import ClampedPI
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing
from plants.quantities import parameter_table


class LVSystolicPressure(LiteratureController):
    """Unloads the ventricle to a peak pressure of 40 mmHg.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    With the error ``e = SP - SP_ref`` in mmHg: ``N = I + Kp e``, ``I`` grows by ``Ki e dt``: more
    speed while the pressure is above the target. Published (abstract only): feedback from the LV
    systolic pressure to the speed under total support, target 40 mmHg, in dogs with an infarction.
    Ours: the gains, by effect. Where the pump cannot unload so far it stays at the highest speed.

    Tier: all; below ``full`` the peak pressure is the systolic aortic pressure less the head at the
    highest flow of the beat. Known weakness: a peak pressure that falls because the ventricle
    fails, or runs empty, slows the pump down only when it is below the target.

    References
    ----------
    Saku K and co-workers, AIMOUS: feedback from the LV systolic pressure in dogs with an
    infarction (abstract only).

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("lv-systolic-pressure").settings["reference"]
    40.0
    """

    NAME = "lv-systolic-pressure"
    SUMMARY = "holds the LV peak pressure at 40 mmHg (AIMOUS)"
    PARAMETERS = parameter_table(
        ("reference", "mmHg", "LV peak pressure that is wanted", 5, 150),
        ("gain", "1/(mmHg.s)", "share of the range of the speed per error and second", 0, 0.1),
        ("proportional_time", "s", "proportional over integral gain", 0, 10),
    )
    NEEDS = ("lv_peak_pressure",)

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings, briefing)


class _Law(SpeedLaw):
    TAKES_OPERATING_POINT = False

    def __init__(self, settings: Mapping[str, float], briefing: Briefing):
        low, high = speed_limits(briefing.pump)
        integral = settings["gain"] * (high - low)
        self._reference = settings["reference"]
        self._action = ClampedPI(settings["proportional_time"] * integral, integral)

    def restart(self, speed: float) -> None:
        self._action.restart(speed)

    def next_speed(self, now: Moment) -> float:
        error = now.beat.lv_peak_pressure - self._reference
        return self._action.next_speed(error, now.seconds, now.low, now.high)
