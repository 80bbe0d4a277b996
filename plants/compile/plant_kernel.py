"""The emitted time loop of a plant, built and loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plants.compile.cache import FAST, ONE_BY_ONE, QUICK, library_function, load_library
from plants.compile.code import (
    DIRECTIONS,
    PATH_DIRECTIONS,
    PlantFunctions,
    block_source,
    one_lane_source,
    path_tangent_source,
    sensitivity_source,
    state_tangent_source,
)
from plants.quantities import Array

#: Directions are carried in groups of so many lanes.
LANES = 8


class BlockKernel:
    """Time loops over blocks of lanes.

    Parameters
    ----------
    functions : PlantFunctions
        The plant.
    width : int
        Lanes of a block.
    single : bool
        Single instead of double precision.

    Raises
    ------
    BuildError
        It cannot be built, or the plant holds an operation that cannot be emitted.
    """

    def __init__(self, functions: PlantFunctions, width: int, *, single: bool = False):
        if width == 1:
            source = one_lane_source(functions, single=single)
        else:
            source = block_source(functions, width, single=single).source
        self.width = width
        self.dtype: Any = np.float32 if single else np.float64
        self.library = load_library(source, ONE_BY_ONE if width == 1 else FAST)
        self._call = library_function(self.library, "impellab_blocks", "aaaalllali")

    def run(
        self,
        carry: NDArray[Any],
        values: NDArray[Any],
        steps: NDArray[np.int64],
        *,
        wrap: bool,
        stride: int = 0,
        log: NDArray[Any] | None = None,
    ) -> None:
        """Advance blocks in place.

        Parameters
        ----------
        carry : ndarray, shape (blocks, n_carry, width)
            State, accumulator and, where `wrap`, the accumulator of the last beat.
        values : ndarray, shape (blocks, n_values, width)
            What is held.
        steps : ndarray of int64, shape (blocks, width)
            Steps of each lane.
        wrap : bool
            Whether beats end and begin.
        stride : int
            Steps between recorded signals; 0 records none.
        log : ndarray, shape (blocks, rows, n_observed, width), optional
            Where they go.
        """
        blocks, n_carry, _ = carry.shape
        most = np.ascontiguousarray(steps.max(axis=1))
        size = 0 if log is None else log[0].size
        self._call(carry, values, steps, most, blocks, n_carry, stride, log, size, wrap)


class PlantKernel:
    """The time loop of one plant: :class:`plants.compile.Kernel` in emitted C.

    Parameters
    ----------
    functions : PlantFunctions
        The plant.
    wrap : bool
        Whether beats end and begin, or the steps lie inside one beat.
    path_entries : sequence of int
        Places of the held values by which :meth:`path_tangent` gives derivatives.
    """

    def __init__(self, functions: PlantFunctions, *, wrap: bool, path_entries: Sequence[int] = ()):
        self._functions, self._wrap = functions, wrap
        self._path_entries = tuple(path_entries)
        self._path_tangent: Any = None
        self._block = BlockKernel(functions, 1)
        self._tangent: Any = None
        self._state_tangent: Any = None
        self._n_states = functions.slope.size1_in(0)
        self._n_seen = functions.slope.size1_out(1) + 2 * functions.slope.size1_out(2)
        self._course = library_function(self._block.library, "impellab_course", "aalia")

    def run(self, carry: Array, values: Array, steps: int, stride: int = 0) -> Array:
        """See :meth:`Kernel.run`."""
        if stride <= 0:
            self._course(carry, values, steps, self._wrap, None)
            return np.empty((0, self._functions.n_observed))
        rows = -(-steps // stride)
        log = np.empty((1, rows, self._functions.n_observed, 1))
        block = carry.reshape(1, -1, 1), values.reshape(1, -1, 1), np.array([[steps]], np.int64)
        self._block.run(*block, wrap=self._wrap, stride=stride, log=log)
        return log[0, :, :, 0]

    def course(self, carry: Array, values: Array, steps: int) -> Array:
        """Advance `carry` in place by `steps`; the states before each of them.

        Returns
        -------
        ndarray, shape (steps, n_states)
        """
        path = np.empty((steps, self._n_states))
        self._course(carry, values, steps, self._wrap, path)
        return path

    def state_tangent(self, path: Array, values: Array, d_state: Array) -> Array:
        """Derivatives of the state after a course along directions of the state before it.

        Parameters
        ----------
        path : ndarray, shape (steps, n_states)
            From :meth:`course`.
        values : ndarray, shape (n_values,)
            What was held.
        d_state : ndarray, shape (m, n_states)
            Directions, without one of the phase or of a state that acts on nothing but itself, as
            those of a pump do that is not there; such a part of them stays as it is.

        Returns
        -------
        ndarray, shape (m, n_states)
        """
        if self._state_tangent is None:
            library = load_library(state_tangent_source(self._functions))
            self._state_tangent = library_function(library, "impellab_state_tangent", "aalla")
        moved = _in_groups(d_state, DIRECTIONS)
        self._state_tangent(path, values, len(path), len(moved), moved)
        return _in_rows(moved)[: len(d_state)]

    def path_tangent(
        self, path: Array, values: Array, d_state: Array, d_held: Array, mark: int
    ) -> tuple[Array, Array, Array]:
        """Derivatives along a course of what it leaves.

        Parameters
        ----------
        path : ndarray, shape (steps + 1, n_states)
            States before each step, from :meth:`course`, and after the last.
        values : ndarray, shape (n_values,)
            What was held.
        d_state : ndarray, shape (m, n_states)
            Directions of the state before it, without one of the phase.
        d_held : ndarray, shape (m, n_entries)
            The same of the held values `path_entries`.
        mark : int
            A step.

        Returns
        -------
        d_end : ndarray, shape (m, n_states)
            Of the state after the course.
        d_seen : ndarray, shape (m, n_integrands + 2 n_extremes)
            Of the integrals, the highest and the lowest extreme waveforms at the ends of steps.
        d_marked : ndarray, shape (m, 2, n_states)
            Of the states before and after the marked step.
        """
        if self._path_tangent is None:
            library = load_library(path_tangent_source(self._functions, self._path_entries))
            self._path_tangent = library_function(library, "impellab_path_tangent", "aallaaala")
        count = len(d_state)
        moved, held = (_in_groups(rows, PATH_DIRECTIONS) for rows in (d_state, d_held))
        seen = np.zeros((len(moved), self._n_seen, PATH_DIRECTIONS))
        marks = np.zeros((2, *moved.shape)).reshape(len(moved), 2 * moved.shape[1], -1)
        self._path_tangent(path, values, len(path) - 1, len(moved), moved, held, seen, mark, marks)
        marked = _in_rows(marks)[:count].reshape(count, 2, -1)
        return _in_rows(moved)[:count], _in_rows(seen)[:count], marked

    def tangent(
        self, carry: Array, values: Array, steps: int, d_carry: Array, d_values: Array
    ) -> None:
        """See :meth:`Kernel.tangent`; inside a beat only."""
        if self._tangent is None:
            self._build_tangent()
        count = len(d_carry)
        lanes = -(-count // LANES) * LANES
        moved = np.zeros((d_carry.shape[1], lanes))
        along = np.zeros((d_values.shape[1], lanes))
        moved[:, :count], along[:, :count] = d_carry.T, d_values.T
        work = np.empty(self._tangent_work * lanes)
        self._tangent(carry, values, steps, lanes, moved, along, work)
        d_carry[:] = moved[:, :count].T

    def _build_tangent(self) -> None:
        block = block_source(self._functions, 1)
        source = block.source + sensitivity_source(self._functions, block.sizes)
        library = load_library(source, QUICK)
        self._tangent_work = library_function(library, "impellab_tangent_work", "", "l")()
        self._tangent = library_function(library, "impellab_tangent", "aallaaa")


def _in_groups(rows: Array, width: int) -> Array:
    """Directions, one a row, as groups of so many lanes: shape (groups, entries, width)."""
    groups = -(-len(rows) // width)
    padded = np.zeros((groups * width, rows.shape[1]))
    padded[: len(rows)] = rows
    return np.ascontiguousarray(padded.reshape(groups, width, rows.shape[1]).transpose(0, 2, 1))


def _in_rows(groups: Array) -> Array:
    """The inverse of :func:`_in_groups`, with the lanes that were filled up."""
    return groups.transpose(0, 2, 1).reshape(-1, groups.shape[1])
