"""Compiled-in-memory functions on arrays, without the detour over CasADi's matrices."""

from __future__ import annotations

import threading
from typing import Any

import casadi as ca
import numpy as np

from plants.quantities import Array


class ArrayFunction:
    """A CasADi function with one dense output, called on arrays.

    The function is the same and so are its numbers; converting arrays to matrices and back, which
    takes some twenty times as long as a small function itself, is left out.

    Parameters
    ----------
    function : casadi.Function
        Of column vectors; the first output counts.

    Raises
    ------
    ValueError
        An argument or the output is not dense, or is no column.

    Examples
    --------
    >>> import casadi as ca
    >>> from plants.compile import ArrayFunction
    >>> x = ca.SX.sym("x", 2)
    >>> ArrayFunction(ca.Function("twice", [x], [2 * x]))([1.0, 3.0]).tolist()
    [2.0, 6.0]
    """

    def __init__(self, function: ca.Function):
        inputs = [function.sparsity_in(i) for i in range(function.n_in())]
        columns = (*inputs, function.sparsity_out(0))
        if not all(column.is_dense() and column.size2() == 1 for column in columns):
            raise ValueError(f"{function.name()}: dense columns only")
        self._function = function
        self._sizes = [column.size1() for column in inputs]
        # Arguments and result lie at fixed places, which threads must not share.
        self._places = threading.local()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._function,)

    def __call__(self, *arguments: Any) -> Array:
        """The first output, of shape (n,), as a new array."""
        if not hasattr(self._places, "call"):
            self._prepare()
        for place, value in zip(self._places.arguments, arguments, strict=True):
            place[:] = value
        self._places.call()
        return np.array(self._places.result)

    def _prepare(self) -> None:
        places = self._places
        buffer, call = self._function.buffer()
        places.arguments = [np.zeros(size) for size in self._sizes]
        places.result = np.zeros(self._function.size1_out(0))
        for i, place in enumerate(places.arguments):
            buffer.set_arg(i, memoryview(place))  # type: ignore[call-arg]  # the stub is wrong
        buffer.set_res(0, memoryview(places.result))  # type: ignore[call-arg]
        # The buffer must live as long as the call that uses it.
        places.buffer, places.call = buffer, call
