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
from typing import Protocol

import numpy as np

from plants.beat.map import Beat
from plants.plant import N_VOLUMES, PHASE, STATES
from plants.quantities import Array

#: States that a beat has to bring back: all but the phase.
FREE_STATES = np.array([i for i in range(len(STATES)) if i != PHASE])
VEIN_VOLUME = STATES.index["systemic_vein_volume"]
_OTHERS = [i for i in range(len(FREE_STATES)) if FREE_STATES[i] != VEIN_VOLUME]
# Deviations that keep the blood volume: the veins give what all others take.
_KEPT = np.eye(len(FREE_STATES))[:, _OTHERS]
_KEPT[VEIN_VOLUME, : N_VOLUMES - 1] = -1.0  # The first others are the other volumes.
_FREE_BY_FREE = np.ix_(FREE_STATES, FREE_STATES)
_IDENTITY = np.eye(len(STATES))
# A deviation that shrinks so well near the periodic state shrinks in it too.
_SURELY_STABLE = 0.9
_MAX_ITERATIONS = 40
_SMALLEST_DAMPING = 1.0 / 64
#: A Jacobian costs about one beat. It is kept while so many steps, each shrinking the residual as
#: the last one did, would reach the tolerance.
_KEPT_STEPS = 2


@dataclass(frozen=True)
class Point:
    """A state, the beat from it, and how far that is from periodic.

    Attributes
    ----------
    state : ndarray, shape (n_states,)
        State at the onset of the beat.
    beat : Beat
        The beat.
    residual : ndarray, shape (n_states - 1,)
        Change of each free state over the beat; of the veins that of the blood volume.
    """

    state: Array
    beat: Beat
    residual: Array

    @functools.cached_property
    def largest_change(self) -> float:
        """Largest change of a state over the beat."""
        return float(np.max(np.abs(self.residual)))


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
    jacobian : ndarray or None
        Derivative of the residual by the free states used last, for a next search nearby.
    """

    point: Point | None
    residual: float
    iterations: int
    jacobian: Array | None


class Returning(Protocol):
    """A map from state to state of which a fixed point is wanted: a beat, or some in a row."""

    def beat(self, state: Array, values: Array, *, keep: bool = False) -> Beat:
        """The state after it, with the metrics."""

    def jacobian(self, state: Array, values: Array, beat: Beat | None = None) -> Array:
        """Derivative of the state after it by the state before it."""


def _multipliers(jacobian: Array) -> Array:
    """By what each deviation that keeps the blood volume is multiplied over the beat."""
    moved = jacobian[_OTHERS] @ _KEPT + np.eye(len(_OTHERS))
    return np.asarray(np.linalg.eigvals(moved))


def multiplier(jacobian: Array) -> float:
    """By how much a deviation that keeps the blood volume grows at the most.

    Parameters
    ----------
    jacobian : ndarray, shape (n_states - 1, n_states - 1)
        Derivative of the residual by the free states; see :class:`Search`.
    """
    return float(np.abs(_multipliers(jacobian)).max())


def surely_stable(jacobian: Array, slow: float) -> bool:
    """Whether all deviations that keep the blood volume shrink so well that a look nearby will do.

    Parameters
    ----------
    jacobian : ndarray, shape (n_states - 1, n_states - 1)
        Of a point near the periodic state; see :class:`Search`.
    slow : float
        What may be left of the deviations of the coronary bed, which shrink slowly and steadily
        even where nothing is near its edge.
    """
    left = _multipliers(jacobian)
    steady = (left.real > _SURELY_STABLE) & (np.abs(left) < slow)
    return bool(np.all((np.abs(left) < _SURELY_STABLE) | steady))


def newton(
    beats: Returning,
    state: Array,
    values: Array,
    total: float,
    tolerance: float,
    jacobian: Array | None = None,
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
    jacobian : ndarray, optional
        A Jacobian from nearby to begin with.
    """
    state = state.copy()
    state[PHASE] = 0.0
    point = _evaluated(beats, state, values, total)
    for iteration in range(_MAX_ITERATIONS):
        if not np.isfinite(point.largest_change):
            return Search(None, np.inf, iteration, None)
        if point.largest_change < tolerance:
            return Search(point, point.largest_change, iteration, jacobian)
        fresh = jacobian is None
        if jacobian is None:
            jacobian = _residual_jacobian(beats, point, values)
        try:
            step = np.asarray(np.linalg.solve(jacobian, -point.residual), dtype=np.float64)
        except np.linalg.LinAlgError:
            return Search(None, point.largest_change, iteration, None)
        closer = _line_search(beats, point, values, total, step, full_only=not fresh)
        if closer is None and fresh:
            return Search(None, point.largest_change, iteration, None)
        if closer is None or not _worth_keeping(closer, point, tolerance):
            jacobian = None
        point = closer or point
    return Search(None, point.largest_change, _MAX_ITERATIONS, None)


def _worth_keeping(point: Point, previous: Point, tolerance: float) -> bool:
    """Whether the Jacobian of the last step is worth keeping."""
    after, before = point.largest_change, previous.largest_change
    return after < tolerance or after * (after / before) ** _KEPT_STEPS < tolerance


def _residual(beat: Beat, state: Array, total: float) -> Array:
    change = beat.state - state
    change[VEIN_VOLUME] = state[:N_VOLUMES].sum() - total
    return change[FREE_STATES]


def _evaluated(beats: Returning, state: Array, values: Array, total: float) -> Point:
    beat = beats.beat(state, values, keep=True)
    return Point(state, beat, _residual(beat, state, total))


def _residual_jacobian(beats: Returning, point: Point, values: Array) -> Array:
    return residual_jacobian(beats.jacobian(point.state, values, point.beat))


def residual_jacobian(jacobian: Array) -> Array:
    """Derivative of the residual by the free states, from that of the state after a beat."""
    jacobian = jacobian - _IDENTITY
    jacobian[VEIN_VOLUME] = 0.0
    jacobian[VEIN_VOLUME, :N_VOLUMES] = 1.0
    return jacobian[_FREE_BY_FREE]


def _line_search(
    beats: Returning, point: Point, values: Array, total: float, step: Array, *, full_only: bool
) -> Point | None:
    """The longest of the halved Newton steps that lowers the residual."""
    damping = 1.0
    while damping >= (1.0 if full_only else _SMALLEST_DAMPING):
        trial = point.state.copy()
        trial[FREE_STATES] += damping * step
        candidate = _evaluated(beats, trial, values, total)
        if candidate.largest_change < point.largest_change:  # What is not a number is not less.
            return candidate
        damping *= 0.5
    return None
