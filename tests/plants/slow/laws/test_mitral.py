"""Functional mitral regurgitation: hidden in a small ventricle, revealed in a large one."""

from __future__ import annotations

import tomllib

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp

from plants import DISTURBANCES, METRICS, InputError, Patient, Plant, Pump, steady_state
from plants.quantities import DATA, Parameter, declarations, read_quantities
from plants.slow import PARAMETER_LAYOUT, STATE_LAYOUT
from plants.slow.laws import AllParameters, mitral
from plants.slow.model import INPUT_LAYOUT

NOTHING = INPUT_LAYOUT.partly()
LEAKY = {"mitral_tethering": 0.1, "mitral_competent_volume": 150.0}


def parameters(**changes: float) -> AllParameters:
    tables = tomllib.loads((DATA / "slow" / "mitral.toml").read_text())["parameters"]
    quantities = read_quantities(
        tables, declarations(mitral.Parameters, Parameter), "parameters", "mitral.toml"
    )
    values = {name: quantity.value for name, quantity in quantities.items()}
    return PARAMETER_LAYOUT.partly(**values | changes)


def test_a_patient_without_tethering_has_no_functional_leak_at_all():
    p = parameters()
    for volume, pressure in ((60.0, 2.0), (210.0, 23.0), (400.0, 45.0)):
        s = STATE_LAYOUT.partly(**mitral.start(p, METRICS.partly(lvedv=volume, lvedp=pressure)))
        assert mitral.effects(s, NOTHING, p) == {"mitral_leak": 0.0}


def test_a_small_ventricle_hides_the_leak_and_a_large_one_reveals_it():
    p = parameters(**LEAKY)
    volumes = np.arange(60.0, 400.0, 10.0)
    leaks = np.array([mitral.leak_target(volume, 15.0, p) for volume in volumes])
    assert np.all(np.diff(leaks) > 0)
    assert leaks[volumes <= 120].max() < 0.01
    assert leaks[volumes >= 180].min() > 2.0
    assert leaks[-1] < p.mitral_leak_limit
    pressures = np.arange(0.0, 40.0, 2.0)
    leaks = np.array([mitral.leak_target(150.0, pressure, p) for pressure in pressures])
    assert np.all(np.diff(leaks) > 0)


def test_the_leak_follows_the_ventricle_within_minutes():
    p = parameters(**LEAKY)
    first = mitral.start(p, METRICS.partly(lvedv=100.0, lvedp=8.0))["functional_leak"]
    s = STATE_LAYOUT.partly(functional_leak=ca.SX.sym("leak"))
    m = METRICS.partly(lvedv=170.0, lvedp=20.0)
    rate = mitral.rates(s, m, NOTHING, p)["functional_leak"]
    f = ca.Function("f", [s.functional_leak], [rate])
    solution = solve_ivp(
        lambda t, x: np.asarray(f(x)).ravel(), (0, 0.5), [first], t_eval=[0.05, 0.5], rtol=1e-8
    )
    target = mitral.leak_target(170.0, 20.0, p)
    assert solution.y[0] == pytest.approx([target * (1 - np.exp(-1)), target], rel=0.01)


def test_full_support_hides_what_a_low_level_reveals():
    patient, pump = Patient.load("hfref"), Pump.load("CP")
    plant = Plant(patient, pump)
    full = dict(steady_state(plant, 46000.0).metrics)
    low = dict(steady_state(plant, 31000.0).metrics)
    given = parameters()
    weight, limit = given.mitral_pressure_weight, given.mitral_leak_limit
    p = parameters(**mitral.hidden_regurgitation(full, low, 3.0, weight, limit))
    leak = mitral.leak_target(low["lvedv"], low["lvedp"], p)
    assert float(leak) == pytest.approx(3.0, rel=1e-9)
    fraction = {}
    for speed in (46000.0, 31000.0):
        metrics = steady_state(plant, speed).metrics
        for _ in range(6):  # the leak and the ventricle settle on each other
            leak = mitral.leak_target(metrics["lvedv"], metrics["lvedp"], p)
            metrics = steady_state(plant, speed, {"mitral_leak": float(leak)}).metrics
        fraction[speed] = metrics["mitral_regurgitant_fraction"]
    assert fraction[46000.0] < 0.1
    assert fraction[31000.0] > 0.3


def test_a_level_that_fills_no_more_than_full_support_hides_nothing():
    beat = {"lvedv": 150.0, "lvedp": 15.0}
    with pytest.raises(InputError, match="fuller"):
        mitral.hidden_regurgitation(beat, beat, 1.0, 4.0, 4.0)


@pytest.mark.parametrize("leak", [4.0, 5.0])
def test_a_leak_that_the_limit_forbids_cannot_hide(leak):
    full, low = {"lvedv": 200.0, "lvedp": 17.0}, {"lvedv": 205.0, "lvedp": 19.0}
    with pytest.raises(InputError, match="below the limit"):
        mitral.hidden_regurgitation(full, low, leak, 4.0, 4.0)


@settings(max_examples=60, deadline=None)
@given(leak=st.floats(0.05, 3.8), tethering=st.floats(0.01, 1))
def test_the_excess_of_a_leak_is_the_one_that_gives_it(leak, tethering):
    limit = parameters().mitral_leak_limit
    excess = mitral.excess_of(leak, tethering, limit)
    assert mitral.tethering_of(leak, excess, limit) == pytest.approx(tethering, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(leak=st.floats(0.05, 3.8), excess=st.floats(1, 100))
def test_the_tethering_of_a_leak_is_the_one_that_gives_it(leak, excess):
    limit = parameters().mitral_leak_limit
    tethering = mitral.tethering_of(leak, excess, limit)
    p = parameters(mitral_tethering=tethering, mitral_competent_volume=150.0)
    volume = 150.0 + excess
    pressure = p.mitral_competent_pressure
    assert float(mitral.leak_target(volume, pressure, p)) == pytest.approx(leak, rel=1e-9)


def test_a_leak_at_the_limit_has_no_tethering():
    with pytest.raises(InputError, match="leak"):
        mitral.tethering_of(4.0, 20.0, 4.0)


def test_the_orifice_agrees_with_the_bernoulli_equation():
    # 100 mmHg drive 5 m/s (dP = 4 v^2); 0.4 cm2 then pass 200 mL/s, a conductance of 2.
    assert mitral.effective_orifice(2.0, 100.0) == pytest.approx(0.4)
    assert mitral.effective_orifice(2.0, 25.0) == pytest.approx(0.2)
    assert mitral.effective_orifice(0.0, 80.0) == 0.0
    with pytest.raises(InputError, match="gradient"):
        mitral.effective_orifice(1.0, -5.0)


@pytest.mark.parametrize(
    ("fraction", "volume", "orifice", "grade"),
    [
        (0.0, 0.0, None, "none"),
        (0.1, 8.0, None, "mild"),
        (0.3, 8.0, None, "moderate"),
        (0.1, 30.0, None, "moderate"),
        (0.5, 30.0, None, "severe"),
        (0.2, 60.0, None, "severe"),
        (0.2, 20.0, 0.19, "mild"),
        (0.2, 20.0, 0.2, "moderate"),
        (0.2, 20.0, 0.4, "severe"),
    ],
)
def test_grades_are_those_of_the_ase(fraction, volume, orifice, grade):
    assert mitral.echo_grade(fraction, volume, orifice) == grade


@pytest.mark.parametrize(
    ("fraction", "volume", "field"),
    [(1.2, 10.0, "regurgitant_fraction"), (0.2, float("nan"), "regurgitant_volume")],
)
def test_an_impossible_measure_is_refused(fraction, volume, field):
    with pytest.raises(InputError, match=field):
        mitral.echo_grade(fraction, volume)


@settings(max_examples=60, deadline=None)
@given(
    volume=st.floats(0, 800),
    pressure=st.floats(-50, 150),
    tethering=st.floats(0, 1),
    competent=st.floats(20, 800),
)
def test_the_leak_stays_in_the_plants_range(volume, pressure, tethering, competent):
    p = parameters(mitral_tethering=tethering, mitral_competent_volume=competent)
    leak = mitral.leak_target(volume, pressure, p)
    assert DISTURBANCES["mitral_leak"].low <= leak <= DISTURBANCES["mitral_leak"].high
