"""Areas under the receiver operating curve, and their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.statistics import auc_gain, discriminate
from experiments.statistics.discrimination import auc
from plants.quantities import stream


def pairs(values, good):
    """The share of pairs in which the patient who does well has more; ties count half."""
    above = values[good][:, None] - values[~good][None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


@pytest.mark.parametrize("seed", range(5))
def test_the_area_is_the_share_of_pairs_in_order(seed):
    random = np.random.default_rng(seed)
    values, good = random.normal(size=40).round(1), random.random(40) < 0.4
    assert auc(values, good) == pairs(values, good)


def test_the_interval_is_that_of_resampled_patients():
    random = np.random.default_rng(2)
    good = random.random(50) < 0.5
    values = (random.normal(size=50) + good).round(1)
    draws = stream("resampling", 7)
    samples = (draws.integers(0, 50, 50) for _ in range(2000))
    areas = [pairs(values[sample], good[sample]) for sample in samples]
    forecast = discriminate(values, good, 0.0, seed=7)
    assert (forecast.auc_low, forecast.auc_high) == pytest.approx(
        tuple(np.quantile(areas, (0.025, 0.975)))
    )


def test_a_better_number_gains_and_a_worse_one_loses():
    good = np.arange(40) % 2 == 0
    better, worse = 1.0 * good, np.arange(40.0)
    gain, low, high = auc_gain(better, worse, good, seed=1)
    assert 0 < low <= gain <= high
    lost, least, most = auc_gain(worse, better, good, seed=1)
    assert (lost, least, most) == pytest.approx((-gain, -high, -low))


@pytest.mark.filterwarnings("error")
def test_hardly_anybody_of_one_kind_gives_no_interval_and_no_warning():
    forecast = discriminate([0.1, 0.9], [True, True], 0.5)
    assert np.isnan([forecast.auc, forecast.auc_low, forecast.auc_high]).all()
