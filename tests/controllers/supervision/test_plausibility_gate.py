"""Which readings are believed."""

import math

import pytest

from controllers.supervision import PlausibilityGate, plausible
from plants import Measurement
from plants.quantities import plausibility


def believed(values, period=1.0, name="map"):
    gate = PlausibilityGate()
    return [
        gate.accept(Measurement(k * period, "icu", {name: value}), k * period)[name]
        for k, value in enumerate(values)
    ]


@pytest.mark.parametrize("junk", [7e7, -20.0, 260.0, math.inf, -math.inf, 200.0, 5.0])
def test_a_single_outlier_is_no_value(junk):
    before, outlier, after = believed([75.0, junk, 76.0])
    assert (before, after) == (75.0, 76.0)
    assert math.isnan(outlier)


def test_a_change_within_the_declared_one_is_believed_at_once():
    largest = plausibility("map").change
    values = [75.0, 75.0 + largest, 75.0, 75.0 - largest]
    assert believed(values) == values
    assert math.isnan(believed([75.0, 75.1 + largest])[1])


def test_a_change_that_lasts_is_believed():
    assert believed([75.0, 140.0, 142.0])[2] == 142.0
    # At a short period the first few might be one artefact.
    seen = believed([75.0] + [140.0] * 8, period=0.1)
    assert sum(math.isnan(value) for value in seen) == 5
    assert seen[-1] == 140.0


def test_outliers_that_do_not_agree_stay_refused():
    seen = believed([75.0, 140.0, 20.0, 190.0, 75.0])
    assert [math.isnan(value) for value in seen] == [False, True, True, True, False]


def test_outside_the_range_of_life_nothing_is_believed_however_long_it_lasts():
    assert all(math.isnan(value) for value in believed([400.0] * 20))


def test_what_is_not_listed_may_change_by_anything_in_its_declared_range():
    assert believed([100.0, 2900.0], name="motor_current") == [100.0, 2900.0]
    assert math.isnan(believed([100.0, 3100.0], name="motor_current")[1])


def test_a_measurement_in_which_all_is_believed_is_not_copied():
    measurement = Measurement(0.0, "icu", {"map": 70.0, "pcwp": math.nan})
    assert PlausibilityGate().accept(measurement, 0.0) is measurement
    assert plausible(measurement) is measurement
