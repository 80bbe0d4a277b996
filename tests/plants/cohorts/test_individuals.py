"""Individuals: seeded, plausible, and around their profile."""

from __future__ import annotations

import numpy as np
import pytest

from plants import InputError, Patient, Plant, individual, steady_state
from plants.cohorts.individuals import PLAUSIBLE, VARIED


@pytest.mark.parametrize("profile", Patient.names())
def test_individuals_are_plausible(profile):
    for seed in range(3):
        metrics = steady_state(Plant(individual(profile, seed=seed))).metrics
        for name, (low, high) in PLAUSIBLE.items():
            assert low <= metrics[name] <= high


def test_same_seed_same_individual():
    assert individual("shock-d", seed=5) == individual("shock-d", seed=5)
    assert individual("shock-d", seed=5) != individual("shock-d", seed=6)


def test_no_global_generator_is_touched():
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    individual("shock-d", seed=1)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_no_spread_is_the_profile_itself():
    profile = Patient.load("shock-c")
    assert individual(profile, seed=9, spread=0.0) is profile


def test_spread_is_that_of_the_factors():
    profile = Patient.load("hfref")
    drawn = [individual(profile, seed=seed, spread=0.1) for seed in range(60)]
    for name in VARIED:
        logs = np.log([patient[name] / profile[name] for patient in drawn])
        assert abs(logs.mean()) < 0.05
        assert 0.06 < logs.std() < 0.13
        assert abs(logs).max() <= 0.2 + 1e-9


def test_values_say_that_they_were_drawn():
    drawn = individual("shock-d", seed=0)
    assert drawn.entries["lv_ees"].tag == "X"
    assert drawn.entries["lv_v0"] == Patient.load("shock-d").entries["lv_v0"]


@pytest.mark.parametrize("spread", [-0.1, 0.6, float("nan")])
def test_spread_out_of_range_is_refused(spread):
    with pytest.raises(InputError, match="spread"):
        individual("shock-d", seed=0, spread=spread)


@pytest.mark.parametrize("seed", [-1, 1.5, True, None])
def test_seed_that_is_no_count_is_refused(seed):
    with pytest.raises(InputError, match="seed"):
        individual("shock-d", seed=seed)


def test_profile_without_plausible_individuals_is_refused():
    empty = Patient.load("shock-e").replace("empty", lv_ees=0.05, r_systemic=0.1)
    with pytest.raises(InputError, match="plausible"):
        individual(empty, seed=0, spread=0.01)
