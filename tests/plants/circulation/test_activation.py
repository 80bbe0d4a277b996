"""Activation over the cardiac phase: its published forms, its peak, and its ends."""

from __future__ import annotations

import dataclasses

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.optimize import minimize_scalar

from plants import InputError, Patient, Plant, steady_state
from plants.circulation import VentricularActivation, end_systolic_phase, left_at_the_ends
from plants.circulation.activation import atrial_activation, ventricular_activation

PERIOD = 60 / 75
HILL = VentricularActivation(
    activation_form=0.0,
    systole_offset=0.2,
    systole_slope=0.15,
    activation_rise=0.7,
    activation_rise_power=1.9,
    activation_fall=1.17,
    activation_fall_power=21.9,
)
# Blanco and Feijoo's ventricles contract for 0.34 and relax for 0.17 of the cycle.
COSINE = dataclasses.replace(
    HILL,
    activation_form=1.0,
    systole_offset=0.0,
    systole_slope=1.0,
    activation_rise=0.34,
    activation_fall=0.51,
)
# Chung 1997: exp(-80 (t - 0.27)^2), t in s.
EXPONENTIAL = dataclasses.replace(
    HILL,
    activation_form=2.0,
    systole_offset=1.0,
    systole_slope=0.0,
    activation_rise=0.27,
    activation_fall=160**-0.5,
)
FORMS = {"hill": HILL, "cosine": COSINE, "exponential": EXPONENTIAL}


def simaan(t_n: float) -> float:
    """Simaan 2009, equation of the normalised elastance, written down a second time."""
    rise = (t_n / 0.7) ** 1.9 / (1 + (t_n / 0.7) ** 1.9)
    return 1.55 * rise / (1 + (t_n / 1.17) ** 21.9)


def activation(phases, period, shape):
    phase = ca.SX.sym("phase")
    curve = ventricular_activation(phase, period, shape)
    return np.asarray(ca.Function("activation", [phase], [curve])(phases[None])).ravel()


@pytest.mark.parametrize("t_n", [0.1, 0.5, 0.9, 1.0, 1.3, 2.0])
def test_the_double_hill_is_the_published_formula(t_n):
    peak = minimize_scalar(
        lambda t: -simaan(t), bounds=(0.8, 1.2), method="bounded", options={"xatol": 1e-12}
    )
    scale = 0.2 + 0.15 * PERIOD
    # The onset is rounded and the end faded out, which moves the rest by less than 1e-6.
    value = float(ventricular_activation(t_n * scale / PERIOD, PERIOD, HILL))
    assert value == pytest.approx(simaan(t_n) / -peak.fun, abs=1e-6)
    assert float(end_systolic_phase(PERIOD, HILL)) * PERIOD / scale == pytest.approx(
        peak.x, abs=1e-6
    )


def test_the_cosine_is_the_published_formula():
    phases = np.linspace(0.0, 0.99, 100)
    contraction = 0.5 * (1 - np.cos(np.pi * phases / 0.34))
    relaxation = 0.5 * (1 + np.cos(np.pi * (phases - 0.34) / 0.17))
    expected = np.where(phases < 0.34, contraction, np.where(phases < 0.51, relaxation, 0.0))
    assert activation(phases, PERIOD, COSINE) == pytest.approx(expected, abs=1e-11)


def test_the_exponential_is_the_published_formula_but_for_its_tails():
    phases = np.linspace(0.0, 0.99, 100)
    expected = np.exp(-80 * (phases * PERIOD - 0.27) ** 2)
    assert activation(phases, PERIOD, EXPONENTIAL) == pytest.approx(expected, abs=3e-3)
    assert activation(phases[30:70], PERIOD, EXPONENTIAL) == pytest.approx(
        expected[30:70], abs=1e-3
    )


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("rate", [30.0, 75.0, 130.0, 180.0])
def test_every_form_begins_and_ends_at_rest_and_peaks_at_one(name, rate):
    """However long the next beat is: no jump, whatever the heart rate was."""
    shape, period = FORMS[name], 60.0 / rate
    phases = np.linspace(0, 1, 801)[:-1]
    values = activation(phases, period, shape)
    assert values[0] == pytest.approx(0.0, abs=1e-12)
    assert abs(activation(np.array([1 - 1e-9]), period, shape)[0]) < 1e-6
    assert values.min() > -0.02
    assert values.max() <= 1.0 + 1e-6
    phase = ca.SX.sym("phase")
    curve = ventricular_activation(phase, period, shape)
    slope = ca.Function("slope", [phase], [ca.gradient(curve, phase)])
    assert abs(float(slope(1 - 1e-9))) < 1e-5
    peak = float(end_systolic_phase(period, shape))
    assert 0 < peak < 1
    if left_at_the_ends(period, shape) < 0.01:
        assert activation(np.array([peak]), period, shape)[0] == pytest.approx(1.0, abs=5e-3)


@given(
    rise=st.floats(0.4, 1.0),
    power=st.floats(1.3, 4.0),
    fall=st.floats(1.1, 1.6),
    fall_power=st.floats(6.0, 40.0),
)
def test_the_peak_of_any_double_hill_is_found(rise, power, fall, fall_power):
    shape = dataclasses.replace(
        HILL,
        activation_rise=rise,
        activation_rise_power=power,
        activation_fall=fall,
        activation_fall_power=fall_power,
    )
    phases = np.linspace(0.0, 1.0, 2001)[:-1]
    values = activation(phases, 3.0, shape)
    assert values.max() == pytest.approx(1.0, abs=1e-4)
    peak = float(end_systolic_phase(3.0, shape))
    assert phases[int(values.argmax())] == pytest.approx(peak, abs=2e-3)


def test_the_atria_peak_before_the_ventricles():
    lead, width = 0.09, 0.035
    phases = np.linspace(0, 1, 2000, endpoint=False)
    values = [float(atrial_activation(x, PERIOD, lead, width)) for x in phases]
    assert phases[int(np.argmax(values))] == pytest.approx(1 - lead / PERIOD, abs=1e-3)
    before = float(atrial_activation(1 - 1e-9, PERIOD, lead, width))
    assert before == pytest.approx(float(atrial_activation(0.0, PERIOD, lead, width)), abs=1e-6)
    assert before > 1e-3  # it reaches into the next beat, and does so without a jump


@pytest.mark.parametrize("name", ["cosine", "exponential"])
def test_a_patient_with_another_form_beats(name):
    shape = dataclasses.asdict(FORMS[name])
    patient = Patient.load("healthy").replace(name, **shape)
    metrics = steady_state(Plant(patient, "CP"), 30_000.0).metrics
    assert 60 < metrics["map"] < 130
    assert 3 < metrics["cardiac_output"] < 8
    usual = steady_state(Plant("healthy", "CP"), 30_000.0).metrics
    assert abs(metrics["stroke_work"] - usual["stroke_work"]) > 10


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"activation_form": 0.5}, "activation_form"),
        ({"systole_offset": 0.0, "systole_slope": 0.0}, "systole"),
        ({"systole_offset": 0.9}, "end of a beat"),
        ({"activation_form": 1.0, "activation_rise": 1.2}, "activation_fall"),
        ({"activation_form": 2.0, "activation_rise": 0.3, "activation_fall": 0.3}, "end of a"),
    ],
)
def test_an_activation_that_is_none_is_refused_by_name(changes, said):
    with pytest.raises(InputError, match=said):
        Patient.load("healthy").replace(**changes)
