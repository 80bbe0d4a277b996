"""Other simulators of the circulation that are installed here, at the same kind of work.

svZeroDSolver's own example is re-expressed and runs on the same emitter, so that the equations are
the same; the others run a model of their own beside this plant, which contains far more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from experiments.peers import others, svzerod
from experiments.speed_batch import WIDTH
from experiments.speed_case import CASE, case_start, named
from experiments.speed_row import SpeedRow, compared, missing, rates_of
from plants.compile import BuildError
from plants.kernels import run_kernel
from plants.simulator import DEFAULT_STEP

PART = "peers"
UNIT = "simulated s per CPU s"
#: Steps of a cardiac cycle of svZeroDSolver's example: about 1 ms.
STEPS_PER_CYCLE = 1017
_BATCH = 1024
#: Recorded in an earlier study on this kind of machine at 1 ms, simulated s per CPU s.
_RECORDED = 97.0


def peer_rows(repeats: int, *, seconds: float = 3.0) -> list[SpeedRow]:
    """svZeroDSolver on equal equations, then circulation and ModularCirc.

    Parameters
    ----------
    repeats : int
        Turns.
    seconds : float
        Simulated time of a turn, s.
    """
    return [*_svzerod_rows(repeats, seconds), *_other_rows(repeats, seconds)]


def _svzerod_rows(repeats: int, seconds: float) -> list[SpeedRow]:
    cycles = max(1, round(seconds / svzerod.PERIOD))
    steps = cycles * STEPS_PER_CYCLE
    length = cycles * svzerod.PERIOD
    rows = []
    for batch, width, target in ((1, 1, 50.0), (_BATCH, WIDTH, 250.0)):
        what = "one patient" if batch == 1 else f"{batch} patients"
        work = f"svZeroDSolver's closed loop, {what}, against svZeroDSolver"
        less = max(1, steps // min(batch, 64))
        amount = batch * less / STEPS_PER_CYCLE * svzerod.PERIOD
        by = f"re-expressed in CasADi, emitted loop of {width} lanes, Runge-Kutta of order 4, 1 ms"
        try:
            ours = svzerod.emitted(batch, less, STEPS_PER_CYCLE, width=width)
        except BuildError as error:
            rows.append(missing(PART, work, None, unit=UNIT, reason=f"cannot be built: {error}"))
            continue
        try:
            theirs = svzerod.svzerod(cycles, STEPS_PER_CYCLE)
        except ImportError as error:
            mine = float(np.median(rates_of([ours], [amount], repeats)))
            reason = (
                f"not installed: {error}; at the {_RECORDED:g} recorded in an earlier study on "
                f"this kind of machine the ratio would be {mine / _RECORDED:.0f}"
            )
            row = missing(PART, work, mine, unit=UNIT, reason=reason)
            rows.append(replace(row, ours_by=by).aiming("ratio", ">=", target))
            continue
        rates = rates_of([ours, theirs], [amount, length], repeats)
        row = compared(
            PART, work, rates[:, 0], rates[:, 1], unit=UNIT, ours_by=by,
            other_by="pysvzerod, generalised alpha, the same step, a patient at a time",
        )  # fmt: skip
        rows.append(row.aiming("ratio", ">=", target))
    return rows


def _other_rows(repeats: int, seconds: float) -> list[SpeedRow]:
    start, kernel = case_start(), run_kernel()
    steps = round(seconds / DEFAULT_STEP)

    def plant() -> None:
        kernel.run(start.carry.copy(), start.values, steps)

    beats = max(1, round(seconds))
    made: dict[str, tuple[Callable[[], Callable[[], object]], float]] = {
        "circulation": (lambda: others.circulation(seconds), seconds),
        "ModularCirc": (lambda: others.modular_circ(beats), float(beats)),
    }
    rows = []
    for name, (build, length) in made.items():
        work = f"{named(*CASE)}, against {name}'s own example"
        try:
            other = build()
            other()
        except ImportError as error:
            rows.append(missing(PART, work, None, unit=UNIT, reason=f"not installed: {error}"))
            continue
        except Exception as error:  # Another project's code, with libraries newer than it knows.
            reason = f"fails here: {type(error).__name__}: {error}"
            rows.append(missing(PART, work, None, unit=UNIT, reason=reason))
            continue
        rates = rates_of([plant, other], [seconds, length], repeats)
        row = compared(
            PART, work, rates[:, 0], rates[:, 1], unit=UNIT,
            ours_by="this plant: 4 chambers, valves, septum, pericardium, pump, with metrics; "
            "17 states; Runge-Kutta of order 4, 2 ms",
            other_by=others.CONTENTS[name],
        )  # fmt: skip
        rows.append(replace(row, note="the same kind of work, not the same model"))
    return rows
