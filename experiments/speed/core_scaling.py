"""How the cost of a batch grows with its size and with the simulated time, and its memory."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from experiments.runs import FloatArray
from experiments.speed.case import CASE, case_name, case_start
from experiments.speed.row import SIMULATED, SpeedRow
from plants import BatchSimulator

PART = "scaling"
SIZES = (1, 4, 16, 64, 256, 1024, 4096, 16_384)
HORIZONS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
#: Patients over whose horizons the cost is measured, and simulated time of the sizes, s.
BATCH, SECONDS = 64, 0.2
# From here on the blocks are full and what a call costs by itself no longer counts.
_LARGE, _LONG = 64, 1.0
_LINEAR = (0.9, 1.1)


@dataclass(frozen=True)
class Growth:
    """Cost over size or horizon.

    Attributes
    ----------
    at, seconds : ndarray
        Sizes or horizons (s), and processor time, s.
    fitted_from : float
        Where the line is fitted from.
    """

    at: FloatArray
    seconds: FloatArray
    fitted_from: float

    @property
    def slope(self) -> float:
        """Slope of the logarithms: 1 where the cost is in proportion."""
        large = self.at >= self.fitted_from
        return float(np.polyfit(np.log(self.at[large]), np.log(self.seconds[large]), 1)[0])


@dataclass(frozen=True)
class Scaling:
    """Both growths, and the memory of the largest batch, MB."""

    sizes: Growth
    horizons: Growth
    memory: float


def _resident() -> float:
    """Memory of this process now, MB."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _batch(size: int) -> BatchSimulator:
    start = case_start()
    batch = BatchSimulator([start.plant] * size)
    batch.reset(np.repeat(start.state[None], size, axis=0), speeds=start.speed)
    return batch


def _cost(batch: BatchSimulator, seconds: float, repeats: int) -> float:
    speed, costs = case_start().speed, []
    for _ in range(repeats + 1):
        began = time.process_time()
        batch.advance(speed, seconds)
        costs.append(time.process_time() - began)
    return float(np.median(costs[1:]))


def scaling(
    repeats: int, *, sizes: tuple[int, ...] = SIZES, horizons: tuple[float, ...] = HORIZONS
) -> Scaling:
    """Measure both.

    Parameters
    ----------
    repeats : int
        Turns of each size and horizon.
    sizes : tuple of int
        Patients, rising.
    horizons : tuple of float
        Simulated time of :data:`BATCH` patients, s.
    """
    _cost(_batch(1), SECONDS, 1)  # What is built once is no patient's.
    # The largest first: it finds no memory that others have left.
    before = _resident()
    largest = _batch(sizes[-1])
    costs = [_cost(largest, SECONDS, repeats)]
    memory = _resident() - before
    del largest
    costs = [_cost(_batch(size), SECONDS, repeats) for size in sizes[:-1]] + costs
    small = _batch(min(BATCH, sizes[-1]))
    lengths = [_cost(small, horizon, repeats) for horizon in horizons]
    return Scaling(
        Growth(np.array(sizes, dtype=float), np.array(costs), _LARGE),
        Growth(np.array(horizons), np.array(lengths), _LONG),
        memory,
    )


def scaling_rows(measured: Scaling) -> list[SpeedRow]:
    """The slopes, the memory, and the rate at every size."""
    what = f"patients like {case_name(*CASE)}"
    rows = [
        SpeedRow(
            PART,
            f"{size:.0f} {what}",
            size * SECONDS / cost,
            unit=SIMULATED,
            ours_by="BatchSimulator with its checks",
        )
        for size, cost in zip(measured.sizes.at, measured.sizes.seconds, strict=True)
    ]
    for growth, over in ((measured.sizes, "batch size"), (measured.horizons, "horizon")):
        low, high = _LINEAR
        row = SpeedRow(
            PART,
            f"cost against {over}, {growth.fitted_from:g} to {growth.at.max():g}",
            growth.slope,
            unit="slope of logarithms",
            target=f"{low:g} to {high:g}",
        )
        rows.append(replace(row, met=bool(low <= growth.slope <= high)))
    size = int(measured.sizes.at[-1])
    per_patient = 1e3 * measured.memory / size
    rows.append(
        SpeedRow(
            PART,
            f"memory of {size} patients",
            measured.memory,
            unit="MB",
            ours_by="BatchSimulator",
            note=f"{per_patient:.1f} kB a patient",
        )
    )
    return rows
