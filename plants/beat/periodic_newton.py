"""Newton's method on the beat map: a state that a beat leaves as it was.

The beat map's exact Jacobian is singular, because blood is neither made nor lost: the row of the
systemic veins is replaced by the total blood volume.

References
----------
Kelley CT (1995) Iterative Methods for Linear and Nonlinear Equations, ch. 5 and 8 (Newton's method
with a kept Jacobian; damping by halves).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plants.beat.map import Beat, BeatMap
from plants.plant import N_VOLUMES, PHASE, STATES

Array = NDArray[np.float64]

#: States that a beat has to bring back: all but the phase.
FREE = np.array([i for i in range(len(STATES)) if i != PHASE])
VEINS = STATES.index["systemic_vein_volume"]
_AMONG_FREE = np.ix_(FREE, FREE)
_IDENTITY = np.eye(len(STATES))
_MAX_ITERATIONS = 40
_SMALLEST_DAMPING = 1.0 / 64
#: A Jacobian costs about one beat. It is kept while so many steps, each shrinking the residual as
#: the last one did, would reach the tolerance.
_KEPT_STEPS = 2


@dataclass(frozen=True)
class Point:
    """A state, the beat from it, and how far that is from periodic."""

    state: Array
    beat: Beat
    error: Array

    @functools.cached_property
    def size(self) -> float:
        """Largest change of a state over the beat."""
        return float(np.max(np.abs(self.error)))


@dataclass(frozen=True)
class Search:
    """What a search has come to.

    Attributes
    ----------
    point : Point or None
        The periodic state; None where none was found.
    residual : float
        Largest change of a state over the last beat.
    iterations : int
        Newton steps taken.
    slope : ndarray or None
        Derivative of the residual by the free states used last, for a next search nearby.
    """

    point: Point | None
    residual: float
    iterations: int
    slope: Array | None


def newton(
    beats: BeatMap,
    state: Array,
    values: Array,
    total: float,
    tolerance: float,
    slope: Array | None = None,
) -> Search:
    """Damped Newton iteration.

    Parameters
    ----------
    beats : BeatMap
        The beat map.
    state : ndarray, shape (n_states,)
        Where the search begins.
    values : ndarray, shape (n_values,)
        What is held.
    total : float
        Blood volume, mL.
    tolerance : float
        Largest change of any state over the beat that counts as periodic.
    slope : ndarray, optional
        A Jacobian from nearby to begin with.
    """
    state = state.copy()
    state[PHASE] = 0.0
    point = _evaluated(beats, state, values, total)
    for iteration in range(_MAX_ITERATIONS):
        if not np.isfinite(point.size):
            return Search(None, np.inf, iteration, None)
        if point.size < tolerance:
            return Search(point, point.size, iteration, slope)
        fresh = slope is None
        if slope is None:
            slope = _slope(beats, point, values)
        try:
            step = np.asarray(np.linalg.solve(slope, -point.error), dtype=np.float64)
        except np.linalg.LinAlgError:
            return Search(None, point.size, iteration, None)
        found = _line_search(beats, point, values, total, step, full_only=not fresh)
        if found is None and fresh:
            return Search(None, point.size, iteration, None)
        if found is None or not _serves(found.size, point.size, tolerance):
            slope = None
        point = found or point
    return Search(None, point.size, _MAX_ITERATIONS, None)


def _serves(size: float, before: float, tolerance: float) -> bool:
    """Whether the Jacobian of the last step is worth keeping."""
    return size < tolerance or size * (size / before) ** _KEPT_STEPS < tolerance


def _residual(beat: Beat, state: Array, total: float) -> Array:
    change = beat.state - state
    change[VEINS] = state[:N_VOLUMES].sum() - total
    return change[FREE]


def _evaluated(beats: BeatMap, state: Array, values: Array, total: float) -> Point:
    beat = beats.beat(state, values, keep=True)
    return Point(state, beat, _residual(beat, state, total))


def _slope(beats: BeatMap, point: Point, values: Array) -> Array:
    """Derivative of the residual by the free states."""
    slope = beats.jacobian(point.state, values, point.beat) - _IDENTITY
    slope[VEINS] = 0.0
    slope[VEINS, :N_VOLUMES] = 1.0
    return slope[_AMONG_FREE]


def _line_search(
    beats: BeatMap, point: Point, values: Array, total: float, step: Array, *, full_only: bool
) -> Point | None:
    """The longest of the halved Newton steps that lowers the residual."""
    damping = 1.0
    while damping >= (1.0 if full_only else _SMALLEST_DAMPING):
        trial = point.state.copy()
        trial[FREE] += damping * step
        found = _evaluated(beats, trial, values, total)
        if found.size < point.size:  # What is not a number is not less.
            return found
        damping *= 0.5
    return None
