"""How well a number tells those who will do well from those who will not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    numbers, which = np.asarray(values, float), np.asarray(good, bool)
    high, low = numbers[which], numbers[~which]
    if not len(high) or not len(low):
        return math.nan
    one, other = high[:, None], low[None, :]
    return float(((one > other) + 0.5 * (one == other)).mean())


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
    >>> found = discriminate([0.9, 0.5, 0.7, 0.1], [True, True, False, False], 0.6)
    >>> found.auc, found.sensitivity, found.specificity
    (0.75, 0.5, 0.5)
    """
    numbers, which = np.asarray(values, float), np.asarray(good, bool)
    low, high = _interval(lambda i: auc(numbers[i], which[i]), len(numbers), seed)
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
    one, other, which = (np.asarray(x) for x in (values, others, good))
    low, high = _interval(
        lambda i: auc(one[i], which[i]) - auc(other[i], which[i]), len(which), seed
    )
    return auc(one, which) - auc(other, which), low, high


def _interval(
    found: Callable[[NDArray[np.int64]], float], count: int, seed: int
) -> tuple[float, float]:
    """Percentiles over resampled patients; NaN where too few samples have both kinds."""
    if count == 0:
        return math.nan, math.nan
    random = np.random.default_rng(seed)
    values = np.array([found(random.integers(0, count, count)) for _ in range(_RESAMPLES)])
    values = values[np.isfinite(values)]
    if len(values) < _RESAMPLES // 2:
        return math.nan, math.nan
    low, high = np.quantile(values, _QUANTILES)
    return float(low), float(high)
