"""What days of support between two events cost, and how accurate they are.

A drug is started at the begin; after that nothing changes but the slow states. Beat by beat such a
run would take an hour: it is compared with itself at a tolerance so small that its error no longer
counts.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.studies.multirate.hours import (
    PATIENT,
    Course,
    names,
    relative_errors,
    supported,
    values_of,
)
from plants import MultirateRun, SlowClock, SlowParameters
from plants.quantities import HOURS_PER_DAY

DAYS = 4.0
#: Tolerances of an outer step whose accuracy and cost are compared.
TOLERANCES = (1e-1, 1e-2, 1e-3, 1e-4)
#: At this tolerance the error no longer counts.
EXACT = 1e-6
_INOTROPE = 5.0  # ug/kg/min


@dataclass(frozen=True)
class DayCase:
    """A run of days without an event.

    Attributes
    ----------
    name : str
        For tables.
    days : float
        Length, d.
    parameters : mapping
        Of the slow clock.
    level : str
        At which the pump is held.
    """

    name: str
    days: float
    parameters: Mapping[str, float]
    level: str = "P-8"

    def run(self, tolerance: float) -> Course:
        """The run and what it cost."""
        plant, speed = supported(self.level)
        own = dict(self.parameters)
        parameters = SlowParameters.load().replace(source="multirate study", tag="X", **own)
        clock = SlowClock(PATIENT, parameters)
        clock.give(inotrope=_INOTROPE)
        start = time.process_time()
        run = MultirateRun(plant, clock, tolerance=tolerance)
        run.advance(HOURS_PER_DAY * self.days, speed)
        values = np.array([values_of(clock, run.metrics())])
        seconds = time.process_time() - start
        return Course(values, seconds, run.beats_found, run.slopes_taken, run.steps)


def day_cases(days: float = DAYS) -> tuple[DayCase, ...]:
    """A heart that never recovers, one that does, and one with reflex and mitral leak too.

    The aortic valve of the heart that recovers opens again on the way.
    """
    leak = {"mitral_tethering": 0.03, "mitral_competent_volume": 120.0}
    return (
        DayCase("no recovery", days, {}),
        DayCase("recovery", days, {"recoverable": 1.5}),
        DayCase(
            "recovery, reflex, mitral leak",
            days,
            {"recoverable": 1.5, "baroreflex_gain": 1.0, **leak},
        ),
    )


def day_rows(case: DayCase, tolerances: Sequence[float] = TOLERANCES) -> list[dict[str, Any]]:
    """A run of days at every tolerance: error at the end, and cost.

    Parameters
    ----------
    case : DayCase
        What is run.
    tolerances : sequence of float
        Tolerances of an outer step.

    Returns
    -------
    list of dict
        A row for each tolerance.

    Raises
    ------
    PhysicsError
        A run could not go on.
    """
    rows: list[dict[str, Any]] = []
    exact = case.run(EXACT)
    for tolerance in tolerances:
        # The quickest of two: another process may have been at work in one.
        course = min((case.run(tolerance) for _ in range(2)), key=lambda run: run.seconds)
        errors = relative_errors(course.values, exact.values)
        rows.append(
            {
                "case": case.name,
                "days": case.days,
                "tolerance": tolerance,
                "seconds": course.seconds,
                "outer_steps": course.steps,
                "beats_found": course.beats,
                "slopes_taken": course.slopes,
                "worst_error": errors.max(),
                "worst_quantity": names()[int(errors.argmax())],
            }
        )
    return rows
