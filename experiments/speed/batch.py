"""A batch of patients on the emitted loop in SIMD lanes, against other ways to run a batch.

All integrate the same equations with the same scheme and step, with the accumulators of the beat's
metrics. The patients are individuals around one profile, so that no two lanes are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from experiments.speed.case import (
    CASE,
    CaseStart,
    casadi_kernel,
    case_name,
    case_start,
    mapped_steps,
)
from experiments.speed.row import (
    SIMULATED,
    Contestant,
    SpeedRow,
    in_turns,
    median_rate,
    why_missing,
)
from plants.beat import DEFAULT_STEP, USUAL_PARTS, plant_functions
from plants.compile import BlockKernel, BuildError
from plants.plant import VALUES
from plants.quantities import Array, stream

SIZES = (64, 1024)
#: Lanes of a block.
WIDTH = 8
PART = "batch"
_OURS = f"emitted loop, blocks of {WIDTH} lanes, double precision"
#: Fewest steps of our turn.
_FEWEST = 250


def individuals(start: CaseStart, batch: int) -> tuple[Array, Array]:
    """Carries and held values of a batch, a row each, whose parameters differ by some percent."""
    rng = stream("speed batch", 0)
    carry = np.repeat(start.carry[None], batch, axis=0)
    values = np.repeat(start.values[None], batch, axis=0)
    for name in ("heart_rate", "r_systemic", "c_systemic_arteries", "r_pulmonary", "lv_ees"):
        values[:, VALUES.index[name]] *= rng.uniform(0.95, 1.05, batch)
    return carry, values


def in_lanes(rows: Array, width: int) -> Array:
    """Rows of a batch as blocks of lanes; the batch must be a multiple of the width."""
    return np.ascontiguousarray(rows.reshape(len(rows) // width, width, -1).transpose(0, 2, 1))


def emitted(
    carry: Array, values: Array, steps: int, width: int = WIDTH, *, single: bool = False
) -> Callable[[], Array]:
    """Our contestant: gives the carries after the steps, in rows."""
    block = BlockKernel(plant_functions(USUAL_PARTS), width, single=single)
    held = in_lanes(values, width).astype(block.dtype)
    start = in_lanes(carry, width).astype(block.dtype)
    count = np.full((len(held), width), steps, dtype=np.int64)

    def run() -> Array:
        moved = start.copy()
        block.run(moved, held, count, wrap=True)
        return moved.transpose(0, 2, 1).reshape(len(carry), -1)

    return run


def _casadi(carry: Array, values: Array, steps: int) -> Callable[[], Array]:
    kernel = casadi_kernel()

    def run() -> Array:
        moved = carry.copy()
        for patient, held in zip(moved, values, strict=True):
            kernel.run(patient, held, steps)
        return moved

    return run


def _map(carry: Array, values: Array, steps: int) -> Callable[[], Array]:
    folded, joint = mapped_steps(len(carry), steps), np.hstack([carry, values]).T
    return lambda: np.ascontiguousarray(np.asarray(folded(joint))[: carry.shape[1]].T)


def _numba(carry: Array, values: Array, steps: int) -> Callable[[], Array]:
    from experiments.speed.peers import numba_run

    loop = numba_run(plant_functions(USUAL_PARTS))

    def run() -> Array:
        moved = carry.copy()
        loop(moved, values, steps)
        return moved

    return run


def _jax(carry: Array, values: Array, steps: int) -> Callable[[], Array]:
    from experiments.speed.peers import jax_run

    loop = jax_run(plant_functions(USUAL_PARTS), steps)
    return lambda: loop(carry, values)


class _Other(NamedTuple):
    """Another way to run a batch.

    Attributes
    ----------
    by : str
        How it does it; up to the comma, against whom.
    ready : callable
        Makes it ready for a batch, its held values and so many steps.
    target : float
        The ratio aimed at.
    share : int
        How many times fewer steps it takes in a turn than we do. Those that are called once for
        each patient take as many, so that the call does not count.
    """

    by: str
    ready: Callable[[Array, Array, int], Callable[[], Array]]
    target: float
    share: int = 1


_OTHERS = (
    _Other("CasADi's generated C, looped over the patients", _casadi, 7.0),
    _Other("CasADi's map on its virtual machine", _map, 25.0, share=16),
    _Other("numba, the same loop translated, a patient at a time", _numba, 6.0),
    _Other("JAX, vmap over the patients of a scan over the steps", _jax, 5.0),
)


def batch_rows(
    repeats: int, *, seconds: float = 1.0, sizes: tuple[int, ...] = SIZES
) -> list[SpeedRow]:
    """Every other way at every size.

    Parameters
    ----------
    repeats : int
        Turns.
    seconds : float
        Simulated time of our turn with 64 patients, s; less with more patients.
    sizes : tuple of int
        Patients of a batch.
    """
    return [row for size in sizes for row in _rows(size, repeats, seconds)]


def _rows(size: int, repeats: int, seconds: float) -> list[SpeedRow]:
    start = case_start()
    carry, values = individuals(start, size)
    steps = max(_FEWEST, round(seconds / DEFAULT_STEP * min(1.0, 64 / size)))
    what = f"{size} patients like {case_name(*CASE)}"
    try:
        ours = Contestant(emitted(carry, values, steps), size * steps * DEFAULT_STEP, _OURS)
    except BuildError as error:
        return [SpeedRow(PART, what, None, unit=SIMULATED, note=why_missing(error))]
    rows = []
    for other in _OTHERS:
        work = f"{what}, against {other.by.partition(',')[0]}"
        less = max(4, steps // other.share)
        try:
            run = other.ready(carry, values, less)
        except (ImportError, BuildError) as error:
            mine = median_rate(ours, repeats)
            row = SpeedRow(PART, work, mine, unit=SIMULATED, note=why_missing(error))
            rows.append(row.with_target("ratio", ">=", other.target))
            continue
        theirs = Contestant(run, size * less * DEFAULT_STEP, other.by)
        rows.append(in_turns(PART, work, ours, theirs, repeats, target=other.target))
    return rows
