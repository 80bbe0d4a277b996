"""Standard errors, correlations and bounds of identified parameters, against their meaning."""

from __future__ import annotations

import math

import numpy as np
import pytest

from plants import SIGNALS, Patient, Quantity, identify
from plants.cohorts import target_error
from plants.cohorts.identifiability import bounds_of, identifiability
from plants.patients import PATIENT_TARGETS

HEALTHY = Patient.load("healthy")
NAMES = ("r_systemic", "r_pulmonary")


def judged(slopes, errors, names=NAMES, patient=HEALTHY):
    return identifiability(patient, patient, np.array(slopes), np.array(errors), names)


def test_an_error_is_that_of_the_target_over_the_slope():
    told = judged([[50.0, 0.0], [0.0, 20.0]], [2.0, 1.0])
    assert [each.standard_error for each in told.estimates] == pytest.approx([0.04, 0.05])
    assert [each.told_with for each in told.estimates] == [(), ()]
    assert told.condition == pytest.approx(1.0)


def test_two_targets_of_one_parameter_are_surer_than_one():
    (alone,) = judged([[50.0]], [2.0], NAMES[:1]).estimates
    (both,) = judged([[50.0], [50.0]], [2.0, 2.0], NAMES[:1]).estimates
    assert both.standard_error == pytest.approx(alone.standard_error / math.sqrt(2))


def test_parameters_of_one_combination_are_told_together():
    told = judged([[50.0, 50.0], [50.0, 60.0]], [1.0, 1.0])
    assert [each.told_with for each in told.estimates] == [("r_pulmonary",), ("r_systemic",)]
    assert told.condition > 10
    assert "told together with r_pulmonary" in told.estimates[0].source


@pytest.mark.parametrize("slopes", [[[50.0, 20.0]], [[50.0, 50.0], [100.0, 100.0]]])
def test_more_parameters_than_the_targets_tell(slopes):
    told = judged(slopes, [1.0] * len(slopes))
    assert all(math.isinf(each.standard_error) for each in told.estimates)
    assert told.condition == math.inf
    assert "do not tell it" in told.estimates[0].source


def test_a_parameter_without_effect_leaves_the_others_as_they_are():
    first, second = judged([[50.0, 0.0], [10.0, 0.0]], [1.0, 1.0]).estimates
    assert first.standard_error == pytest.approx(1 / math.hypot(50.0, 10.0))
    assert (math.isinf(second.standard_error), first.told_with) == (True, ())


def test_a_parameter_at_the_end_of_its_range_is_not_free_any_more():
    patient = HEALTHY.replace(c_pulmonary_arteries=0.2)
    names = ("r_systemic", "c_pulmonary_arteries")
    free, bound = judged([[50.0, 50.0], [50.0, 51.0]], [1.0, 1.0], names, patient).estimates
    assert (free.at_bound, bound.at_bound) == (False, True)
    assert math.isnan(bound.standard_error)
    assert free.standard_error == pytest.approx(1 / math.hypot(50.0, 50.0))
    assert "end of its range" in bound.source


def test_standard_errors_are_what_repeated_measurements_scatter_by():
    """Targets that are off by one of their errors move the parameters as the slopes say."""
    patient = Patient.load("shock-d")
    told = {each.parameter: each for each in identify(patient).told.estimates}
    squares = dict.fromkeys(told, 0.0)
    share = 0.1  # of an error, so that the answer is a straight line
    for name in (name for name in patient.targets if name != "lvedp"):  # which is not fitted
        goal = patient.targets[name]
        moved = Quantity(goal.value + share * target_error(name, goal.value), goal.unit, "x", "X")
        moved_patient = identify(patient.changed(targets={**patient.targets, name: moved})).patient
        for parameter in told:
            squares[parameter] += ((moved_patient[parameter] - patient[parameter]) / share) ** 2
    for parameter, each in told.items():
        assert each.standard_error == pytest.approx(math.sqrt(squares[parameter]), rel=0.15)


def test_every_target_has_an_error_in_its_unit():
    for name in PATIENT_TARGETS:
        assert target_error(name, 0.0) > 0
        assert target_error(name, -50.0) == target_error(name, 50.0) > target_error(name, 0.0)
    assert SIGNALS["cvp"].unit == "mmHg"
    assert target_error("cvp", 20.0) == pytest.approx(3.0)


def test_volumes_leave_blood_in_the_vessels():
    low, high = bounds_of(HEALTHY, "vu_systemic_veins")
    assert HEALTHY.replace(vu_systemic_veins=high).unstressed_volume == pytest.approx(
        0.98 * HEALTHY["blood_volume"]
    )
    least, _ = bounds_of(HEALTHY, "blood_volume")
    assert (low, least) == (0, pytest.approx(HEALTHY.unstressed_volume / 0.98))
    assert bounds_of(HEALTHY, "r_systemic") == (0.1, 6)
