"""Other simulators of the circulation that are installed here, at the same kind of work.

svZeroDSolver's own example is re-expressed and runs on the same emitter, so that the equations are
the same; the others run a model of their own beside this plant, which contains far more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from experiments.speed.case import CASE, case_name, case_start
from experiments.speed.peers import MODEL_CONTENTS, circulation_run, modular_circ_run
from experiments.speed.row import SIMULATED, Contestant, SpeedRow, in_turns, why_missing
from experiments.speed.svzerod_comparison import PART, svzerod_rows
from plants.beat import DEFAULT_STEP, run_kernel

_OURS = (
    "this plant: 4 chambers, valves, septum, pericardium, pump, with metrics; "
    "17 states; Runge-Kutta of order 4, 2 ms"
)


def peer_rows(repeats: int, *, seconds: float = 3.0) -> list[SpeedRow]:
    """svZeroDSolver on equal equations, then circulation and ModularCirc.

    Parameters
    ----------
    repeats : int
        Turns.
    seconds : float
        Simulated time of a turn, s.
    """
    return [*svzerod_rows(repeats, seconds=seconds), *_other_rows(repeats, seconds)]


def _other_rows(repeats: int, seconds: float) -> list[SpeedRow]:
    start, kernel = case_start(), run_kernel()
    steps = round(seconds / DEFAULT_STEP)

    def plant() -> None:
        kernel.run(start.carry.copy(), start.values, steps)

    ours = Contestant(plant, seconds, _OURS)
    beats = max(1, round(seconds))
    builders: dict[str, tuple[Callable[[], Callable[[], object]], float]] = {
        "circulation": (lambda: circulation_run(seconds), seconds),
        "ModularCirc": (lambda: modular_circ_run(beats), float(beats)),
    }
    rows = []
    for name, (build, length) in builders.items():
        work = f"{case_name(*CASE)}, against {name}'s own example"
        try:
            run = build()
            run()
        except Exception as error:  # Another project's code, with libraries newer than it knows.
            rows.append(SpeedRow(PART, work, None, unit=SIMULATED, note=why_missing(error)))
            continue
        other = Contestant(run, length, MODEL_CONTENTS[name])
        row = in_turns(PART, work, ours, other, repeats)
        rows.append(replace(row, note="the same kind of work, not the same model"))
    return rows
