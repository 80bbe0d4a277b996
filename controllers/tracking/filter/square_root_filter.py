"""The arithmetic of the recovery tracker: a sigma-point Kalman filter in square-root form.

Mean and spread of the predicted readings come from sigma points at ``+- h`` standard deviations
along the columns of a root of the covariance, with ``h = sqrt(3)``, which is the kurtosis of the
normal distribution. Where the unscented transform's weights may turn negative with the number of
states and its covariance indefinite, that of central differences is a sum of squares whatever the
dimension, and the points do not move apart with it. So every covariance is carried as a root and
every step is one QR decomposition: nothing is subtracted, and nothing can lose its positiveness.

A correction that moves far is linearised anew about its result, and done again on the prior.

References
----------
Julier SJ, Uhlmann JK (2004) Proc IEEE 92:401 (unscented transform).
Norgaard M, Poulsen NK, Ravn O (2000) Automatica 36:1627 (central differences, square roots).
Garcia-Fernandez AF et al. (2015) IEEE Trans Signal Process 63:5561 (posterior linearisation).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from plants.quantities import Array

#: Square of the distance of a sigma point from the mean, in variances.
DISTANCE2 = 3.0
_DISTANCE = math.sqrt(DISTANCE2)


@dataclass(frozen=True)
class Gaussian:
    """A mean and a lower triangular root of a covariance.

    Attributes
    ----------
    mean : ndarray, shape (n,)
        The mean.
    root : ndarray, shape (n, n)
        Root; its product with its transpose is the covariance.
    """

    mean: Array
    root: Array

    @property
    def sd(self) -> Array:
        """Standard deviations."""
        return np.asarray(np.linalg.norm(self.root, axis=1))

    def widened(self, columns: Array) -> Gaussian:
        """The same with the covariance of some columns added."""
        return Gaussian(self.mean, triangular(np.concatenate([self.root, columns], axis=1)))

    def floored(self, min_sd: Array) -> Gaussian:
        """The same with no standard deviation below its least."""
        missing = np.sqrt(np.maximum(min_sd**2 - self.sd**2, 0.0))
        return self.widened(np.diag(missing)) if missing.any() else self


@dataclass(frozen=True)
class Linearised:
    """Readings about a Gaussian: ``y = value + slope (x - about) + rest``.

    Attributes
    ----------
    about : ndarray, shape (n,)
        Mean of the Gaussian.
    value : ndarray, shape (m,)
        Mean of the readings.
    slope : ndarray, shape (m, n)
        Slope of the regression.
    rest : ndarray, shape (m, k)
        A root of the covariance of what the slope leaves.
    """

    about: Array
    value: Array
    slope: Array
    rest: Array


@dataclass(frozen=True)
class Correction:
    """A correction by readings.

    Attributes
    ----------
    posterior : Gaussian
        After it.
    innovation : ndarray, shape (m,)
        Readings less their prediction.
    spread : ndarray, shape (m, m)
        Root of the covariance of the innovation.
    """

    posterior: Gaussian
    innovation: Array
    spread: Array

    @property
    def log_likelihood(self) -> float:
        """Logarithm of the likelihood of the readings, a constant apart."""
        return -0.5 * self.nis - float(np.sum(np.log(np.diag(self.spread))))

    @property
    def nis(self) -> float:
        """Normalised innovation squared; of the size of the number of readings when all is well."""
        return float(np.sum(np.linalg.solve(self.spread, self.innovation) ** 2))

    def leave_one_out(self) -> Array:
        """Normalised innovation squared if each reading in turn were not there."""
        # Of a partitioned inverse: leaving out i takes (W v)_i^2 / W_ii from v W v.
        inverse = np.linalg.inv(self.spread)
        weight = inverse.T @ inverse
        return np.asarray(self.nis - (weight @ self.innovation) ** 2 / np.diag(weight))


def triangular(columns: Array) -> Array:
    """The lower triangular root, with a positive diagonal, of what some columns are a root of."""
    lower = np.asarray(np.linalg.qr(columns.T, mode="r")).T
    signs = np.where(np.diag(lower) < 0.0, -1.0, 1.0)
    return np.asarray(lower * signs)


def mixture_moments(weights: Array, centres: Array, roots: Sequence[Array]) -> tuple[Array, Array]:
    """Mean, and a root of the covariance, of a mixture.

    Parameters
    ----------
    weights : ndarray, shape (k,)
        Probabilities of the parts, of sum 1.
    centres : ndarray, shape (k, n)
        Their means.
    roots : sequence of ndarray, shape (n, m)
        Roots of their covariances.
    """
    mean = weights @ centres
    shares = np.sqrt(weights)
    between = (centres - mean).T * shares
    columns = [share * root for share, root in zip(shares, roots, strict=True)]
    return mean, np.concatenate([*columns, between], axis=1)


def sigma_points(estimate: Gaussian, count: int) -> Array:
    """The mean and the points about it along the first columns of the root.

    Parameters
    ----------
    estimate : Gaussian
        The distribution.
    count : int
        Columns that matter; the rest of a lower triangular root moves later entries only.

    Returns
    -------
    ndarray, shape (2 * count + 1, n)
        Mean, points above, points below.
    """
    away = _DISTANCE * estimate.root[:, :count].T
    return np.concatenate([estimate.mean[None], estimate.mean + away, estimate.mean - away])


def divided_differences(values: Array) -> tuple[Array, Array, Array]:
    """Mean, and first- and second-order columns, of values at :func:`sigma_points`.

    Parameters
    ----------
    values : ndarray, shape (2 * count + 1, m)
        Values at the points.

    Returns
    -------
    mean : ndarray, shape (m,)
    first, second : ndarray, shape (m, count)
        Together a root of the covariance of the values; the first is also the values' covariance
        with the columns.
    """
    count = (len(values) - 1) // 2
    above, below = values[1 : count + 1], values[count + 1 :]
    first = (above - below).T / (2.0 * _DISTANCE)
    curvature = (above + below - 2.0 * values[0]).T
    second = curvature * (math.sqrt(DISTANCE2 - 1.0) / (2.0 * DISTANCE2))
    return values[0] + curvature.sum(axis=1) / (2.0 * DISTANCE2), first, second


def corrected(prior: Gaussian, model: Linearised, readings: Array, noise_sd: Array) -> Correction:
    """Correct a Gaussian by readings with independent noise."""
    m, n = len(readings), len(prior.mean)
    joint = np.zeros((m + n, m + model.rest.shape[1] + n))
    joint[:m, :m] = np.diag(noise_sd)
    joint[:m, m:-n] = model.rest
    joint[:m, -n:] = model.slope @ prior.root
    joint[m:, -n:] = prior.root
    root = triangular(joint)
    spread, cross, left = root[:m, :m], root[m:, :m], root[m:, m:]
    innovation = readings - model.value - model.slope @ (prior.mean - model.about)
    mean = prior.mean + cross @ np.linalg.solve(spread, innovation)
    return Correction(Gaussian(mean, left), innovation, spread)


def chi_square_quantile(probability: float, count: int) -> float:
    """Quantile of the chi-square distribution (Wilson and Hilferty 1931, within 1 % from 3 on).

    Examples
    --------
    >>> from controllers.tracking.filter.square_root_filter import chi_square_quantile
    >>> round(chi_square_quantile(0.95, 10), 1)
    18.3
    """
    part = 2.0 / (9.0 * count)
    return count * max(1.0 - part + NormalDist().inv_cdf(probability) * math.sqrt(part), 0.0) ** 3
