"""Beats in a row as one map: what a course settles into where no single beat repeats itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from plants.beat.map import Beat, BeatMap
from plants.beat.periodic_newton import VEIN_VOLUME, Search, newton
from plants.plant import N_VOLUMES, STATES
from plants.quantities import Array

#: Longest cycle looked for. Suction that comes and goes makes cycles of two and more.
MOST_BEATS = 12
# A course is moved off the unstable beat by so much (mL, out of the veins) and followed for so
# many beats before the searches for its cycle.
_MOVED, _FOLLOWED = 1.0, (60, 300)
# A cycle of some beats is looked for where the course returns, after so many, this much nearer than
# it comes after the others: a search that ends nowhere costs some hundred beats.
_RETURNS = 0.25


class CycleMap:
    """Some beats in a row.

    Parameters
    ----------
    beats : BeatMap
        The single beat.
    count : int
        How many.
    """

    def __init__(self, beats: BeatMap, count: int):
        self._beats, self._count = beats, count

    def beat(self, state: Array, values: Array, *, keep: bool = False) -> Beat:
        """The state after all beats, with the mean metrics of them."""
        metrics = []
        for _ in range(self._count):
            beat = self._beats.beat(state, values)
            state = beat.state
            metrics.append(beat.metrics)
        return Beat(state, np.mean(metrics, axis=0), beat.d_state, beat.d_metrics)

    def jacobian(self, state: Array, values: Array, beat: Beat | None = None) -> Array:
        """Derivative of the state after all beats by that before them."""
        product = np.eye(len(STATES))
        for _ in range(self._count):
            single = self._beats.beat(state, values, keep=True)
            product = self._beats.jacobian(state, values, single) @ product
            state = single.state
        return product


def cycles(
    beats: BeatMap, state: Array, values: Array, total: float, tolerance: float
) -> Iterator[tuple[int, Search]]:
    """Cycles of two beats or more near a course that leaves an unstable beat.

    Parameters
    ----------
    beats : BeatMap
        The beat map.
    state : ndarray, shape (n_states,)
        The unstable beat's.
    values : ndarray, shape (n_values,)
        What is held.
    total : float
        Blood volume, mL.
    tolerance : float
        Largest change of any state over the cycle.

    Yields
    ------
    tuple of int and Search
        Number of beats, and the search that found the cycle; shortest first. One beat stands for
        another periodic beat that the course has come to.
    """
    state = state.copy()
    state[STATES.index["lv_volume"]] += _MOVED
    state[VEIN_VOLUME] -= _MOVED
    for followed in _FOLLOWED:
        course = [state]
        for _ in range(followed):
            course.append(beats.beat(course[-1], values).state)
        state = course[-1]
        if not np.isfinite(state).all():
            return
        for count in _returning(np.array(course[-2 * MOST_BEATS :])):
            search = newton(CycleMap(beats, count), state, values, total, tolerance)
            if search.point is not None:
                yield count, search


def _returning(course: Array) -> list[int]:
    """After how many beats a course, shape (n_beats, n_states), comes back to where it was."""
    volumes = course[:, :N_VOLUMES]
    distances = [
        float(np.abs(volumes[count:] - volumes[:-count]).max())
        for count in range(1, MOST_BEATS + 1)
    ]
    return [k for k, far in enumerate(distances, 1) if far <= _RETURNS * max(distances)]
