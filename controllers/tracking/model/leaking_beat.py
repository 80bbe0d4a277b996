"""The beat that a ventricle reaches whose mitral valve leaks at first.

Beside a settled beat with a tight valve there may be one with a leaking valve, which keeps itself
up: the leak stretches the ventricle, and the stretch the valve. Newton's method finds the one that
is near; this looks for the other by letting beat follow beat, the leak moving more slowly than
the volumes find their places.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.model.settled_equations import LEAK, SettledEquations
from plants import PhysicsError

Array = NDArray[np.float64]

# Beats, and the share of the way to where it belongs that the leak moves at each (guesses).
_BEATS, _SHARE = 200, 0.03


def beat_from_leak(
    equations: SettledEquations,
    begin: Array,
    point: Array,
    speed: float,
    inputs: Array,
    leak: float,
) -> Array:
    """Metrics of a beat after some minutes in which the mitral valve leaked at first.

    Where a leaking beat is settled, it is that one. Near where it ceases to be, the leak has not
    faded yet after these beats: the result errs towards leaking.

    Parameters
    ----------
    equations : SettledEquations
        Of the nominal patient.
    begin : ndarray, shape (n_unknown,)
        The settled beat with a tight valve, or near it.
    point : ndarray, shape (n_patient,)
        Estimates.
    speed : float
        Speed, rpm.
    inputs : ndarray, shape (n_told,)
        What else is known.
    leak : float
        Leak at first, mL/s/mmHg.

    Returns
    -------
    ndarray, shape (n_metrics,)

    Raises
    ------
    PhysicsError
        No such beat is reached.
    """
    z, held = begin.copy(), np.array([speed])
    z[LEAK] = leak
    z = equations.marched(point, z, speed, inputs, _BEATS, _SHARE)
    if np.isfinite(z).all():
        at = point[None], z[None], held, inputs[None]
        _, metrics = equations.residual(*at, equations.steps(*at))
        if equations.physical(z[None], metrics)[0]:
            return np.asarray(metrics[0])
    raise PhysicsError("no beat of the nominal patient with a leaking mitral valve is reached")
