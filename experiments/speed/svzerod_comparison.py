"""svZeroDSolver's closed loop, re-expressed and emitted, against svZeroDSolver.

The equations are the same, which is measured too: with short steps both give the same course. At
the same step the two schemes differ in error, and so they are compared at a like error as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.speed.batch import WIDTH
from experiments.speed.peers import (
    CIRCUIT_PERIOD,
    CIRCUIT_STATES,
    circuit_run,
    last_cycle,
    relative_difference,
    svzerodsolver_run,
)
from experiments.speed.row import (
    SIMULATED,
    Contestant,
    SpeedRow,
    in_turns,
    median_rate,
    why_missing,
)
from plants.compile import BuildError
from plants.quantities import Array

PART = "peers"
#: Steps of a cardiac cycle of svZeroDSolver's example: about 1 ms.
STEPS_PER_CYCLE = 1017
#: Cycles after which courses are compared, as in the example, and how many steps both then take
#: for one of those above.
CYCLES, FINER = 10, 16
#: Patients, lanes, ratio aimed at.
_BATCHES = ((1, 1, 50.0), (1024, WIDTH, 250.0))
#: Coarser steps per cycle that we may take, up to 10 ms.
_COARSER = (102, 127, 204, 254, 509, 763)
_EQUAL = 1e-5
_WORK = "svZeroDSolver's closed loop"
#: States that svZeroDSolver names as here.
_SEEN = ("V_RA", "V_RV", "P_pul", "V_LA", "V_LV")


def svzerod_rows(
    repeats: int, *, seconds: float = 3.0, cycles: int = CYCLES, finer: int = FINER
) -> list[SpeedRow]:
    """One patient and a batch at the same step, the difference of results, and at a like error.

    Parameters
    ----------
    repeats : int
        Turns.
    seconds : float
        Simulated time of a turn, s.
    cycles, finer : int
        Cycles after which results are compared, and how many times shorter the steps are then.
    """
    try:
        theirs = svzerodsolver_run(max(1, round(seconds / CIRCUIT_PERIOD)), STEPS_PER_CYCLE)
    except ImportError as error:
        return [_absent(*batch, repeats, seconds, error) for batch in _BATCHES]
    try:
        errors = _errors(cycles, finer)
        rows = [
            _against(batch, width, target, STEPS_PER_CYCLE, theirs, repeats, seconds, errors)
            for batch, width, target in _BATCHES
        ]
        if (like := errors.coarsest()) is not None:
            rows += [
                _against(batch, width, None, like, theirs, repeats, seconds, errors)
                for batch, width, _ in _BATCHES
            ]
    except BuildError as error:
        return [_not_built(batch, error) for batch, _, _ in _BATCHES]
    return [*rows[:2], errors.row(), *rows[2:]]


@dataclass(frozen=True)
class _Errors:
    """Largest relative differences of a state over the last cycle.

    Attributes
    ----------
    same : float
        Between the two, with short steps.
    finest : int
        Those steps of a cycle.
    theirs : float
        Of svZeroDSolver with steps of about 1 ms from its own with short steps.
    ours : dict
        Of ours from the same, by steps of a cycle.
    """

    same: float
    finest: int
    theirs: float
    ours: dict[int, float]

    def coarsest(self) -> int | None:
        """The fewest steps of ours that are no less exact than theirs; None if none are."""
        exact = (count for count, error in self.ours.items() if error <= self.theirs)
        return min(exact, default=None)

    def row(self) -> SpeedRow:
        row = SpeedRow(
            PART,
            f"{_WORK}: results apart, steps of {1e3 * CIRCUIT_PERIOD / self.finest:.3f} ms",
            self.same,
            unit="relative",
            ours_by="re-expressed in CasADi, emitted loop, Runge-Kutta of order 4",
            other_by="svZeroDSolver, generalised alpha",
            note=f"largest of {', '.join(_SEEN)} over the last cycle",
        )
        return row.with_target("ours", "<=", _EQUAL)


def _errors(cycles: int, finer: int) -> _Errors:
    finest = finer * STEPS_PER_CYCLE

    def other(steps: int) -> Array:
        return last_cycle(svzerodsolver_run(cycles, steps)(), _SEEN)

    def ours(steps: int) -> Array:
        run = circuit_run(1, cycles * steps + 1, steps, log=True)
        return run()[-steps - 1 :, [CIRCUIT_STATES.index[name] for name in _SEEN]]

    exact = other(finest)
    own = {
        steps: relative_difference(_interpolated(exact, steps), ours(steps))
        for steps in (*_COARSER, STEPS_PER_CYCLE)
    }
    theirs = relative_difference(exact, other(STEPS_PER_CYCLE))
    return _Errors(relative_difference(exact, ours(finest)), finest, theirs, own)


def _interpolated(course: Array, steps: int) -> Array:
    """A course of many short steps at the times of fewer."""
    at, times = np.linspace(0, 1, steps + 1), np.linspace(0, 1, len(course))
    return np.column_stack([np.interp(at, times, state) for state in course.T])


def _work(batch: int) -> str:
    return f"{_WORK}, {'one patient' if batch == 1 else f'{batch} patients'}, against svZeroDSolver"


def _ours(batch: int, width: int, steps_per_cycle: int, seconds: float) -> Contestant:
    cycles = max(1, round(seconds / CIRCUIT_PERIOD))
    steps = max(1, cycles * steps_per_cycle // min(batch, 64))
    run = circuit_run(batch, steps, steps_per_cycle, width=width)
    lanes = "one lane" if width == 1 else f"{width} lanes"
    step = 1e3 * CIRCUIT_PERIOD / steps_per_cycle
    by = f"re-expressed in CasADi, emitted loop of {lanes}, Runge-Kutta of order 4, {step:.1f} ms"
    return Contestant(run, batch * steps / steps_per_cycle * CIRCUIT_PERIOD, by)


def _against(
    batch: int,
    width: int,
    target: float | None,
    steps: int,
    theirs: Callable[[], Any],
    repeats: int,
    seconds: float,
    errors: _Errors,
) -> SpeedRow:
    length = max(1, round(seconds / CIRCUIT_PERIOD)) * CIRCUIT_PERIOD
    by = "svZeroDSolver, generalised alpha, 1.0 ms, a patient at a time"
    how = "at the same step" if target is not None else "at no larger an error"
    row = in_turns(
        PART,
        f"{_work(batch)} {how}",
        _ours(batch, width, steps, seconds),
        Contestant(theirs, length, by),
        repeats,
        target=target,
    )
    return replace(
        row,
        ours_error=errors.ours[steps],
        other_error=errors.theirs,
        note="errors: largest of a state over the last cycle, "
        f"against svZeroDSolver with steps of {1e3 * CIRCUIT_PERIOD / errors.finest:.3f} ms",
    )


def _absent(
    batch: int, width: int, target: float, repeats: int, seconds: float, reason: ImportError
) -> SpeedRow:
    """Our rate alone."""
    try:
        ours = _ours(batch, width, STEPS_PER_CYCLE, seconds)
    except BuildError as error:
        return _not_built(batch, error)
    mine, note = median_rate(ours, repeats), why_missing(reason)
    row = SpeedRow(PART, _work(batch), mine, unit=SIMULATED, ours_by=ours.by, note=note)
    return row.with_target("ratio", ">=", target)


def _not_built(batch: int, error: BuildError) -> SpeedRow:
    return SpeedRow(PART, _work(batch), None, unit=SIMULATED, note=why_missing(error))
