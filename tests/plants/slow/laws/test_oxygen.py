"""Oxygen and lactate: Fick's identity, supply dependency, and the bands of the SCAI stages."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from plants import METRICS
from plants.quantities import Parameter, declarations, load_toml, read_quantities
from plants.slow import PARAMETER_LAYOUT, SLOW_STATES, STATE_LAYOUT
from plants.slow.laws import oxygen

VOLUME, AREA = 5000.0, 1.9
#: Cardiac output (L/min) of the profiles, and the lactate (mmol/L) expected of them.
BANDS = {
    "healthy": (5.4, 0.7, 1.5),
    "chronic failure": (4.2, 0.7, 2.0),
    "SCAI C": (3.7, 2.0, 5.0),
    "SCAI D": (2.9, 5.0, 10.0),
    "SCAI E": (2.1, 8.0, 25.0),
}


def parameters(**changes):
    content, source = load_toml("oxygen", "slow", "topic")
    quantities = read_quantities(
        content["parameters"], declarations(oxygen.Parameters, Parameter), "parameters", source
    )
    values = {name: quantity.value for name, quantity in quantities.items()}
    values |= {"body_surface_area": AREA, "hemoglobin_initial": 12.0}
    return PARAMETER_LAYOUT.partly(**values | {"hepatic_injury_initial": 0.0} | changes)


def state(hb=12.0, lactate=1.0, injury=0.0):
    return STATE_LAYOUT.partly(
        hemoglobin_mass=hb * VOLUME / 100, lactate=lactate, hepatic_injury=injury
    )


def beat(output):
    return METRICS.partly(cardiac_output=output, blood_volume=VOLUME)


def outputs(output, hb=12.0, p=None):
    signals = oxygen.outputs(state(hb), beat(output), None, p or parameters())
    return {name: float(value) for name, value in signals.items()}


def steady_state(output, hb=12.0, injury=0.0, p=None):
    return oxygen.steady_state_lactate(state(hb), injury, beat(output), p or parameters())


def course(output, hours, lactate, hb=12.0, injury=0.0):
    p = parameters()

    def slope(_, x):
        return float(oxygen.rates(state(hb, x[0], injury), beat(output), None, p)["lactate"])

    solution = solve_ivp(
        slope, (0, hours[-1]), [lactate], method="LSODA", t_eval=hours, rtol=1e-9, atol=1e-9
    )
    assert solution.success
    return solution.y[0]


@given(output=st.floats(0.5, 12), hb=st.floats(3, 20))
def test_consumption_is_flow_times_arteriovenous_difference(output, hb):
    p, signals = parameters(), outputs(output, hb)
    arterial = p.oxygen_capacity * hb * p.arterial_saturation + 0.0031 * p.arterial_oxygen_pressure
    venous = arterial * signals["svo2"] / p.arterial_saturation
    assert signals["oxygen_delivery"] == pytest.approx(10 * output * arterial, rel=1e-3)
    assert signals["oxygen_consumption"] == pytest.approx(
        10 * output * (arterial - venous), rel=1e-3
    )
    assert signals["oxygen_extraction"] == pytest.approx(
        signals["oxygen_consumption"] / signals["oxygen_delivery"], rel=1e-9
    )


@pytest.mark.parametrize("output", [2.0, 3.0, 5.4, 8.0])
def test_the_saturation_is_within_a_hundredth_of_the_exact_one(output):
    p, signals = parameters(), outputs(output)
    arterial = p.oxygen_capacity * 12.0 * p.arterial_saturation + 0.0031 * 95.0
    content = arterial - signals["oxygen_consumption"] / (10 * output)

    def pressure(saturation):  # Hill's curve with the half-saturation pressure of man
        return 26.8 * (saturation / (1 - saturation)) ** (1 / 2.7)

    exact = brentq(
        lambda x: p.oxygen_capacity * 12.0 * x + 0.0031 * pressure(x) - content, 1e-6, 0.999
    )
    assert 0 < exact - signals["svo2"] < 0.01


@given(output=st.floats(-5, 30), hb=st.floats(0, 22))
def test_no_more_is_consumed_than_asked_for_or_to_be_had(output, hb):
    p, signals = parameters(), outputs(output, hb)
    assert 0 <= signals["oxygen_consumption"] <= p.oxygen_demand * AREA * (1 + 1e-12)
    assert 0 <= signals["oxygen_extraction"] <= p.oxygen_extraction_limit
    assert 0 < signals["svo2"] < p.arterial_saturation
    assert all(math.isfinite(value) for value in signals.values())


def test_health_is_normal():
    signals = outputs(5.4, hb=14.0)
    assert 0.65 < signals["svo2"] < 0.80
    assert 0.20 < signals["oxygen_extraction"] < 0.30
    assert signals["oxygen_consumption"] == pytest.approx(237.5, rel=0.01)


def test_consumption_falls_with_the_delivery_below_the_critical_one_only():
    p = parameters()
    critical = p.oxygen_demand * AREA / p.oxygen_extraction_limit
    per_litre = outputs(1.0)["oxygen_delivery"]
    above, below = outputs(2 * critical / per_litre), outputs(0.4 * critical / per_litre)
    assert above["oxygen_consumption"] == pytest.approx(p.oxygen_demand * AREA, rel=0.01)
    assert below["oxygen_extraction"] == pytest.approx(p.oxygen_extraction_limit, rel=0.01)
    # Ronco 1993: an extraction of 0.60 +- 0.13 at the critical delivery.
    assert outputs(critical / per_litre)["oxygen_extraction"] == pytest.approx(0.60, abs=0.05)


@pytest.mark.parametrize("profile", BANDS)
def test_lactate_settles_in_the_band_of_the_stage(profile):
    output, low, high = BANDS[profile]
    assert low <= steady_state(output) <= high


@pytest.mark.parametrize("profile", BANDS)
def test_lactate_settles_within_hours(profile):
    output, target = BANDS[profile][0], steady_state(BANDS[profile][0])
    path = course(output, np.array([0.0, 3.0, 24.0]), 1.0)
    assert abs(path[1] - 1.0) >= 0.35 * abs(target - 1.0)
    assert path[2] == pytest.approx(target, rel=0.02)


def test_lactate_clears_with_a_half_time_of_hours_once_the_circulation_suffices():
    end = steady_state(5.0)
    hours = np.linspace(0, 24, 241)
    above = course(5.0, hours, 8.0) - end
    half = hours[np.argmax(above < above[0] / 2)]
    assert 1.0 < half < 6.0


@settings(max_examples=40)
@given(
    output=st.floats(0.5, 9), more=st.floats(0.1, 3), hb=st.floats(5, 17), injury=st.floats(0, 0.9)
)
def test_lactate_falls_with_flow_and_hemoglobin_and_rises_with_injury(output, more, hb, injury):
    here = steady_state(output, hb, injury)
    assert steady_state(output + more, hb, injury) < here
    assert steady_state(output, hb + more, injury) < here
    assert steady_state(output, hb, injury + 0.1) > here


@settings(max_examples=25)
@given(
    output=st.floats(-3, 15), hb=st.floats(0, 22), lactate=st.floats(0, 60), injury=st.floats(0, 1)
)
def test_lactate_stays_in_its_range_and_tends_to_its_steady_state(output, hb, lactate, injury):
    path = course(output, np.linspace(0, 300, 50), lactate, hb, injury)
    assert path.min() >= -1e-6
    assert path.max() <= SLOW_STATES["lactate"].high
    assert path[-1] == pytest.approx(steady_state(output, hb, injury), rel=1e-3)


def test_a_stopped_circulation_does_not_make_lactate_without_end():
    assert 20 < steady_state(0.0, injury=1.0) < 50


def test_the_start_is_a_steady_state():
    p = parameters()
    begin = oxygen.start(p, METRICS.partly(cardiac_output=2.9, blood_volume=VOLUME))
    s = state(lactate=begin["lactate"])
    assert float(oxygen.rates(s, beat(2.9), None, p)["lactate"]) == pytest.approx(0.0, abs=1e-9)
