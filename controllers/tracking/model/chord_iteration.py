"""The chord method for many steady-state beats: Newton's with Jacobians of beats nearby."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.model.steady_state_equations import SteadyStateEquations
from controllers.tracking.model.steady_state_newton import BeatLinearisation
from plants import METRICS
from plants.quantities import Array

# A correction of a beat below which the rest is linear; the longest one that is taken; chords.
_SMALL, _LONGEST, _CHORDS = 0.1, 40.0, 12
# A search whose correction grows to this many times the last one has lost its way.
_GROWTH = 3.0


def chord_iteration(
    equations: SteadyStateEquations,
    x: Array,
    speeds: Array,
    guess: Array,
    slopes: list[BeatLinearisation],
    group: NDArray[np.int64],
    inputs: Array,
) -> tuple[Array, Array, NDArray[np.bool_], NDArray[np.int64]]:
    """Newton's method with Jacobians that are kept, for many beats side by side.

    Parameters
    ----------
    equations : SteadyStateEquations
        What is solved.
    x : ndarray, shape (n, n_patient)
        Estimates.
    speeds, inputs : ndarray, shape (n,) and (n, n_inputs)
        Speeds (rpm) and what else is known.
    guess : ndarray, shape (n, n_unknown)
        Where the unknowns should lie.
    slopes : list of BeatLinearisation
        Whose Jacobians are used.
    group : ndarray of int, shape (n,)
        Which of these each beat takes.

    Returns
    -------
    tuple of ndarray
        Unknowns, metrics (NaN where no beat was found), whether each was found, and tries.
    """
    inverse = np.array([slope.inverse for slope in slopes])
    by_unknown = np.array([slope.metrics_by_unknown for slope in slopes])
    z, metrics = guess.copy(), np.full((len(x), len(METRICS)), np.nan)
    converged, chords = np.zeros(len(x), bool), np.zeros(len(x), np.int64)
    last, active = np.full(len(x), np.inf), np.arange(len(x))
    steps = equations.steps(x, guess, speeds, inputs)
    for _ in range(_CHORDS):
        error, beaten = equations.residual(
            x[active], z[active], speeds[active], inputs[active], steps[active]
        )
        change = -np.matmul(inverse[group[active]], error[:, :, None])[:, :, 0]
        size = equations.size(change)
        lost = ~np.isfinite(size) | (size > _GROWTH * last[active])
        change[lost] = 0.0
        done = ~lost & (size < _SMALL)
        change *= np.minimum(1.0, _LONGEST / np.maximum(size, 1e-9))[:, None]
        z[active] += change
        chords[active] += 1
        ended = active[done]
        if len(ended):
            linear = np.matmul(by_unknown[group[ended]], change[done][:, :, None])[:, :, 0]
            metrics[ended] = beaten[done] + linear
            converged[ended] = equations.physical(z[ended], metrics[ended])
        last[active] = size
        active = active[~done & ~lost]
        if not len(active):
            break
    return z, metrics, converged, chords
