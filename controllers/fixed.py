"""A held speed: how these pumps are run in practice, and the least a controller has to beat."""

from __future__ import annotations

from controllers.protocol import Briefing, Command, not_reset
from plants import InputError, Measurement


class FixedLevel:
    """One speed for the whole run, whatever is measured.

    A clinician chooses a P-level and leaves it until something is seen to be wrong; between two
    visits at the bedside the pump runs open loop.

    Parameters
    ----------
    level : str, optional
        P-level to hold, for example ``"P-6"``; it is looked up in the pump of the briefing. By
        default the speed at which the pump ran before is held.

    Attributes
    ----------
    name : str
        ``"fixed"`` or ``"fixed:P-6"``.

    Raises
    ------
    InputError
        The level is blank.

    Examples
    --------
    >>> from controllers import Briefing, FixedLevel
    >>> from plants import Measurement, Patient, Pump, Therapy
    >>> briefing = Briefing(
    ...     patient=Patient.load("shock-d"), pump=Pump.load("CP"), therapy=Therapy.default(),
    ...     period=1.0, tier="icu", start_speed=44_000.0,
    ... )
    >>> controller = FixedLevel("P-6")
    >>> controller.reset(briefing)
    >>> controller.act(Measurement(0.0, "icu", {})).speed
    39000.0
    """

    def __init__(self, level: str | None = None):
        if level is not None and not str(level).strip():
            raise InputError("level", level, "a P-level, for example P-6")
        self.level = level
        self.name = "fixed" if level is None else f"fixed:{level}"
        self._command: Command | None = None

    def reset(self, briefing: Briefing) -> None:
        """Begin a new run.

        Raises
        ------
        InputError
            The pump has no such level; the message lists those it has.
        """
        if self.level is None:
            self._command = Command(briefing.start_speed)
        else:
            self._command = Command(briefing.pump.speed(self.level))

    def act(self, measurement: Measurement) -> Command:
        """The held speed.

        Raises
        ------
        RuntimeError
            The controller was not reset first.
        """
        if self._command is None:
            raise not_reset()
        return self._command
