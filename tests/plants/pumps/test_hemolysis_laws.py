"""The published laws of hemolysis: their constants, and the release they scale."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, strategies as st

from plants import InputError, Pump, hemolysis_law, with_hemolysis_law
from plants.pumps import HEMOLYSIS_LAWS, MEASURED_INDEX, InsertedDevice, hemolysis_rate

PUBLISHED = {
    "giersiepen-1990": (3.62e-5, 2.416, 0.785),
    "heuser-opitz-1980": (1.8e-6, 1.991, 0.765),
    "zhang-2011": (1.228e-5, 1.9918, 0.6606),
    "ding-2015": (3.458e-6, 2.0639, 0.2777),
}


def test_the_constants_are_the_published_ones():
    read = {
        name: (law.coefficient.value, law.alpha.value, law.beta.value)
        for name, law in HEMOLYSIS_LAWS.items()
    }
    assert read == PUBLISHED


def test_the_measured_index_gives_the_release_of_the_pump():
    # Millionths of the hemoglobin pumped: 3.5 L/min of 10 g/dL for an hour, into 3 L of plasma.
    pumped = 3.5 * 60 * 10 * 10_000  # mg
    rate = MEASURED_INDEX["index"].value * 1e-6 * pumped / 30
    assert rate == pytest.approx(Pump.load("CP")["hemolysis_reference_rate"], rel=0.05)
    ratio = MEASURED_INDEX["obstructed_index"].value / MEASURED_INDEX["index"].value
    assert ratio == pytest.approx(Pump.load("CP")["position_hemolysis_factor"], rel=0.01)


@pytest.mark.parametrize("name", PUBLISHED)
@given(stress=st.floats(1, 1000), time=st.floats(1e-4, 10))
def test_the_index_is_a_power_law_and_its_inverse_undoes_it(name, stress, time):
    law, (coefficient, alpha, beta) = hemolysis_law(name), PUBLISHED[name]
    assert law.index(stress, time) == pytest.approx(coefficient * stress**alpha * time**beta)
    assert law.modified_index(stress, time) == pytest.approx(1e4 * law.index(stress, time))
    assert law.shear_stress_at(law.modified_index(stress, time), time) == pytest.approx(stress)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_plant_scales_the_release_as_the_law_says(name):
    pump = with_hemolysis_law(Pump.load("CP"), name)
    p = InsertedDevice(**pump.values, pump_present=1.0)
    speed, flow = pump["hemolysis_reference_speed"], pump["hemolysis_reference_flow"]
    for share, flow_share in ((1.0, 1.0), (0.7, 1.0), (1.0, 0.4), (0.8, 1.2)):
        released = float(hemolysis_rate(share * speed, flow_share * flow, 0.0, 1.0, 0.0, p))
        expected = hemolysis_law(name).relative_release(share, flow_share)
        assert released == pytest.approx(pump["hemolysis_reference_rate"] * expected, rel=2e-3)


def test_a_changed_law_changes_the_exponents_only():
    pump = Pump.load("CP")
    other = with_hemolysis_law(pump, "ding-2015")
    changed = {name for name in pump.values if pump[name] != other[name]}
    assert changed == {"hemolysis_alpha", "hemolysis_beta"}
    assert "Ding 2015" in other.entries["hemolysis_beta"].source
    assert with_hemolysis_law(other, "giersiepen-1990").values == pump.values
    assert (other.name, other.levels) == (pump.name, pump.levels)


def test_an_unknown_law_is_refused_with_the_choices():
    with pytest.raises(InputError, match="giersiepen-1990, heuser-opitz-1980"):
        with_hemolysis_law(Pump.load("CP"), "giersiepen")


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf"), "much"])
def test_a_stress_that_is_no_positive_number_is_refused(bad):
    with pytest.raises(InputError, match="positive"):
        hemolysis_law("zhang-2011").index(bad, 1.0)


def test_a_law_can_be_sent_to_a_worker():
    law = hemolysis_law("zhang-2011")
    assert pickle.loads(pickle.dumps(law)) == law
    assert np.shape(law.index([10.0, 20.0], 1.0)) == (2,)
