"""Confidence intervals of shares."""

from __future__ import annotations

NORMAL_QUANTILE = 1.96  # of a 95 % confidence interval


def wilson(events: int, patients: int) -> tuple[float, float]:
    """95 % interval of a share, both ends between 0 and 1 (Wilson 1927).

    Examples
    --------
    >>> from experiments.statistics import wilson
    >>> [round(end, 3) for end in wilson(0, 100)]
    [0.0, 0.037]
    """
    from scipy.stats import binomtest

    if patients == 0:
        return 0.0, 1.0
    interval = binomtest(int(events), int(patients)).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)
