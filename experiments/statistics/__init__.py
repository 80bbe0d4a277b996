"""Statistics: intervals of shares, incidence with competing risks, discrimination."""

from experiments.statistics.discrimination import auc_gain, discriminate
from experiments.statistics.incidence import check_lifelines, cumulative_incidence
from experiments.statistics.intervals import NORMAL_QUANTILE, wilson

__all__ = [
    "NORMAL_QUANTILE",
    "auc_gain",
    "check_lifelines",
    "cumulative_incidence",
    "discriminate",
    "wilson",
]
