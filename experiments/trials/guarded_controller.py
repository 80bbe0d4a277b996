"""A controller in a trial: timed, and its own errors told as those of an input."""

from __future__ import annotations

import signal
import time

from controllers import Briefing, Command, Controller, SolveStatus
from plants import InputError, Measurement, PhysicsError


class Standstill:
    """Stands in for a controller where there is no pump."""

    def __init__(self) -> None:
        self.statuses: list[SolveStatus] = []
        self.milliseconds: list[float] = []

    def act(self, measurement: Measurement) -> Command:
        return Command(0.0)


class GuardedController(Standstill):
    """A controller, timed, whose own errors become those of an input: it may be a user's."""

    def __init__(self, controller: Controller, spec: str):
        super().__init__()
        self._controller, self._spec = controller, spec

    def reset(self, briefing: Briefing) -> None:
        try:
            self._controller.reset(briefing)
        except (InputError, PhysicsError):
            raise
        except (Exception, SystemExit) as error:
            raise self._refused("reset", _not_terminated(error)) from error

    def act(self, measurement: Measurement) -> Command:
        began = time.perf_counter()
        try:
            command = self._controller.act(measurement)
            float(command.speed)
        # A controller that exits must not end the program as if all were done.
        except (Exception, SystemExit) as error:
            raise self._refused("act", _not_terminated(error)) from error
        self.milliseconds.append(1e3 * (time.perf_counter() - began))
        status = getattr(command, "status", None)
        if status is not None:
            self.statuses.append(status)
        return command

    def _refused(self, where: str, error: BaseException) -> InputError:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return InputError("controller", self._spec, f"one whose {where} works; it raised {text}")


def _not_terminated(error: BaseException) -> BaseException:
    """The error, unless it is the end of the program by a signal, which goes on."""
    if isinstance(error, SystemExit) and error.code == 128 + signal.SIGTERM:
        raise error
    return error
