"""Power ratio: the pump's power is a constant multiple of the ventricle's."""

from __future__ import annotations

import math
from collections.abc import Mapping

from controllers.clamped_pi import ClampedPI
from controllers.literature.beat_quantities import Quantities
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.literature.preload.ventricle_law import VentricleLaw, measures_ventricle
from controllers.operating_points import speed_limits
from controllers.protocol import Briefing
from plants.quantities import J_PER_MMHG_ML, parameter_table

_LEAST_POWER = 1e-3  # W, of either: the logarithm needs it


class PowerRatio(LiteratureController):
    """Holds the ratio of the pump's hydraulic power to the power of the ventricle.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    With ``r = P_hyd / P_LV`` and ``P_LV = stroke work HR / 60``, the speed grows by
    ``Ki log(share r_0 / r) dt``. Published (abstract only): that the ratio is held constant, as a
    load-adaptive strategy beside preload-responsive speed [1]_. Ours: the integral of the log
    ratio, its gain by effect, and the reference of the hand-over. No power below 1 mW counts.

    Tier: all; below ``full`` the stroke work is the estimate of the NMPC's filter. Known weakness:
    a ventricle that weakens takes its support with it.

    References
    ----------
    .. [1] Ochsner G et al. (2017) ASAIO J (recalled; a comparison of load-adaptive strategies).

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("power-ratio").settings["share"]
    1.0
    """

    NAME = "power-ratio"
    SUMMARY = "holds the ratio of pump power to LV power"
    PARAMETERS = parameter_table(
        ("share", "1", "ratio that is held, a share of the hand-over's", 0.3, 3),
        ("gain", "1/s", "share of the speed range per log ratio and second", 0, 1),
    )
    NEEDS = ("hydraulic_power",)

    def needs(self, briefing: Briefing) -> tuple[str, ...]:
        """See :class:`controllers.literature.LiteratureController`."""
        return (*self.NEEDS, "stroke_work") if measures_ventricle(briefing) else self.NEEDS

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings, briefing)


class _Law(VentricleLaw):
    def __init__(self, settings: Mapping[str, float], briefing: Briefing):
        super().__init__(briefing)
        low, high = speed_limits(briefing.pump)
        self._share = settings["share"]
        self._action = ClampedPI(0.0, settings["gain"] * (high - low))

    def restart(self, speed: float) -> None:
        super().restart(speed)
        self._action.restart(speed)

    def hand_over(self, settled: Quantities, speed: float) -> None:
        self._wanted = self._log_ratio(settled) + math.log(self._share)

    def next_speed(self, now: Moment) -> float:
        error = self._wanted - self._log_ratio(now.beat)
        return self._action.next_speed(error, now.seconds, now.low, now.high)

    def _log_ratio(self, beat: Quantities) -> float:
        heart = beat.stroke_work * J_PER_MMHG_ML * self.beats_per_second(beat)
        return math.log(max(beat.hydraulic_power, _LEAST_POWER) / max(heart, _LEAST_POWER))
