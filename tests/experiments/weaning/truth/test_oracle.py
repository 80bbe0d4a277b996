"""The oracle: what it says would hold holds, and nothing earlier on its grid does."""

from __future__ import annotations

import math

import pytest

from experiments.weaning.course import WeaningTrial, trial_bedside
from experiments.weaning.truth import find_oracle
from experiments.weaning.truth.lowest_level import fork_at_lowest_level
from experiments.weaning.truth.oracle import GRID, _advance, explant_holds
from plants.pumps import FULL_SUPPORT_LEVEL


@pytest.fixture(scope="module")
def recovering():
    trial = WeaningTrial(9, "fast-protocol", case="full", tier="full")
    return trial, find_oracle(trial)


def test_the_oracles_hour_holds_and_an_hour_before_does_not(recovering):
    trial, oracle = recovering
    assert oracle.weanable
    assert oracle.hours > 2 * GRID
    bedside, _ = trial_bedside(trial)
    _advance(bedside, oracle.hours - GRID, FULL_SUPPORT_LEVEL)
    assert not explant_holds(bedside)
    _advance(bedside, GRID, FULL_SUPPORT_LEVEL)
    assert explant_holds(bedside)
    # Asking leaves the course alone.
    assert bedside.outcome is None
    assert bedside.explant() == "well"


def test_an_explant_on_an_inotrope_does_not_hold(recovering):
    trial, oracle = recovering
    bedside, _ = trial_bedside(trial)
    _advance(bedside, oracle.hours, FULL_SUPPORT_LEVEL)
    bedside.advance(GRID, FULL_SUPPORT_LEVEL, {"inotrope": 5.0})
    assert not explant_holds(bedside)


@pytest.mark.slow
def test_the_policy_and_the_sensors_play_no_part(recovering):
    trial, oracle = recovering
    other = WeaningTrial(trial.seed, "slow-protocol", case="full", tier="console")
    assert find_oracle(other) == oracle


def test_a_patient_without_recovery_cannot_be_weaned():
    oracle = find_oracle(WeaningTrial(0, "fast-protocol", case="none"))
    assert not oracle.weanable
    assert math.isnan(oracle.hours)
    assert not oracle.well_at_label_end


def test_the_lowest_level_is_tried_on_the_inotrope_of_now():
    # The clinicians of this case give a dose of their own again at every full hour.
    bedside, case = trial_bedside(WeaningTrial(3, "fast-protocol", case="inotrope-masked"))
    assert case.fixed_doses["inotrope"] > 3.0
    bedside.advance(3.0, FULL_SUPPORT_LEVEL, {"inotrope": 0.0})
    assert bedside.hours == 3.0
    low = fork_at_lowest_level(bedside).truth()
    assert low["inotrope_effect"] < 0.1
