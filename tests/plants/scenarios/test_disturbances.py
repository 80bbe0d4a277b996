"""The disturbance vector: order, neutral values and refusals."""

import math

import numpy as np
import pytest

from plants import DISTURBANCES, InputError, disturbance_vector


def test_order_is_the_one_the_compiled_plant_relies_on():
    assert tuple(DISTURBANCES) == (
        "systemic_resistance",
        "pulmonary_resistance",
        "lv_contractility",
        "rv_contractility",
        "lv_stiffness",
        "rv_stiffness",
        "heart_rate",
        "infusion",
        "intrathoracic_pressure",
        "atrial_contractility",
        "venous_volume",
        "mitral_leak",
        "aortic_leak",
        "abdominal_pressure",
        "inlet_depth",
        "wall_contact",
        "mitral_contact",
    )


def test_nothing_given_is_neutral():
    neutral = [1.0] * 7 + [0.0, 0.0, 1.0] + [0.0] * 7
    assert disturbance_vector().tolist() == neutral
    assert disturbance_vector({}).tolist() == neutral


def test_factors_are_neutral_at_one_and_the_rest_at_zero():
    for disturbance in DISTURBANCES.values():
        assert disturbance.neutral == (1.0 if disturbance.combine == "multiply" else 0.0)
        assert disturbance.low <= disturbance.neutral < disturbance.high


def test_given_values_land_in_their_place():
    vector = disturbance_vector({"infusion": np.float32(-2.0), "heart_rate": 2})
    assert vector.dtype == float
    assert vector.tolist() == [1.0] * 6 + [2.0, -2.0, 0.0, 1.0] + [0.0] * 7


def test_mapping_is_read_only():
    with pytest.raises(TypeError):
        DISTURBANCES["infusion"] = None  # type: ignore[index]


@pytest.mark.parametrize("value", [0.0, 21.0, math.nan, math.inf, True, "2", None, 10**400])
def test_bad_value_is_refused_with_its_name_and_range(value):
    with pytest.raises(InputError, match=r"systemic_resistance = .*0\.05 to 20"):
        disturbance_vector({"systemic_resistance": value})


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(InputError, match=r"preload.*one of systemic_resistance, .*infusion"):
        disturbance_vector({"preload": 1.0})
