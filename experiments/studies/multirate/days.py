"""What days of support between two events cost, and how accurate they are.

A drug is started at the begin; after that nothing changes but the slow states. Beat by beat such a
run would take an hour: it is compared with itself at a tolerance so small that its error no longer
counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.studies.multirate.study import (
    METRICS,
    PATIENT,
    Course,
    names,
    relative_errors,
    supported,
)
from plants import MultirateRun, SlowClock, SlowParameters

if TYPE_CHECKING:
    import pandas

DAYS = 4.0
#: Tolerances of an outer step whose accuracy and cost are compared.
TOLERANCES = (1e-1, 1e-2, 1e-3, 1e-4)
#: At this tolerance the error no longer counts.
EXACT = 1e-6
_HOURS_PER_DAY = 24.0
_INOTROPE = 5.0  # ug/kg/min


@dataclass(frozen=True)
class Days:
    """A run of days without an event: name, slow parameters, level."""

    name: str
    values: Mapping[str, float]
    level: str = "P-8"

    def run(self, days: float, tolerance: float) -> Course:
        """The run and what it cost."""
        plant, speed = supported(self.level)
        values = dict(self.values)
        parameters = SlowParameters.load().replace(source="multirate study", tag="X", **values)
        clock = SlowClock(PATIENT, parameters)
        clock.give(inotrope=_INOTROPE)
        start = time.process_time()
        run = MultirateRun(plant, clock, tolerance=tolerance)
        run.advance(_HOURS_PER_DAY * days, speed)
        metrics = run.metrics()
        seconds = time.process_time() - start
        row = np.array([[*clock.state, *(metrics[name] for name in METRICS)]])
        return Course(row, seconds, run.beats_found, run.slopes_taken, run.steps)


#: Runs of days: a heart that never recovers, one that does and whose aortic valve opens again on
#: the way, and the latter with the reflex and a leaking mitral valve.
DAY_CASES = (
    Days("no recovery", {}),
    Days("recovery", {"recoverable": 1.5}),
    Days(
        "recovery, reflex, mitral leak",
        {
            "recoverable": 1.5,
            "baroreflex_gain": 1.0,
            "mitral_tethering": 0.03,
            "mitral_competent_volume": 120.0,
        },
    ),
)


def day_table(
    days: float = DAYS,
    tolerances: Sequence[float] = TOLERANCES,
    cases: Sequence[Days] = DAY_CASES,
    progress: Callable[[float], None] | None = None,
) -> pandas.DataFrame:
    """Runs of days at every tolerance: error at the end, and cost.

    Parameters
    ----------
    days : float
        Length, d.
    tolerances : sequence of float
        Tolerances of an outer step.
    cases : sequence of Days
        What is run.
    progress : callable, optional
        Called with the number of cases done.

    Returns
    -------
    DataFrame
        A row for each case and tolerance.

    Raises
    ------
    PhysicsError
        A run could not go on.
    """
    import pandas

    rows: list[dict[str, Any]] = []
    for number, case in enumerate(cases, 1):
        exact = case.run(days, EXACT)
        for tolerance in tolerances:
            # The quickest of two: another process may have been at work in one.
            course = min((case.run(days, tolerance) for _ in range(2)), key=lambda one: one.seconds)
            errors = relative_errors(course.values, exact.values)
            rows.append(
                {
                    "case": case.name,
                    "days": days,
                    "tolerance": tolerance,
                    "seconds": course.seconds,
                    "outer_steps": course.steps,
                    "beats_found": course.beats,
                    "slopes_taken": course.slopes,
                    "worst_error": errors.max(),
                    "worst_quantity": names()[int(errors.argmax())],
                }
            )
        if progress is not None:
            progress(number)
    return pandas.DataFrame(rows)
