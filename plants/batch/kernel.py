"""What a batch of plants runs on: the time loop and the plant's functions over blocks of lanes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from plants.beat import USUAL_PARTS, PlantParts, plant_functions
from plants.compile import (
    Backend,
    BlockKernel,
    Evaluator,
    InterpretedLaneFunctions,
    LaneFunctions,
    Shared,
    build_kernel,
    joint_step,
    shared,
)
from plants.plant import plant_model

Precision = Literal["double", "single"]

#: Lanes of a block in double precision by what the processor has; in single precision twice.
_WIDTHS = {"avx512f": 8, "avx2": 4}
_NARROW = 2
#: Block of the virtual machine, which gains nothing by lanes.
_INTERPRETED_WIDTH = 1


class BatchKernel(Protocol):
    """A time loop and functions over blocks of lanes.

    Attributes
    ----------
    width : int
        Lanes of a block.
    dtype : dtype
        Of the numbers.
    """

    width: int
    dtype: Any
    evaluate: Evaluator

    def run(
        self, carry: NDArray[Any], values: NDArray[Any], steps: NDArray[np.int64], *, wrap: bool
    ) -> None:
        """Advance blocks in place; see :meth:`plants.compile.plant_kernel.BlockKernel.run`."""
        ...


@functools.cache
def native_width() -> int:
    """How many double-precision numbers the processor's registers hold.

    Where that cannot be found out, 2: every processor of the last twenty years has as many.
    """
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return _NARROW
    flags = set(next((line for line in lines if line.startswith("flags")), "").split())
    return next((width for flag, width in _WIDTHS.items() if flag in flags), _NARROW)


def chosen_width(lanes: int, precision: Precision) -> int:
    """Width of the blocks of a batch: what fills a register, or less for a smaller batch."""
    native = native_width() * (2 if precision == "single" else 1)
    return min(native, 1 << (lanes - 1).bit_length())


def _evaluated_functions() -> Mapping[str, ca.Function]:
    model = plant_model()
    return {"begin": model.begin, "metrics": model.metrics, "observe": model.observe}


class EmittedBatch(Shared):
    """Emitted C."""

    def __init__(self, width: int, precision: Precision, parts: PlantParts):
        single = precision == "single"
        block = BlockKernel(plant_functions(parts), width, single=single)
        self.evaluate: Evaluator = LaneFunctions(_evaluated_functions(), width, single=single)
        self.run, self.width, self.dtype = block.run, width, block.dtype


class InterpretedBatch(Shared):
    """CasADi's virtual machine, mapped over the lanes; double precision only."""

    def __init__(self) -> None:
        model = plant_model()
        self._steps = {True: model.run_step, False: model.beat_step}
        self._folded = functools.lru_cache(maxsize=64)(self._fold)
        self.evaluate: Evaluator = InterpretedLaneFunctions(_evaluated_functions())
        self.width: int = _INTERPRETED_WIDTH
        self.dtype: Any = np.float64

    def _fold(self, wrap: bool, steps: int, count: int) -> ca.Function:
        return joint_step(self._steps[wrap]).fold(steps).map(count)

    def run(
        self, carry: NDArray[Any], values: NDArray[Any], steps: NDArray[np.int64], *, wrap: bool
    ) -> None:
        """See :meth:`BatchKernel.run`."""
        counts, n = steps[:, 0], carry.shape[1]
        for count in np.unique(counts[counts > 0]):
            (lanes,) = np.nonzero(counts == count)
            joint = np.concatenate([carry[lanes, :, 0], values[lanes, :, 0]], axis=1).T
            moved = np.asarray(self._folded(wrap, int(count), len(lanes))(joint))
            carry[lanes, :, 0] = moved[:n].T


@shared
def batch_kernel(
    width: int,
    precision: Precision = "double",
    parts: PlantParts = USUAL_PARTS,
    backend: Backend = "auto",
) -> BatchKernel:
    """The kernel of batches, shared by all of them.

    Parameters
    ----------
    width : int
        Lanes of a block; the virtual machine takes one, whatever is asked for.
    precision : {"double", "single"}
        Of emitted C; the virtual machine has double only.
    parts : PlantParts
        What any of the plants has.
    backend : {"auto", "compiled", "virtual-machine"}
        "auto" compiles and falls back to the virtual machine, with one warning per process.

    Raises
    ------
    BuildError
        `backend` is "compiled" and the kernel cannot be built.
    """
    return build_kernel(lambda: EmittedBatch(width, precision, parts), InterpretedBatch, backend)
