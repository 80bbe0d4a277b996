"""AUTO of the console: the highest speed without suction."""

from __future__ import annotations

from controllers.literature.frame import LiteratureController, Moment, SpeedLaw
from controllers.protocol import Briefing
from plants import AutoMode, Pump
from plants.quantities import parameter_table


class Auto(LiteratureController):
    """Runs :class:`plants.AutoMode` on what the console knows of suction.

    Parameters
    ----------
    part, settings
        See :class:`controllers.literature.LiteratureController`.

    Notes
    -----
    Published (texts of the device): the ramp, the back-off from suction, the hand-back after three
    hours. Ours, guesses: how far and how often it backs off and when it tries again
    (:mod:`plants.console.auto_mode`).

    The project's detector of suction works on samples within the beat, which no measurement of a
    controller holds. Suction is therefore told by the first of that detector's features for a whole
    beat: the mean flow by the motor current lies below the least that an open inlet would give
    against a ventricle without pressure, by a share of the flow against no head.

    Tier: all. After a fallback AUTO begins anew, its three hours with it.

    Examples
    --------
    >>> from controllers import Briefing, load_controller
    >>> from plants import Patient, Pump, Sensors, Simulator, Therapy
    >>> briefing = Briefing(
    ...     patient=Patient.load("shock-d"), pump=Pump.load("CP"), therapy=Therapy.default(),
    ...     period=1.0, tier="console", start_speed=40_000.0,
    ... )
    >>> simulator = Simulator(briefing.plant)
    >>> simulator.reset(speed=40_000)
    >>> controller = load_controller("auto")
    >>> controller.reset(briefing)
    >>> reading = Sensors("console", seed=0).measure(0.0, simulator.metrics())
    >>> 41_000 < controller.act(reading).speed < 42_000
    True
    """

    NAME = "auto"
    SUMMARY = "AUTO of the console: the highest speed without suction"
    PARAMETERS = parameter_table(
        ("shortfall", "1", "flow below that of an open inlet that is suction", 0, 1)
    )
    NEEDS = ("inlet_shortfall",)

    def law(self, briefing: Briefing) -> SpeedLaw:
        """See :class:`controllers.literature.LiteratureController`."""
        return _Law(self.settings["shortfall"], briefing.pump)


class _Law(SpeedLaw):
    TAKES_OPERATING_POINT = False

    def __init__(self, shortfall: float, pump: Pump):
        self._shortfall = shortfall
        self._auto = AutoMode(pump)

    def restart(self, speed: float) -> None:
        self._begun = False

    def next_speed(self, now: Moment) -> float:
        if not self._begun:
            self._auto.reset(now.speed, now.time - now.seconds)
            self._begun = True
        return self._auto.apply(now.beat.inlet_shortfall > self._shortfall, now.time)
