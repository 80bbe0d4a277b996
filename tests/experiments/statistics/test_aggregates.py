"""Interquartile means, intervals by clusters and performance profiles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from experiments.statistics import cluster_bootstrap, interquartile_mean, performance_profile


def test_outliers_do_not_move_the_interquartile_mean():
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    assert interquartile_mean(values) == 4.5
    assert interquartile_mean([*values[:-1], 1e9]) == 4.5
    assert math.isnan(interquartile_mean([]))


def test_the_interval_is_that_of_clusters_and_reproducible():
    random = np.random.default_rng(1)
    centres = random.normal(size=40)
    # Runs of a patient are alike: the number of patients counts, not that of runs.
    few = [np.full(2, centre) for centre in centres]
    many = [np.full(200, centre) for centre in centres]
    narrow, wide = (np.diff(cluster_bootstrap(each, np.mean))[0] for each in (many, few))
    assert narrow == pytest.approx(wide)
    assert cluster_bootstrap(few, np.mean) == cluster_bootstrap(few, np.mean)
    assert wide == pytest.approx(2 * 1.96 * centres.std() / math.sqrt(40), rel=0.15)
    assert all(math.isnan(end) for end in cluster_bootstrap([[1.0, 2.0]], np.mean))


@given(st.lists(st.floats(-5.0, 5.0), min_size=1))
def test_a_profile_rises_to_everybody(values):
    shares = performance_profile(values, np.linspace(-6.0, 6.0, 25))
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert (np.diff(shares) >= 0.0).all()
