"""Statistics: tables, aggregates, intervals, incidence with competing risks, discrimination."""

from experiments.statistics.aggregates import (
    cluster_bootstrap as cluster_bootstrap,
    interquartile_mean as interquartile_mean,
    performance_profile as performance_profile,
)
from experiments.statistics.discrimination import auc_gain as auc_gain, discriminate as discriminate
from experiments.statistics.incidence import (
    check_lifelines as check_lifelines,
    cumulative_incidence as cumulative_incidence,
)
from experiments.statistics.intervals import NORMAL_QUANTILE as NORMAL_QUANTILE, wilson as wilson
from experiments.statistics.tables import (
    DataFrame as DataFrame,
    Series as Series,
    data_frame as data_frame,
    fields_of as fields_of,
)
