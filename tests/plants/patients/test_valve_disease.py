"""Valve diseases: at a patient's steady state each grade shows what its grade is told by."""

from __future__ import annotations

import math

import numpy as np
import pytest

from plants import (
    WAVEFORMS,
    InputError,
    Patient,
    Plant,
    Simulator,
    steady_state,
    valve_diseases,
    with_valve_disease,
)
from plants.patients.valve_disease import GRADES, VELOCITY

# Bands recalled from Zoghbi 2017 and Baumgartner 2009 and 2017: regurgitant fraction below 0.3,
# 0.3 to 0.5, above; mean gradient (mmHg) of the aortic valve below 20, 20 to 40, above, and of the
# mitral valve below 5, 5 to 10, above.
FRACTION = dict(zip(GRADES, ((0.05, 0.3), (0.3, 0.5), (0.5, 0.75)), strict=True))
AORTIC = dict(zip(GRADES, ((5.0, 20.0), (20.0, 40.0), (40.0, 90.0)), strict=True))
MITRAL = dict(zip(GRADES, ((2.0, 5.0), (5.0, 10.0), (10.0, 25.0)), strict=True))


def waves(patient):
    """A beat of the patient's steady state, by waveform."""
    plant = Plant(patient)
    simulator = Simulator(plant)
    simulator.reset()
    log = simulator.advance(0.0, 60.0 / plant.heart_rate(), log_interval=0.001)
    return dict(zip(WAVEFORMS, log.T, strict=True))


def mean_gradient(before, behind, flow):
    """Mean drop while the valve is open, as echocardiography states it."""
    return np.mean((before - behind)[flow > 0.3])


def fraction(flow):
    return -flow[flow < 0].sum() / flow[flow > 0].sum()


@pytest.mark.parametrize("grade", GRADES)
def test_stenosis_has_the_gradient_of_its_grade(grade):
    w = waves(with_valve_disease("healthy", "aortic-stenosis", grade))
    gradient = mean_gradient(w["lv_pressure"], w["aortic_pressure"], w["aortic_valve_flow"])
    assert AORTIC[grade][0] <= gradient <= AORTIC[grade][1]
    w = waves(with_valve_disease("healthy", "mitral-stenosis", grade))
    gradient = mean_gradient(w["la_pressure"], w["lv_pressure"], w["mitral_valve_flow"])
    assert MITRAL[grade][0] <= gradient <= MITRAL[grade][1]


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize("valve", ["aortic", "mitral"])
def test_regurgitation_has_the_fraction_of_its_grade(valve, grade):
    patient = with_valve_disease("healthy", f"{valve}-regurgitation", grade)
    regurgitated = fraction(waves(patient)[f"{valve}_valve_flow"])
    assert FRACTION[grade][0] <= regurgitated <= FRACTION[grade][1]
    if valve == "mitral":
        metric = steady_state(Plant(patient)).metrics["mitral_regurgitant_fraction"]
        assert metric == pytest.approx(regurgitated, abs=0.02)


@pytest.mark.parametrize("disease", list(valve_diseases()))
def test_worse_grades_are_worse(disease):
    parameter = valve_diseases()[disease].parameter
    patients = [with_valve_disease("hfref", disease, grade) for grade in GRADES]
    values = [patient[parameter] for patient in patients]
    assert Patient.load("hfref")[parameter] < values[0] < values[1] < values[2]
    output = [steady_state(Plant(patient)).metrics["cardiac_output"] for patient in patients]
    assert output[0] > output[1] > output[2]


def test_tricuspid_regurgitation_raises_the_venous_pressure():
    cvp = [
        steady_state(Plant(with_valve_disease("hfref", "tricuspid-regurgitation", grade))).metrics[
            "cvp"
        ]
        for grade in GRADES
    ]
    assert cvp[0] < cvp[1] < cvp[2]


def test_the_orifice_equation_is_the_clinical_one():
    assert pytest.approx(math.sqrt(1 / 4), rel=0.01) == VELOCITY / 100  # dP = 4 v^2, v in m/s
    severe = valve_diseases()["mitral-regurgitation"]
    area, drop = severe.areas["severe"].value, severe.typical.value
    assert severe.value("severe") * drop == pytest.approx(area * VELOCITY * math.sqrt(drop))
    narrow = valve_diseases()["aortic-stenosis"]
    area, flow = narrow.areas["severe"].value, narrow.typical.value
    assert narrow.value("severe") * flow == pytest.approx((flow / (area * VELOCITY)) ** 2)


def test_linearised_elsewhere():
    patient = with_valve_disease("hfref", "mitral-regurgitation", "moderate", typical=25.0)
    usual = with_valve_disease("hfref", "mitral-regurgitation", "moderate")
    assert patient["leak_mitral"] == pytest.approx(usual["leak_mitral"] * math.sqrt(50 / 25))


def test_diseases_add_up_and_never_heal():
    both = with_valve_disease(
        with_valve_disease("healthy", "aortic-stenosis", "severe"), "aortic-regurgitation", "mild"
    )
    assert both["r_aortic"] > 0.1
    assert both["leak_aortic"] > 0.1
    assert both.entries["leak_aortic"].tag == "D"
    assert "0.05 cm2" in both.entries["leak_aortic"].source
    again = with_valve_disease(both, "aortic-stenosis", "mild")
    assert again["r_aortic"] == both["r_aortic"]


@pytest.mark.parametrize(
    ("disease", "grade", "typical", "field"),
    [
        ("mitral-prolapse", "mild", None, "disease"),
        ("mitral-stenosis", "critical", None, "grade"),
        ("mitral-stenosis", "mild", -1.0, "typical_flow"),
        ("mitral-regurgitation", "mild", float("nan"), "typical_drop"),
    ],
)
def test_nonsense_is_refused(disease, grade, typical, field):
    with pytest.raises(InputError) as caught:
        with_valve_disease("healthy", disease, grade, typical=typical)
    assert caught.value.field == field
