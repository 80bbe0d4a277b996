"""How well a number tells those who will do well from those who will not."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plants.quantities import Array, stream

_RESAMPLES, _QUANTILES = 2000, (0.025, 0.975)


class Discrimination(NamedTuple):
    """Area under the receiver operating curve, and what a cut-off gives.

    Attributes
    ----------
    auc, auc_low, auc_high : float
        Area and its 95 % interval (percentiles of resampled patients); NaN where all are alike.
    sensitivity, specificity : float
        Of the cut-off: of those who do well the share at or above it, of the others that below it.
    good, bad : int
        How many do well and do not.
    """

    auc: float
    auc_low: float
    auc_high: float
    sensitivity: float
    specificity: float
    good: int
    bad: int


def auc(values: ArrayLike, good: ArrayLike) -> float:
    """Chance that one who does well has the larger value than one who does not; ties count half.

    NaN where nobody, or everybody, does well.

    Examples
    --------
    >>> from experiments.statistics.discrimination import auc
    >>> auc([0.9, 0.7, 0.7, 0.1], [True, True, False, False])
    0.875
    """
    return float(areas(np.asarray(values, float), np.asarray(good, bool)))


def areas(values: Array, good: NDArray[np.bool_]) -> Array:
    """The area along the last axis: Mann and Whitney's U over the number of pairs."""
    from scipy.stats import rankdata

    n_good, n_bad = good.sum(axis=-1), (~good).sum(axis=-1)
    ranks = np.where(good, rankdata(values, axis=-1), 0.0).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        area: Array = (ranks - n_good * (n_good + 1) / 2) / (n_good * n_bad)
    return area


def discriminate(
    values: Sequence[float], good: Sequence[bool], cut_off: float, *, seed: int = 0
) -> Discrimination:
    """Area with its interval, and sensitivity and specificity of a cut-off.

    Parameters
    ----------
    values : sequence of float
        One for each patient.
    good : sequence of bool
        Who does well.
    cut_off : float
        From this value on the forecast is that the patient does well.
    seed : int
        Of the resampling.

    Examples
    --------
    >>> from experiments.statistics import discriminate
    >>> forecast = discriminate([0.9, 0.5, 0.7, 0.1], [True, True, False, False], 0.6)
    >>> forecast.auc, forecast.sensitivity, forecast.specificity
    (0.75, 0.5, 0.5)
    """
    numbers, which = np.asarray(values, float), np.asarray(good, bool)
    low, high = _interval(lambda i: areas(numbers[i], which[i]), len(numbers), seed)
    above, n_good, n_bad = numbers >= cut_off, int(which.sum()), int((~which).sum())
    return Discrimination(
        auc(numbers, which),
        low,
        high,
        float(above[which].mean()) if n_good else math.nan,
        float((~above)[~which].mean()) if n_bad else math.nan,
        n_good,
        n_bad,
    )


def auc_gain(
    values: Sequence[float], others: Sequence[float], good: Sequence[bool], *, seed: int = 0
) -> tuple[float, float, float]:
    """By how much the area of one number exceeds that of another in the same patients.

    Returns
    -------
    gain, low, high : float
        With its 95 % interval, of patients that are resampled in pairs.

    Examples
    --------
    >>> from experiments.statistics import auc_gain
    >>> auc_gain([2.0, 1.0], [1.0, 2.0], [True, False])[0]
    1.0
    """
    first, second = np.asarray(values, float), np.asarray(others, float)
    which = np.asarray(good, bool)

    def gain(i: NDArray[np.int64]) -> Array:
        return areas(first[i], which[i]) - areas(second[i], which[i])

    return float(gain(np.arange(len(which)))), *_interval(gain, len(which), seed)


def _interval(
    measure: Callable[[NDArray[np.int64]], Array], count: int, seed: int
) -> tuple[float, float]:
    """Percentiles over resampled patients; NaN where too few samples have both kinds."""
    from scipy.stats import DegenerateDataWarning, bootstrap

    if count < 2:
        return math.nan, math.nan
    with warnings.catch_warnings():
        # Of samples with one kind alone, which have no area; they are left out below.
        warnings.simplefilter("ignore", DegenerateDataWarning)
        resampled = bootstrap(
            (np.arange(count),),
            lambda patients, axis: measure(patients),  # resampled along the last axis
            n_resamples=_RESAMPLES,
            vectorized=True,
            method="percentile",
            random_state=stream("resampling", seed),
        )
    values = resampled.bootstrap_distribution
    values = values[np.isfinite(values)]
    if len(values) < _RESAMPLES // 2:
        return math.nan, math.nan
    low, high = np.quantile(values, _QUANTILES)
    return float(low), float(high)
