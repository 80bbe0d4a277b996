"""Rhythms: seeded sequences that can be read anywhere, with the statistics they promise."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from plants import RHYTHMS, InputError, Rhythm, RhythmBeat
from plants.patients.rhythm import RHYTHM_PARAMETERS, rhythm_quantities

MANY = 20_000


def intervals(rhythm, count=MANY):
    return np.array([rhythm.beat(k).rr for k in range(count)])


def test_sinus_rhythm_changes_nothing():
    assert {Rhythm().beat(k) for k in range(100)} == {RhythmBeat(1.0, 1.0, 1.0, False)}


@pytest.mark.parametrize("kind", RHYTHMS)
def test_beats_do_not_depend_on_the_order_in_which_they_are_read(kind):
    forwards = [Rhythm.make(kind, seed=7).beat(k) for k in range(600)]
    rhythm = Rhythm.make(kind, seed=7)
    backwards = [rhythm.beat(k) for k in reversed(range(600))][::-1]
    assert forwards == backwards
    assert pickle.loads(pickle.dumps(rhythm)).beat(599) == forwards[599]


@pytest.mark.parametrize("kind", ["atrial-fibrillation", "ectopic"])
def test_seeds_differ(kind):
    first, second = (intervals(Rhythm.make(kind, seed=seed), 500) for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_no_global_generator_is_touched():
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    Rhythm.make("ectopic", seed=1).beat(3)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize("kind", RHYTHMS)
def test_mean_heart_rate_stays_the_patients(kind):
    assert intervals(Rhythm.make(kind, seed=2)).mean() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("variation", [0.1, 0.2, 0.35])
def test_fibrillation_is_irregular_uncorrelated_and_bounded(variation):
    rr = intervals(Rhythm.make("atrial-fibrillation", seed=3, variation=variation))
    assert rr.std() == pytest.approx(variation, rel=0.03)
    for lag in (1, 2, 5):
        assert abs(np.corrcoef(rr[:-lag], rr[lag:])[0, 1]) < 0.03
    assert 0.35 < rr.min() < rr.max() < 2.5


def test_fibrillating_atria_do_not_contract():
    rhythm = Rhythm.make("atrial-fibrillation", seed=3)
    assert {rhythm.beat(k).atrial for k in range(100)} == {0.0}


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2])
def test_share_of_premature_beats(share):
    rhythm = Rhythm.make("ectopic", seed=5, premature_share=share)
    premature = np.array([rhythm.beat(k).premature for k in range(MANY)])
    assert premature.mean() == pytest.approx(share, abs=0.006)
    assert not np.any(premature[:-1] & premature[1:])


@pytest.mark.parametrize("kind", ["ectopic", "bigeminy"])
def test_the_pause_compensates_and_the_atrium_misses_the_premature_beat(kind):
    rhythm = Rhythm.make(kind, seed=5, coupling=0.55)
    premature = [k for k in range(1, 400) if rhythm.beat(k).premature]
    assert len(premature) > 10
    for k in premature:
        before, early, after = (rhythm.beat(j) for j in (k - 1, k, k + 1))
        assert before.rr == pytest.approx(0.55)
        assert before.rr + early.rr == pytest.approx(2.0)
        assert (before.atrial, early.atrial) == (0.0, 1.0)
        # Little time to recover: weak. After it and a pause: stronger than an ordinary beat.
        assert early.contractility < 0.9
        assert after.contractility > 1.1


def test_interval_force_can_be_switched_off_and_leaves_the_intervals():
    for kind in RHYTHMS:
        on = Rhythm.make(kind, seed=1)
        off = Rhythm.make(kind, seed=1, interval_force=False)
        assert {off.beat(k).contractility for k in range(200)} == {1.0}
        assert np.array_equal(intervals(on, 200), intervals(off, 200))


def test_contractility_rises_with_the_last_interval_and_falls_with_the_one_before():
    rhythm = Rhythm.make("atrial-fibrillation", seed=9)
    rr = intervals(rhythm, 3000)
    force = np.array([rhythm.beat(k).contractility for k in range(2, 3002)])
    last, before = rr[1:], rr[:-1]
    design = np.column_stack([last, before, np.ones_like(last)])
    slopes = np.linalg.lstsq(design, force[: len(last)], rcond=None)[0]
    assert slopes[0] > 0.1
    assert slopes[1] < -0.05
    assert force.min() > 0.2
    assert force.max() < 2.0


def test_every_number_has_a_source():
    quantities = rhythm_quantities()
    assert set(quantities) == set(RHYTHM_PARAMETERS)
    assert all(q.source.startswith("guess:") for q in quantities.values() if q.tag == "X")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"kind": "flutter"}, "rhythm"),
        ({"kind": "ectopic", "seed": -1}, "seed"),
        ({"kind": "ectopic", "seed": 1.5}, "seed"),
        ({"kind": "ectopic", "seed": True}, "seed"),
        ({"kind": "ectopic", "seed": 2**32}, "seed"),
        ({"kind": "ectopic", "coupling": 0.2}, "coupling"),
        ({"kind": "ectopic", "premature_share": 0.5}, "premature_share"),
        ({"kind": "ectopic", "couplings": 0.5}, "parameter"),
    ],
)
def test_nonsense_is_refused(arguments, field):
    with pytest.raises(InputError) as caught:
        Rhythm.make(**arguments)
    assert caught.value.field == field


@pytest.mark.parametrize("k", [-1, 1.5, None, True])
def test_a_bad_number_of_a_beat_is_refused(k):
    with pytest.raises(InputError, match="number of a beat"):
        Rhythm.make("ectopic").beat(k)
