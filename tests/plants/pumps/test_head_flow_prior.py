"""The prior over head-flow laws: seeded, between the fits, and correlated as they are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from plants import InputError, Pump, sample_head_flow
from plants.pumps import alternative_head_flow_laws
from plants.pumps.head_flow_prior import mix_head_flow

LAW = ("head_a", "head_b", "head_c", "inertance")


@pytest.fixture(scope="module", params=Pump.names())
def pump(request) -> Pump:
    return Pump.load(request.param)


def test_the_same_seed_gives_the_same_law(pump):
    assert sample_head_flow(pump, 11) == sample_head_flow(pump, 11)
    assert sample_head_flow(pump, 11) == sample_head_flow(pump, np.int64(11))
    laws = {sample_head_flow(pump, seed)["head_a"] for seed in range(40)}
    assert len(laws) == 40


def test_only_the_law_is_drawn_and_its_source_says_so(pump):
    drawn = sample_head_flow(pump, 4)
    assert drawn.name == f"{pump.name}/4"
    for name, entry in drawn.entries.items():
        if name in LAW:
            assert entry.tag == "X"
            assert entry.source.startswith("guess")
        else:
            assert entry == pump.entries[name]
    assert drawn.levels == pump.levels


def test_draws_lie_between_the_fits_at_every_speed_and_flow(pump):
    speeds = np.linspace(0.3, 1.0, 5)[:, None] * pump.max_rpm
    flows = np.linspace(0.0, 6.0, 13)[None, :]
    laws = [
        mix_head_flow(pump, other, share)
        for other in alternative_head_flow_laws(pump)
        for share in (0, 1)
    ]
    heads = np.array([law.head(speeds, flows) for law in laws])
    for seed in range(30):
        head = sample_head_flow(pump, seed).head(speeds, flows)
        # The bound near shut-off is concave in the head: a mix may pass its fits by its rounding.
        assert np.all(head <= heads.max(axis=0) + 2.0)
        assert np.all(head >= heads.min(axis=0) - 1e-9)


def test_draws_spread_over_the_range_of_the_fits():
    cp = Pump.load("CP")
    drawn = np.array([sample_head_flow(cp, seed)["head_a"] for seed in range(400)])
    assert drawn.min() < 0.105
    assert drawn.max() > 0.158
    own = np.mean(np.abs(drawn - cp["head_a"]) < 0.01)
    assert 0.2 < own < 0.8


def test_head_and_resistance_go_together():
    """A law that raises more head also loses more: else the flow would leave every range."""
    cp = Pump.load("CP")
    draws = [sample_head_flow(cp, seed) for seed in range(200)]
    a = np.log([drawn["head_a"] for drawn in draws])
    c = np.log([-drawn["head_c"] for drawn in draws])
    assert np.corrcoef(a, c)[0, 1] > 0.99
    flow = np.array([float(drawn.flow_at(46_000, 60.0)) for drawn in draws])
    assert 3.5 < flow.min() < flow.max() < 3.8
    # The flow of an uncorrelated draw would be this uncertain.
    alone = 0.5 * math.hypot(a.std(), c.std()) * flow.mean()
    assert flow.std() < 0.2 * alone


def test_a_row_without_a_quadratic_term_leaves_a_trace_of_it():
    pump = Pump.load("2.5")
    linear = next(row for row in alternative_head_flow_laws(pump) if row.head_c == 0)
    assert mix_head_flow(pump, linear, 1.0)["head_c"] == -0.1
    assert mix_head_flow(pump, linear, 0.5)["head_c"] == pytest.approx(pump["head_c"] / 2)


def test_a_pump_without_rows_borrows_the_relative_spread_of_the_cp():
    cp, rp = Pump.load("CP"), Pump.load("RP")
    own = [row for row in cp.head_flow_uncertainty if not row.reference]
    for row, lent in zip(alternative_head_flow_laws(rp), own, strict=True):
        assert row.head_a / rp["head_a"] == pytest.approx(lent.head_a / cp["head_a"])
        assert row.head_c / rp["head_c"] == pytest.approx(lent.head_c / cp["head_c"])
        assert "borrowed from the CP" in row.source
    # The fit that a law came from is no spread of its own.
    assert [row.reference for row in alternative_head_flow_laws(Pump.load("5.5"))] == [
        True,
        False,
        False,
        False,
    ]
    assert alternative_head_flow_laws(cp) == cp.head_flow_uncertainty


@pytest.mark.parametrize("device", ["5.0", "LD"])
def test_the_prior_of_doubtful_ranges_is_wide(device):
    """As wide as the half a L/min by which any law misses an end of the 5.0's recalled ranges."""
    drawn = [sample_head_flow(Pump.load(device), seed) for seed in range(100)]
    flow = np.array([float(pump.flow_at(33_000, 60.0)) for pump in drawn])
    assert flow.max() <= 5.01
    assert 0.35 < np.ptp(flow) < 0.5


def test_the_ends_of_a_mix():
    cp = Pump.load("CP")
    row = alternative_head_flow_laws(cp)[2]
    assert [mix_head_flow(cp, row, 0.0)[name] for name in LAW] == [cp[name] for name in LAW]
    assert [mix_head_flow(cp, row, 1.0)[name] for name in LAW] == list(row[:4])


@pytest.mark.parametrize("seed", [-1, 1.0, True, None, "3"])
def test_refused_seed(seed):
    with pytest.raises(InputError, match="seed"):
        sample_head_flow(Pump.load("CP"), seed)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_refused_share(share):
    cp = Pump.load("CP")
    with pytest.raises(InputError, match="share"):
        mix_head_flow(cp, alternative_head_flow_laws(cp)[0], share)
