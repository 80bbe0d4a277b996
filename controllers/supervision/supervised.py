"""A user's own controller under the rules that the built-in ones keep."""

from __future__ import annotations

from dataclasses import replace

from controllers.protocol import Briefing, Command, Controller, check_command, not_reset
from controllers.supervision.supervisor import Reading, Supervisor, Used
from plants import Measurement, tier_table


class Supervised:
    """Runs any controller with the clock, gate, fallback and guard of the built-in ones.

    Readings that cannot be are missing (NaN) in what its ``act`` sees. It is not asked while
    nothing but the speed has been measured for more than 1 s: the fallback level of the therapy is
    commanded, and its ``reset`` is called again with that as the speed at the start; also where the
    clock jumped, with the last speed.

    Parameters
    ----------
    controller : Controller
        What is supervised.

    Examples
    --------
    >>> from controllers import Briefing, Command
    >>> from controllers.supervision import Supervised
    >>> from plants import Measurement, Patient, Pump, Therapy
    >>> class Fast:
    ...     name = "fast"
    ...     def reset(self, briefing):
    ...         self.speed = briefing.pump.max_rpm
    ...     def act(self, measurement):
    ...         return Command(self.speed)
    >>> controller = Supervised(Fast())
    >>> controller.reset(Briefing(
    ...     patient=Patient.load("shock-d"), pump=Pump.load("CP"), therapy=Therapy.default(),
    ...     period=1.0, tier="icu", start_speed=44_000.0,
    ... ))
    >>> blind = {"pump_speed": 44e3, "map": float("nan")}
    >>> [controller.act(Measurement(t, "icu", blind)).speed for t in (0.0, 1.0, 2.0)]
    [46000.0, 46000.0, 39000.0]
    """

    def __init__(self, controller: Controller):
        self.controller, self.name = controller, controller.name
        self._supervisor: Supervisor | None = None

    def reset(self, briefing: Briefing) -> None:
        """Begin a new run; see :class:`controllers.Controller`."""
        self.controller.reset(briefing)
        self._briefing = briefing
        signals = tuple(sensor.signal for sensor in tier_table(briefing.tier))
        self._supervisor = Supervisor(self, briefing, Used(signals))

    def act(self, measurement: Measurement) -> Command:
        """The command for the coming period.

        Raises
        ------
        CommandError
            The controller gave something else than a command within the range of the pump.
        """
        if self._supervisor is None:
            raise not_reset()
        return self._supervisor.act(measurement)

    def advance(self, reading: Reading) -> Command:
        """The controller's own command."""
        command = self.controller.act(reading.values)
        return check_command(command, self._briefing.pump.max_rpm)

    def restart(self, speed: float) -> None:
        """Its reset, at a speed (rpm)."""
        self.controller.reset(replace(self._briefing, start_speed=speed))
