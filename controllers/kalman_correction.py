"""The correction of a Kalman filter by measurements, in Joseph's form."""

from __future__ import annotations

import numpy as np

from plants.quantities import Array


def innovation_covariance(covariance: Array, outputs: Array, noise: Array) -> Array:
    """Covariance of the difference between readings and their prediction.

    Parameters
    ----------
    covariance : ndarray, shape (n, n)
        Of the predicted state.
    outputs : ndarray, shape (m, n)
        Slopes of the readings by the state.
    noise : ndarray, shape (m,)
        Variance of each reading.
    """
    return outputs @ covariance @ outputs.T + np.diag(noise)


def kalman_correction(covariance: Array, outputs: Array, noise: Array) -> tuple[Array, Array]:
    """Gain on the innovations, shape (n, m), and the covariance of the corrected state.

    Parameters are those of :func:`innovation_covariance`.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.kalman_correction import kalman_correction
    >>> gain, left = kalman_correction(np.array([[4.0]]), np.array([[1.0]]), np.array([4.0]))
    >>> float(gain[0, 0]), float(left[0, 0])
    (0.5, 2.0)
    """
    spread = innovation_covariance(covariance, outputs, noise)
    gain = np.asarray(np.linalg.solve(spread, outputs @ covariance).T, dtype=np.float64)
    # Joseph's form keeps the covariance positive whatever rounding does.
    remaining = np.eye(len(covariance)) - gain @ outputs
    return gain, remaining @ covariance @ remaining.T + (gain * noise) @ gain.T
