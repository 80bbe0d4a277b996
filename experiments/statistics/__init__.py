"""Statistics: tables, intervals of shares, incidence with competing risks, discrimination."""

from experiments.statistics.discrimination import auc_gain, discriminate
from experiments.statistics.incidence import check_lifelines, cumulative_incidence
from experiments.statistics.intervals import NORMAL_QUANTILE, wilson
from experiments.statistics.tables import DataFrame, Series, data_frame

__all__ = [
    "NORMAL_QUANTILE",
    "DataFrame",
    "Series",
    "auc_gain",
    "check_lifelines",
    "cumulative_incidence",
    "data_frame",
    "discriminate",
    "wilson",
]
