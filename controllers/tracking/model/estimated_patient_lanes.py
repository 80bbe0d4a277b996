"""The functions of the estimated patient over lanes, in emitted C where there is a compiler."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.model.batch import from_blocks, to_blocks
from controllers.tracking.model.estimated_patient import estimated_patient_model
from plants.compile import (
    BuildError,
    Evaluator,
    InterpretedLaneFunctions,
    LaneFunctions,
    warn_virtual_machine,
)

Array = NDArray[np.float64]


@functools.cache
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
