"""Slopes of the periodic beat: how its state and metrics answer to what is held.

With the beat's change ``G(x, c) = 0`` of its state x at held values c, ``dx/dc = -G_x^-1 G_c``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plants.beat.map import BeatMap
from plants.beat.periodic_beat import SteadyState
from plants.beat.periodic_newton import FREE_STATES, VEIN_VOLUME, residual_jacobian
from plants.plant import STATES, VALUES
from plants.quantities import Array, FailureKind, PhysicsError


@dataclass(frozen=True)
class PeriodicSlopes:
    """Slopes of a periodic beat by some held values and, last, by the blood volume (mL).

    Attributes
    ----------
    state : ndarray, shape (n_states, n + 1)
        Of the state at the onset.
    metrics : ndarray, shape (n_metrics, n + 1)
        Of the metrics.
    """

    state: Array
    metrics: Array


def periodic_slopes(beat: SteadyState, entries: Sequence[int]) -> PeriodicSlopes:
    """Exact slopes of a periodic beat; of a cycle those of the beat about which it turns.

    It costs as much as some forty beats.

    Parameters
    ----------
    beat : SteadyState
        The beat.
    entries : sequence of int, n of them
        Places of held values, in ``VALUES``.

    Raises
    ------
    PhysicsError
        The beat is at the edge of its existence and has no slopes.

    Examples
    --------
    >>> from plants import METRICS, VALUES, Plant, steady_state
    >>> from plants.beat import periodic_slopes
    >>> slopes = periodic_slopes(steady_state(Plant("shock-d")), [VALUES.index["r_systemic"]])
    >>> bool(slopes.metrics[METRICS.index["map"], 0] > 0)
    True
    """
    beat = beat.periodic_beat
    n, count = len(STATES), len(FREE_STATES)
    d_state = np.concatenate([np.eye(n)[FREE_STATES], np.zeros((len(entries), n))])
    d_values = np.zeros((len(d_state), len(VALUES)))
    d_values[np.arange(count, len(d_state)), list(entries)] = 1.0
    moved = BeatMap(beat.plant, step=beat.step).beat(beat.state, beat.values, d_state, d_values)
    by_state = np.zeros((n, n))
    by_state[:, FREE_STATES] = moved.d_state[:count].T
    change = residual_jacobian(by_state)
    # The row of the veins says that the volumes add up.
    forced = np.concatenate([moved.d_state[count:].T, np.zeros((n, 1))], axis=1)
    forced[VEIN_VOLUME] = 0.0
    forced[VEIN_VOLUME, -1] = -1.0
    state = np.zeros((n, len(entries) + 1))
    try:
        state[FREE_STATES] = np.linalg.solve(change, -forced[FREE_STATES])
    except np.linalg.LinAlgError:
        raise PhysicsError(
            f"the periodic beat of patient {beat.plant.patient.name} does not answer to what acts "
            "on it: it is at the edge of its existence",
            kind=FailureKind.NO_PERIODIC_BEAT,
        ) from None
    metrics = moved.d_metrics[:count].T @ state[FREE_STATES]
    metrics[:, :-1] += moved.d_metrics[count:].T
    return PeriodicSlopes(state, metrics)
