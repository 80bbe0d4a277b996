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

from plants.compile.cache import QUICK, BuildError
from plants.compile.code import DOUBLE, SINGLE, Part, emit
from plants.compile.expressions import UnsupportedOperationError, graph_of
from plants.compile.plant_kernel import load

_CALL = r"""
/* Blocks lie `stride` numbers apart, in each array as told. */
int impellab_{name}(const real *const *in, const long *in_stride, real *const *out,
                    const long *out_stride, long blocks) {{
  long b;
  for (b = 0; b < blocks; ++b) fn_{name}(WIDTH, {arguments});
  return 0;
}}
"""


class Evaluator(Protocol):
    """Functions by name, over blocks of lanes."""

    def __call__(self, name: str, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """Outputs of the function of that name, each (blocks, entries, width)."""
        ...


def lanes_source(functions: Mapping[str, ca.Function], width: int, *, single: bool = False) -> str:
    """Self-contained C99 of functions over lanes.

    Parameters
    ----------
    functions : mapping of str to Function
        Functions of dense vectors made from SX expressions, by a name that C allows.
    width : int
        Lanes of a block.
    single : bool
        Single instead of double precision.

    Raises
    ------
    UnsupportedOperationError
        A function holds an operation that cannot be emitted.
    """
    texts = [f"#define WIDTH {width}\n" + (SINGLE if single else DOUBLE)]
    for name, function in functions.items():
        ins = tuple(f"i{k}" for k in range(function.n_in()))
        outs = tuple(f"o{k}" for k in range(function.n_out()))
        graph = graph_of(function, ins)
        texts.append(emit(graph, [Part(name, frozenset(ins))], outs).source)
        arguments = [f"in[{k}] + b * in_stride[{k}]" for k in range(len(ins))]
        arguments += [f"out[{k}] + b * out_stride[{k}]" for k in range(len(outs))]
        texts.append(_CALL.format(name=name, arguments=", ".join(arguments)))
    return "\n".join(texts)


class Lanes:
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
        try:
            source = lanes_source(functions, width, single=single)
        except UnsupportedOperationError as error:
            raise BuildError(str(error)) from error
        self._width, self._dtype = width, np.dtype(np.float32 if single else np.float64)
        # Called once for hundreds of steps of the time loop: what -O3 adds is not worth its time.
        library = load(source, QUICK)
        pointers, longs = ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_long)
        self._calls: dict[str, Any] = {}
        self._sizes: dict[str, tuple[list[int], list[int]]] = {}
        for name, function in functions.items():
            call = getattr(library, f"impellab_{name}")
            call.argtypes = [pointers, longs, pointers, longs, ctypes.c_long]
            self._calls[name] = call
            self._sizes[name] = _sizes(function)

    def __call__(self, name: str, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """Outputs of the function of that name.

        Parameters
        ----------
        name : str
            Which function.
        *inputs : ndarray, shape (blocks, entries, width)
            Its inputs; parts of larger arrays, as long as a block's entries lie side by side.
        """
        taken, given = self._sizes[name]
        blocks = len(inputs[0])
        for one, size in zip(inputs, taken, strict=True):
            _check_lanes(one, (blocks, size, self._width), self._dtype)
        outputs = [np.empty((blocks, size, self._width), self._dtype) for size in given]
        self._calls[name](
            *_places(inputs, self._dtype.itemsize), *_places(outputs, self._dtype.itemsize), blocks
        )
        return outputs


class InterpretedLanes:
    """The same on CasADi's virtual machine, in double precision.

    Examples
    --------
    >>> import casadi as ca
    >>> import numpy as np
    >>> from plants.compile import InterpretedLanes
    >>> x = ca.SX.sym("x", 2)
    >>> area = {"area": ca.Function("area", [x], [x[0] * x[1]])}
    >>> sides = np.array([[[1.0, 2.0], [3.0, 4.0]]])  # one block of two lanes
    >>> InterpretedLanes(area)("area", sides)[0].tolist()
    [[[3.0, 8.0]]]
    """

    def __init__(self, functions: Mapping[str, ca.Function]):
        self._functions = dict(functions)
        self._mapped = functools.lru_cache(maxsize=64)(self._map)

    def _map(self, name: str, count: int) -> ca.Function:
        return self._functions[name].map(count)

    def __call__(self, name: str, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
        """See :meth:`Lanes.__call__`."""
        blocks, _, width = inputs[0].shape
        columns = [one.transpose(1, 0, 2).reshape(one.shape[1], -1) for one in inputs]
        found = self._mapped(name, blocks * width)(*columns)
        outputs = found if isinstance(found, tuple) else (found,)
        return [
            np.ascontiguousarray(np.asarray(o).reshape(-1, blocks, width).transpose(1, 0, 2))
            for o in outputs
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
    starts = (ctypes.c_void_p * count)(*(one.ctypes.data for one in arrays))
    strides = (ctypes.c_long * count)(*(one.strides[0] // itemsize for one in arrays))
    return starts, strides
