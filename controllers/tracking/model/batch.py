"""Lanes side by side: beats of plants that differ in what is held, and the estimated patients."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.model.estimated_patient import estimated_patient_model
from plants import STATES
from plants.batch import BatchKernel, batch_kernel, native_width
from plants.beat import PlantParts
from plants.compile import (
    Backend,
    BuildError,
    Evaluator,
    InterpretedLaneFunctions,
    LaneFunctions,
    shared,
    warn_virtual_machine,
)
from plants.quantities import Array


@functools.lru_cache(maxsize=256)
def _sources(count: int, width: int) -> NDArray[np.int64]:
    """Which lane lies where; what fills up the last block are copies of the last lane."""
    blocks = -(-count // width)
    return np.minimum(np.arange(blocks * width), count - 1)


def to_blocks(rows: Array, width: int) -> Array:
    """Rows of lanes, (k, n), as blocks of lanes, (blocks, n, width).

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.tracking.model.batch import to_blocks
    >>> to_blocks(np.array([[1.0], [2.0], [3.0]]), 2).tolist()
    [[[1.0, 2.0]], [[3.0, 3.0]]]
    """
    spread = rows[_sources(len(rows), width)].reshape(-1, width, rows.shape[1])
    return np.ascontiguousarray(spread.transpose(0, 2, 1))


def from_blocks(blocks: Array, count: int) -> Array:
    """The first lanes of blocks as rows, (count, n)."""
    return blocks.transpose(0, 2, 1).reshape(-1, blocks.shape[1])[:count]


class BatchBeats:
    """The beat map over lanes.

    Parameters
    ----------
    parts : PlantParts
        What the plant has.
    backend : {"auto", "compiled", "virtual-machine"}
        Where the loop runs.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.tracking.model.batch import BatchBeats
    >>> from plants import BeatMap, Plant
    >>> from plants.beat import USUAL_PARTS
    >>> plant = Plant("shock-d", "CP")
    >>> beats = BeatMap(plant)
    >>> values = beats.values(40_000)
    >>> states, metrics = BatchBeats(USUAL_PARTS).beat(
    ...     plant.rest()[None], values[None], np.array([beats.steps(values)]))
    >>> bool(np.allclose(states[0], beats.beat(plant.rest(), values).state))
    True
    """

    def __init__(self, parts: PlantParts, *, backend: Backend = "auto"):
        self._kernel: BatchKernel = batch_kernel(native_width(), parts=parts, backend=backend)

    @property
    def width(self) -> int:
        """Lanes of a block: a search of fewer costs as much."""
        return self._kernel.width

    def beat(self, states: Array, values: Array, steps: NDArray[np.int64]) -> tuple[Array, Array]:
        """States and metrics a beat later.

        Parameters
        ----------
        states : ndarray, shape (k, n_states)
            States at the onset, at phase 0.
        values : ndarray, shape (k, n_values)
            What is held.
        steps : ndarray of int64, shape (k,)
            Integration steps of each beat.

        Returns
        -------
        states, metrics : ndarray, shape (k, n_states) and (k, n_metrics)
            Not finite where a beat left the physical range.
        """
        kernel, count = self._kernel, len(states)
        start, held = to_blocks(states, kernel.width), to_blocks(values, kernel.width)
        (first,) = kernel.evaluate("begin", start, held)
        carry = np.concatenate([start, first], axis=1)
        counts = steps[_sources(count, kernel.width)].reshape(-1, kernel.width)
        kernel.run(carry, held, counts, wrap=False)
        end, acc = carry[:, : len(STATES)], carry[:, len(STATES) :]
        (metrics,) = kernel.evaluate("metrics", acc, end, held)
        return from_blocks(end, count), from_blocks(metrics, count)


@shared
def _evaluator(width: int) -> Evaluator:
    model = estimated_patient_model()
    functions = {"acting": model.acting, "closing": model.closing, "extras": model.extras}
    try:
        return LaneFunctions(functions, width)
    except BuildError as error:
        warn_virtual_machine(str(error))
        return InterpretedLaneFunctions(functions)


class EstimatedPatientLanes:
    """``acting``, ``closing`` and ``extras`` of the estimated patient over lanes.

    Parameters
    ----------
    parameters : ndarray
        The parameters, the same in all lanes.
    width : int
        Lanes of a block.
    """

    def __init__(self, parameters: Array, width: int):
        self._evaluate, self._width = _evaluator(width), width
        self._parameters = to_blocks(parameters[None], width)

    def __call__(self, name: str, *rows: Array) -> Array:
        """A function's values, (k, n), from its inputs but the parameters, each (k, n_input)."""
        inputs = [to_blocks(row, self._width) for row in rows]
        shape = (len(inputs[0]), *self._parameters.shape[1:])
        (values,) = self._evaluate(name, *inputs, np.broadcast_to(self._parameters, shape))
        return from_blocks(values, len(rows[0]))
