"""Aggregates over many runs that a few outliers do not decide, and how sure they are.

The interquartile mean, intervals by resampling whole clusters, and performance profiles are what
Agarwal 2021 (Deep Reinforcement Learning at the Edge of the Statistical Precipice, NeurIPS)
recommends for a handful of runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plants.quantities import stream

#: Seed of the resampling, so that the same results have the same intervals.
SEED = 0
_RESAMPLES = 2000


def interquartile_mean(values: ArrayLike) -> float:
    """Mean of the middle half; NaN of nothing.

    Examples
    --------
    >>> from experiments.statistics import interquartile_mean
    >>> interquartile_mean([0.0, 1.0, 2.0, 100.0])
    1.5
    """
    from scipy.stats import trim_mean

    x = np.asarray(values, dtype=float)
    return float(trim_mean(x, 0.25)) if x.size else float("nan")


def cluster_bootstrap(
    clusters: Sequence[ArrayLike],
    statistic: Callable[[NDArray[np.float64]], float],
    *,
    resamples: int = _RESAMPLES,
) -> tuple[float, float]:
    """95 % interval of a statistic, by drawing whole clusters again.

    Parameters
    ----------
    clusters : sequence of array_like, shape (n_k,) or (n_k, m)
        What belongs together, all runs of a patient for example.
    statistic : callable
        Of the joined clusters.
    resamples : int
        How often they are drawn.

    Returns
    -------
    low, high : float
        NaN with fewer than two clusters: nothing tells how they differ then.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.statistics import cluster_bootstrap
    >>> low, high = cluster_bootstrap([[1.0, 1.0], [2.0], [3.0]], np.mean)
    >>> low < 1.75 < high
    True
    """
    parts = [np.asarray(cluster, dtype=float) for cluster in clusters]
    if len(parts) < 2:
        return float("nan"), float("nan")
    random = stream("resampling", SEED)
    drawn = [
        statistic(np.concatenate([parts[k] for k in random.integers(len(parts), size=len(parts))]))
        for _ in range(resamples)
    ]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def performance_profile(values: ArrayLike, limits: ArrayLike) -> NDArray[np.float64]:
    """Share of runs whose value is at most each limit; NaN counts as never.

    Examples
    --------
    >>> from experiments.statistics import performance_profile
    >>> performance_profile([0.1, 0.3, float("nan")], [0.0, 0.2, 1.0]).round(2).tolist()
    [0.0, 0.33, 0.67]
    """
    x, bounds = np.asarray(values, dtype=float), np.asarray(limits, dtype=float)
    if not x.size:
        return np.full(bounds.shape, np.nan)
    return np.asarray(np.mean(x[:, None] <= bounds[None, :], axis=0))
