"""Derivatives of a beat along its course: those of the emitted path tangent, and what is made of
them at the two ends of the beat.

They are the same as those of :meth:`plants.compile.Kernel.tangent`, to rounding, at the price of a
few beats. They are to be had by the state and by the held values that controllers and filters move,
but not by those that move the phase.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import casadi as ca
import numpy as np

from plants.compile import ArrayFunction
from plants.plant import ACCUMULATOR, PHASE, STATES, VALUES, plant_model
from plants.quantities import Array

#: Held values by which there are derivatives along the path.
PATH_VALUES = (
    "speed_command",
    "disturbance_systemic_resistance",
    "disturbance_lv_contractility",
    "disturbance_pulmonary_resistance",
    "disturbance_rv_contractility",
)
PATH_ENTRIES = tuple(VALUES.index[name] for name in PATH_VALUES)
_N, _A = len(STATES), len(ACCUMULATOR)
_SEEN = slice(1, next(i for i, name in enumerate(ACCUMULATOR.names) if name.startswith("onset_")))
_ONSET = slice(_SEEN.stop, _A - 1)
_END_SYSTOLE = _A - 1

#: Derivatives of the state after a course, of what was integrated or extreme in it, and of the
#: states before and after a marked step.
Moved = tuple[Array, Array, Array]
PathTangent = Callable[[Array, Array, Array, Array, int], Moved]


class BeatDirections(NamedTuple):
    """Derivatives of the state after a beat and of its metrics, a row for each direction."""

    state: Array
    metrics: Array


def follows_path(d_values: Array) -> bool:
    """Whether derivatives along such directions of the held values can be had along the path."""
    return np.count_nonzero(d_values) == np.count_nonzero(d_values[:, PATH_ENTRIES])


def directions_along(
    tangent: PathTangent, path: Array, acc: Array, values: Array, d_state: Array, d_values: Array
) -> BeatDirections:
    """Derivatives of a beat whose course is known.

    Parameters
    ----------
    tangent : callable
        :meth:`plants.compile.PlantKernel.path_tangent`.
    path : ndarray, shape (steps + 1, n_states)
        States before each step and after the last.
    acc : ndarray, shape (n_accumulator,)
        Accumulator of the beat.
    values : ndarray, shape (n_values,)
        What was held.
    d_state, d_values : ndarray, shape (m, ...)
        Directions, without one of the phase.
    """
    d_held = d_values[:, PATH_ENTRIES]
    volume, end_systole = _free_wall(), _end_systolic_phase()(values)[0]
    phases = path[:, PHASE]
    # The step that passes the phase of end systole, as the accumulator has it.
    mark = min(max(int(np.searchsorted(phases, end_systole)) - 1, 0), len(path) - 2)
    d_end, seen, marks = tangent(path, values, d_state, d_held, mark)
    d_acc = np.zeros((len(d_state), _A))
    d_acc[:, _SEEN] = seen
    d_acc[:, _ONSET] = np.concatenate([d_state, d_held], axis=1) @ _onset()(path[0], values).T
    share = (end_systole - phases[mark]) / (phases[mark + 1] - phases[mark])
    for k, weight in enumerate((1.0 - share, share)):
        d_acc[:, _END_SYSTOLE] += weight * (marks[:, k] @ volume(path[mark + k], values)[0])
    ends = np.concatenate([d_acc, d_end, d_held], axis=1)
    return BeatDirections(d_end, ends @ _metrics()(acc, path[-1], values).T)


class _Jacobian:
    """A sparse Jacobian as a dense array."""

    def __init__(self, arguments: Sequence[ca.SX], value: ca.SX, by: ca.SX):
        jacobian = ca.jacobian(value, by)
        rows, columns = jacobian.sparsity().get_triplet()
        self._places, self._shape = (np.array(rows), np.array(columns)), jacobian.shape
        entries = ca.densify(ca.vec(jacobian.nz[:]))
        self._entries = ArrayFunction(
            ca.Function("jacobian", list(arguments), [entries], {"cse": True})
        )

    def __call__(self, *arguments: Array) -> Array:
        dense = np.zeros(self._shape)
        dense[self._places] = self._entries(*arguments)
        return dense


def _arguments() -> tuple[ca.SX, ca.SX, ca.SX]:
    x, v = ca.SX.sym("x", _N), ca.SX.sym("v", len(VALUES))
    return x, v, v[list(PATH_ENTRIES)]


@functools.cache
def _onset() -> _Jacobian:
    """Of what is sampled at the onset by the state and the held values there."""
    x, v, held = _arguments()
    return _Jacobian([x, v], plant_model().begin(x, v)[_ONSET], ca.vertcat(x, held))


@functools.cache
def _metrics() -> _Jacobian:
    """Of the metrics by the accumulator, the state at the end and the held values."""
    x, v, held = _arguments()
    acc = ca.SX.sym("acc", _A)
    return _Jacobian([acc, x, v], plant_model().metrics(acc, x, v), ca.vertcat(acc, x, held))


@functools.cache
def _free_wall() -> _Jacobian:
    """Of the volume that the free wall of the LV holds by the state."""
    x, v, _ = _arguments()
    return _Jacobian([x, v], plant_model().free_wall(x, v), x)


@functools.cache
def _end_systolic_phase() -> ArrayFunction:
    return ArrayFunction(plant_model().end_systole)
