"""A controller in a trial: timed, and its own errors told as those of an input."""

from __future__ import annotations

import time

from controllers import (
    Briefing,
    Command,
    CommandError,
    Controller,
    Preparing,
    SolveStatus,
    Supervised,
    ends_the_program,
    error_text,
    user_code,
    user_file,
)
from plants import InputError, Measurement, PhysicsError
from plants.quantities import value_text


class Standstill:
    """Stands in for a controller where there is no pump."""

    def __init__(self) -> None:
        self.statuses: list[SolveStatus] = []
        self.milliseconds: list[float] = []

    def act(self, measurement: Measurement) -> Command:
        return Command(0.0)


class GuardedController(Standstill):
    """A controller, timed, whose own errors become those of an input: it may be a user's.

    A user's own is supervised as the built-in ones are; see :class:`controllers.Supervised`.
    """

    def __init__(self, controller: Controller, spec: str):
        super().__init__()
        self._spec, self._file = spec, user_file(spec)
        self._controller = controller if self._file is None else Supervised(controller)

    def reset(self, briefing: Briefing) -> None:
        try:
            with user_code():
                self._controller.reset(briefing)
        except BaseException as error:
            own = self._file is None and isinstance(error, InputError | PhysicsError)
            if own or ends_the_program(error):
                raise
            raise self._refused("reset", error) from error

    def act(self, measurement: Measurement) -> Command:
        began = time.perf_counter()
        try:
            with user_code():
                command = self._controller.act(measurement)
            self.milliseconds.append(1e3 * (time.perf_counter() - began))
            if self._file is None and isinstance(self._controller, Preparing):
                self._controller.prepare()
        except CommandError as error:
            text = f"one whose act returns {error.allowed}; it returned {value_text(error.value)}"
            raise InputError("controller", self._spec, text) from error
        # A controller that exits must not end the program as if all were done.
        except BaseException as error:
            if ends_the_program(error):
                raise
            raise self._refused("act", error) from error
        if command.status is not None:
            self.statuses.append(command.status)
        return command

    def _refused(self, where: str, error: BaseException) -> InputError:
        raised = error_text(error, self._file)
        return InputError("controller", self._spec, f"one whose {where} works; it raised {raised}")
