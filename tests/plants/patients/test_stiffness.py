"""The rates of a circuit, and the refusal of one that only tiny steps keep stable."""

from __future__ import annotations

import pytest

from plants import InputError, Patient
from plants.patients import circuit_rates


def test_a_rate_is_the_stiffness_on_both_sides_over_the_resistance():
    stiffening = Patient.load("healthy")
    patient = stiffening.replace(arterial_stiffening=0.0)
    rates = circuit_rates(patient.values)
    arteries, veins = 1 / patient["c_systemic_arteries"], 1 / patient["c_systemic_veins"]
    assert rates["r_systemic"] == pytest.approx((arteries + veins) / patient["r_systemic"])
    twice = circuit_rates(patient.values, {"systemic_resistance": 2.0})
    assert twice["r_systemic"] == pytest.approx(rates["r_systemic"] / 2)
    assert twice["r_aortic"] == rates["r_aortic"]
    assert circuit_rates(stiffening.values)["r_systemic"] > rates["r_systemic"]


@pytest.mark.parametrize(("chamber", "valve"), [("lv", "r_mitral"), ("rv", "r_tricuspid")])
def test_a_stiffer_wall_is_faster(chamber, valve):
    values = Patient.load("shock-d").replace(**{f"{chamber}_alpha": 0.06}).values
    rates = circuit_rates(values)
    stiffer = circuit_rates(values, {f"{chamber}_stiffness": 1.3})
    own = circuit_rates(dict(values) | {f"{chamber}_alpha": 1.3 * 0.06})
    assert stiffer == pytest.approx(own)
    assert stiffer[valve] > 1.1 * rates[valve]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"r_aortic": 0.0005, "c_aorta": 0.05}, "r_aortic"),
        ({"r_characteristic": 0.001, "c_aorta": 0.02}, "r_characteristic"),
        ({"r_mitral": 0.0005, "lv_ees": 10.0, "pericardium_lambda": 0.2}, "r_mitral"),
    ],
)
def test_a_circuit_that_only_tiny_steps_keep_stable_is_refused(values, name):
    healthy = Patient.load("healthy")
    for alone, value in values.items():  # each by itself is borne
        assert healthy.replace(**{alone: value})[alone] == value
    with pytest.raises(InputError, match=rf"healthy.*parameters\.{name}\.value = .*0\.0001 s"):
        healthy.replace(**values)


def test_it_is_told_with_an_overdrawn_volume():
    with pytest.raises(InputError) as caught:
        Patient.load("healthy").replace(r_aortic=0.0005, c_aorta=0.05, blood_volume=1500.0)
    assert "blood_volume" in str(caught.value)
    assert "r_aortic" in str(caught.value)
