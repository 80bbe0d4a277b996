"""Lactate by the balance of production and clearance, held to laboratory values."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from controllers.weaning.evidence import LactateBalance
from plants import METRICS, SlowParameters
from plants.slow import PARAMETER_LAYOUT
from plants.slow.laws import blood, oxygen

AREA = 1.9
SEEN = {"cardiac_index": 2.2, "hemoglobin": 11.0, "renal_injury": 0.1}


def balance(lactate=2.0, **changes):
    lactate_balance = LactateBalance(AREA)
    lactate_balance.update(0.0, SEEN | changes, lactate)
    return lactate_balance


def test_before_the_first_value_nothing_is_told():
    lactate_balance = LactateBalance(AREA)
    lactate_balance.update(0.0, SEEN, math.nan)
    assert math.isnan(lactate_balance.value)
    assert math.isnan(lactate_balance.highest(2.2))
    assert math.isnan(lactate_balance.least_flow(4.0))


def test_without_values_it_goes_to_where_the_plant_settles():
    lactate_balance = balance(6.0)
    for hour in range(1, 97):
        lactate_balance.update(float(hour), SEEN, math.nan)
    known = SlowParameters.load().values
    steady_state = oxygen.steady_state_lactate(
        blood.States(hemoglobin_mass=SEEN["hemoglobin"] * 50.0, fluid_shift=0.0),
        SEEN["renal_injury"],
        METRICS.partly(cardiac_output=SEEN["cardiac_index"] * AREA, blood_volume=5000.0),
        PARAMETER_LAYOUT.partly(**known | {"body_surface_area": AREA}),
    )
    assert lactate_balance.value == pytest.approx(steady_state, rel=1e-3)


def test_what_a_patient_makes_beyond_the_model_is_learned():
    true = balance(2.0)
    true.excess = 0.1
    learned, rng = balance(2.0), np.random.default_rng(0)
    for hour in range(1, 49):
        true.update(float(hour), SEEN, math.nan)
        learned.update(float(hour), SEEN, true.value + rng.normal(0.0, 0.1))
    assert learned.value == pytest.approx(true.value, abs=0.15)
    assert learned.excess == pytest.approx(0.1, abs=0.03)


@given(st.floats(1.0, 3.9), st.floats(1.5, 3.0), st.floats(0.05, 1.0))
def test_more_flow_is_never_followed_by_more_lactate(lactate, index, more):
    lactate_balance = balance(lactate)
    assert lactate_balance.highest(index + more) <= lactate_balance.highest(index) + 1e-12
    assert lactate_balance.highest(index) >= lactate


@given(st.floats(1.0, 3.7), st.floats(3.8, 8.0))
def test_the_least_flow_is_the_one_that_just_does(lactate, limit):
    lactate_balance = balance(lactate)
    least = lactate_balance.least_flow(limit)
    assert lactate_balance.highest(least) <= limit
    assert lactate_balance.highest(least - 0.02) > limit


def test_a_lactate_that_is_too_high_already_suits_no_flow():
    assert balance(5.0).least_flow(4.0) == math.inf


def test_gaps_and_values_that_are_missing_keep_what_was_known():
    lactate_balance = balance(3.0)
    lactate_balance.update(1.0, {"cardiac_index": math.nan}, math.nan)
    there = lactate_balance.value
    assert math.isfinite(there)
    lactate_balance.update(1.0, SEEN, math.nan)
    assert lactate_balance.value == there
