"""Confidence intervals of shares."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


NORMAL_QUANTILE = 1.96  # of a 95 % confidence interval


def wilson(events: int, patients: int) -> tuple[float, float]:
    """95 % interval of a share, both ends between 0 and 1 (Wilson 1927).

    Examples
    --------
    >>> from experiments.studies.cohort.tables import wilson
    >>> [round(end, 3) for end in wilson(0, 100)]
    [0.0, 0.037]
    """
    if patients == 0:
        return 0.0, 1.0
    z2, share = NORMAL_QUANTILE**2, events / patients
    middle = share + z2 / (2 * patients)
    half = NORMAL_QUANTILE * math.sqrt(share * (1 - share) / patients + z2 / (4 * patients**2))
    scale = 1 + z2 / patients
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
