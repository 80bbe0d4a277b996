"""Whole CasADi functions evaluated over blocks of lanes, in emitted C or on the virtual machine.

An array of a batch has the shape (blocks, entries, width): entry ``i`` of lane ``w`` of block ``b``
lies at ``[b, i, w]``. What a function takes may be a part of such an array, as the state is of what
a time loop carries.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Mapping
from typing import Any, Protocol

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from plants.compile.cache import QUICK, library_function, load_library
from plants.compile.code import lanes_source
from plants.compile.shared_objects import Shared


class Evaluator(Protocol):
    """Functions by name, over blocks of lanes."""

    def __call__(self, name: str, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """Outputs of the function of that name, each (blocks, entries, width)."""
        ...


class LaneFunctions(Shared):
    """Functions over lanes in emitted C.

    Parameters
    ----------
    functions : mapping of str to Function
        See :func:`lanes_source`.
    width : int
        Lanes of a block.
    single : bool
        Single instead of double precision.

    Raises
    ------
    BuildError
        They cannot be built, or one holds an operation that cannot be emitted.
    """

    def __init__(self, functions: Mapping[str, ca.Function], width: int, *, single: bool = False):
        self._width, self._dtype = width, np.dtype(np.float32 if single else np.float64)
        # Called once for hundreds of steps of the time loop: what -O3 adds is not worth its time.
        library = load_library(lanes_source(functions, width, single=single), QUICK)
        self._calls = {
            name: library_function(library, f"impellab_{name}", "ppppl") for name in functions
        }
        self._sizes = {name: _sizes(function) for name, function in functions.items()}

    def __call__(self, name: str, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """Outputs of the function of that name.

        Parameters
        ----------
        name : str
            Which function.
        *inputs : ndarray, shape (blocks, entries, width)
            Its inputs; parts of larger arrays, as long as a block's entries lie side by side.
        """
        input_sizes, output_sizes = self._sizes[name]
        blocks, itemsize = len(inputs[0]), self._dtype.itemsize
        for array, size in zip(inputs, input_sizes, strict=True):
            _check_lanes(array, (blocks, size, self._width), self._dtype)
        outputs = [np.empty((blocks, size, self._width), self._dtype) for size in output_sizes]
        self._calls[name](*_places(inputs, itemsize), *_places(outputs, itemsize), blocks)
        return outputs


class InterpretedLaneFunctions(Shared):
    """The same on CasADi's virtual machine, in double precision.

    Examples
    --------
    >>> import casadi as ca
    >>> import numpy as np
    >>> from plants.compile import InterpretedLaneFunctions
    >>> x = ca.SX.sym("x", 2)
    >>> area = {"area": ca.Function("area", [x], [x[0] * x[1]])}
    >>> sides = np.array([[[1.0, 2.0], [3.0, 4.0]]])  # one block of two lanes
    >>> InterpretedLaneFunctions(area)("area", sides)[0].tolist()
    [[[3.0, 8.0]]]
    """

    def __init__(self, functions: Mapping[str, ca.Function]):
        self._functions = dict(functions)
        self._mapped = functools.lru_cache(maxsize=64)(self._map)

    def _map(self, name: str, count: int) -> ca.Function:
        return self._functions[name].map(count)

    def __call__(self, name: str, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """See :meth:`LaneFunctions.__call__`."""
        blocks, _, width = inputs[0].shape
        columns = [array.transpose(1, 0, 2).reshape(array.shape[1], -1) for array in inputs]
        return [
            np.ascontiguousarray(np.asarray(output).reshape(-1, blocks, width).transpose(1, 0, 2))
            for output in self._mapped(name, blocks * width).call(columns)
        ]


def _sizes(function: ca.Function) -> tuple[list[int], list[int]]:
    """Numbers of entries of the inputs and of the outputs."""
    inputs = [function.numel_in(k) for k in range(function.n_in())]
    return inputs, [function.numel_out(k) for k in range(function.n_out())]


def _check_lanes(array: NDArray[Any], shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """What C reads through a pointer must lie as C takes it to lie."""
    inner = (shape[2] * dtype.itemsize, dtype.itemsize)
    if array.shape != shape or array.dtype != dtype or array.strides[1:] != inner:
        raise ValueError(f"blocks of lanes of shape {shape} and {dtype} are wanted")


def _places(arrays: Any, itemsize: int) -> tuple[Any, Any]:
    """Where arrays begin, and how far apart their blocks lie."""
    count = len(arrays)
    starts = (ctypes.c_void_p * count)(*(array.ctypes.data for array in arrays))
    strides = (ctypes.c_long * count)(*(array.strides[0] // itemsize for array in arrays))
    return starts, strides
