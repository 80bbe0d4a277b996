"""One beat of each of many plants that differ in what is held, side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plants import STATES
from plants.batch_kernel import BatchKernel, batch_kernel, native_width
from plants.batch_layout import BatchLayout
from plants.compile import Backend

Array = NDArray[np.float64]


class BatchBeats:
    """The beat map over lanes.

    Parameters
    ----------
    right : bool
        Whether there is a right pump.
    backend : {"auto", "compiled", "virtual-machine"}
        Where the loop runs.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.tracking.batch import BatchBeats
    >>> from plants import BeatMap, Plant
    >>> plant = Plant("shock-d", "CP")
    >>> beats = BeatMap(plant)
    >>> values = beats.values(40_000)
    >>> states, metrics = BatchBeats(right=False).beat(
    ...     plant.rest()[None], values[None], np.array([beats.steps(values)]))
    >>> bool(np.allclose(states[0], beats.beat(plant.rest(), values).state))
    True
    """

    def __init__(self, *, right: bool, backend: Backend = "auto"):
        self._kernel: BatchKernel = batch_kernel(native_width(), right=right, backend=backend)

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
        kernel, lanes = self._kernel, np.arange(len(states))
        layout = BatchLayout(len(states), kernel.width)
        start, held = (layout.empty(array.shape[1], kernel.dtype) for array in (states, values))
        layout.scatter(start, lanes, states)
        layout.scatter(held, lanes, values)
        (first,) = kernel.evaluate("begin", start, held)
        carry = np.concatenate([start, first], axis=1)
        kernel.run(carry, held, layout.spread(steps), wrap=False)
        end, acc = (np.ascontiguousarray(part) for part in np.split(carry, [len(STATES)], axis=1))
        (metrics,) = kernel.evaluate("metrics", acc, end, held)
        return layout.gather(end).T, layout.gather(metrics).T
