"""Constant power: the speed integrates the error of the power at the shaft."""

from __future__ import annotations

from collections.abc import Mapping

from controllers.clamped_pi import ClampedPI
from controllers.literature.beat_quantities import Quantities
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.protocol import Briefing
from plants.quantities import parameter_table

#: Power of the blood in a turbomachine goes with the third power of its speed (affinity laws).
_AFFINITY = 3.0
_LEAST_POWER = 0.1  # W: no pump that turns takes up less


class ConstantPower(LiteratureController):
    """Holds the power at the shaft of the hand-over.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    ``N`` grows by ``Ki (share P_0 - P) dt``, with ``P`` the torque by the motor current times the
    angular speed. Recalled: power as a surrogate of the flow in clinical practice. Ours: the gain
    by effect, ``Ki = bandwidth / (dP/dN)`` with ``dP/dN = 3 P_0 / N_0`` by the affinity laws.

    Tier: all; the motor current is shown everywhere. Known weakness: blind to preload.

    Examples
    --------
    >>> from controllers import load_controller
    >>> load_controller("constant-power").settings["share"]
    1.0
    """

    NAME = "constant-power"
    SUMMARY = "holds the shaft power of the hand-over"
    PARAMETERS = parameter_table(
        ("share", "1", "power that is held, a share of the hand-over's", 0.3, 3),
        ("bandwidth", "1/s", "of the loop", 0, 1),
    )
    NEEDS = ("shaft_power",)

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings)


class _Law(SpeedLaw):
    def __init__(self, settings: Mapping[str, float]):
        self._settings = settings
        self._action = ClampedPI(0.0, 0.0)

    def restart(self, speed: float) -> None:
        self._action.restart(speed)

    def hand_over(self, settled: Quantities, speed: float) -> None:
        self._reference = self._settings["share"] * settled.shaft_power
        slope = _AFFINITY * max(settled.shaft_power, _LEAST_POWER) / max(speed, 1.0)
        self._action.integral = self._settings["bandwidth"] / slope

    def next_speed(self, now: Moment) -> float:
        error = self._reference - now.beat.shaft_power
        return self._action.next_speed(error, now.seconds, now.low, now.high)
