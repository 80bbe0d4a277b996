"""Constant flow: PI on the displayed flow, at what it was when the controller took over."""

from __future__ import annotations

from collections.abc import Mapping

from controllers.literature.beat_quantities import Quantities
from controllers.literature.flow.flow_loop import FLOW_ACTION, flow_action
from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.protocol import Briefing
from plants.quantities import parameter_table, read_only


class ConstantFlow(LiteratureController):
    """Holds the mean pump flow of the hand-over.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    With the error ``e = share Q_0 - Q`` in L/min: ``N = I + Kp e``, ``I`` grows by ``Ki e dt``.
    Published: the idea, as the standard of comparison [1]_ [2]_, without gains. Ours: the set point
    at the hand-over, and gains by effect (:func:`flow_action`). It differs from
    ``pi:displayed_flow`` in the set point.

    Tier: all, on the flow that the console displays below ``full``. A flow that the console reads
    wrongly by a constant does no harm. Known weakness: blind to preload, it holds the flow of a
    ventricle that runs empty.

    References
    ----------
    .. [1] Fetanat M et al. (2021) IEEE Trans Biomed Eng 68:3029 (protocol: set to 4 to 6 L/min of
       output at a mean arterial pressure of 70 to 90 mmHg).
    .. [2] Li et al. (2022), where PID on the flow is compared with reinforcement learning.

    Examples
    --------
    >>> from controllers import Briefing, load_controller
    >>> from plants import Measurement, Patient, Pump, Therapy
    >>> controller = load_controller("constant-flow")
    >>> controller.reset(Briefing(
    ...     patient=Patient.load("shock-d"), pump=Pump.load("CP"), therapy=Therapy.default(),
    ...     period=1.0, tier="console", start_speed=40_000.0,
    ... ))
    >>> flows = (3.0, 3.0, 3.0, 3.0, 3.0, 2.5)
    >>> speeds = [
    ...     controller.act(Measurement(float(t), "console", {"displayed_flow": flow})).speed
    ...     for t, flow in enumerate(flows)
    ... ]
    >>> speeds[4], speeds[5] > 40_000
    (40000.0, True)
    """

    NAME = "constant-flow"
    SUMMARY = "holds the pump flow of the hand-over"
    PARAMETERS = read_only(
        {
            **parameter_table(
                ("share", "1", "flow that is held, a share of the hand-over's", 0.5, 2)
            ),
            **FLOW_ACTION,
        }
    )
    NEEDS = ("flow",)

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings, briefing)


class _Law(SpeedLaw):
    def __init__(self, settings: Mapping[str, float], briefing: Briefing):
        self._share = settings["share"]
        self._action = flow_action(briefing.pump, settings)

    def restart(self, speed: float) -> None:
        self._action.restart(speed)

    def hand_over(self, settled: Quantities, speed: float) -> None:
        self._reference = self._share * settled.flow

    def next_speed(self, now: Moment) -> float:
        error = self._reference - now.beat.flow
        return self._action.next_speed(error, now.seconds, now.low, now.high)
