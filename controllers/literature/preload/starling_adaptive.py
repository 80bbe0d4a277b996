"""Starling-like control whose line adapts, so that preload and pressure stay within limits."""

from __future__ import annotations

from collections.abc import Mapping

from controllers.literature.beat_quantities import Quantities
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.literature.preload.control_line import scaling_for
from controllers.literature.preload.starling import STARLING, TOP_FLOW, StarlingLaw
from controllers.protocol import Briefing
from plants import Pump
from plants.quantities import SECONDS_PER_MINUTE, parameter_table, read_only

_LIMITS = parameter_table(
    ("rate", "1/min", "change of the scaling", 0, 5),
    ("map_low", "mmHg", "mean arterial pressure below which the scaling grows", 30, 100),
    ("map_high", "mmHg", "mean arterial pressure above which it shrinks", 50, 150),
    ("lvedp_low", "mmHg", "preload below which it shrinks", -5, 15),
    ("lvedp_high", "mmHg", "preload above which it does not grow", 5, 40),
    ("largest", "1", "furthest the scaling goes from its start, as a factor", 1, 10),
)


class StarlingAdaptive(LiteratureController):
    """Flow by preload on a control line whose scaling changes (rule ours).

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    Published (abstract only) [1]_: the scaling changes to keep flow, preload and afterload within
    limits. The rule was not seen; ours is the least that does so: ``S`` grows at a rate while the
    mean arterial pressure is below 65 mmHg and the preload at most 18, shrinks while the pressure
    is above 90 or the preload below 3, and rests otherwise. All else as
    :class:`controllers.literature.preload.Starling`.

    Tier: all; at ``console`` on pumps with an aortic placement sensor.

    References
    ----------
    .. [1] Stephens AF et al. (2019), adaptive Starling-like control.

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("starling-adaptive").settings["map_low"]
    65.0
    """

    NAME = "starling-adaptive"
    SUMMARY = "flow by preload on a line that adapts (after Stephens 2019, rule ours)"
    PARAMETERS = read_only({**TOP_FLOW, **STARLING, **_LIMITS})
    NEEDS = ("flow", "lvedp", "map")

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings, briefing.pump)


class _Law(StarlingLaw):
    def __init__(self, settings: Mapping[str, float], pump: Pump):
        start = scaling_for(pump, settings["top_flow_share"])
        super().__init__(settings, pump, start)
        self._limits = settings
        self._least, self._most = start / settings["largest"], start * settings["largest"]

    def next_speed(self, now: Moment) -> float:
        change = self._direction(now.beat) * self._limits["rate"] * now.seconds / SECONDS_PER_MINUTE
        self.scaling = min(max(self.scaling + change, self._least), self._most)
        return super().next_speed(now)

    def _direction(self, beat: Quantities) -> int:
        limits = self._limits
        if beat.map > limits["map_high"] or beat.lvedp < limits["lvedp_low"]:
            return -1
        return int(beat.map < limits["map_low"] and beat.lvedp <= limits["lvedp_high"])
