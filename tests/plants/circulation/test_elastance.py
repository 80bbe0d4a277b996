"""Activation over the cardiac phase and the pressure of a chamber."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from plants import simulate
from plants.circulation import elastance, end_systolic_phase, potential_energy
from plants.circulation.elastance import (
    PEAK_ACTIVATION,
    PEAK_TIME,
    atrial_activation,
    chamber_pressure,
    passive_pressure,
    ventricular_activation,
)

PERIOD = 60 / 75


def simaan(t_n: float) -> float:
    """Simaan 2009, equation of the normalised elastance, written down a second time."""
    rise = (t_n / 0.7) ** 1.9 / (1 + (t_n / 0.7) ** 1.9)
    return 1.55 * rise / (1 + (t_n / 1.17) ** 21.9)


def test_the_peak_is_that_of_the_published_formula():
    peak = minimize_scalar(
        lambda t: -simaan(t), bounds=(0.8, 1.2), method="bounded", options={"xatol": 1e-12}
    )
    assert pytest.approx(peak.x, abs=1e-6) == PEAK_TIME
    assert pytest.approx(-peak.fun, rel=1e-10) == PEAK_ACTIVATION


@pytest.mark.parametrize("t_n", [0.1, 0.5, 0.9, 1.0, 1.3, 2.0])
def test_the_ventricles_follow_the_published_formula(t_n):
    phase = t_n * (0.2 + 0.15 * PERIOD) / PERIOD
    expected = simaan(t_n) / PEAK_ACTIVATION
    # The onset is rounded, which moves the rest by less than 1e-9.
    assert float(ventricular_activation(phase, PERIOD)) == pytest.approx(expected, abs=1e-9)


@given(rate=st.floats(30.0, 160.0))
def test_the_ventricles_rest_at_onset_and_peak_at_one(rate):
    period = 60 / rate
    phases = np.linspace(0, 1, 400, endpoint=False)
    values = np.array([float(ventricular_activation(x, period)) for x in phases])
    assert values[0] == 0.0
    assert values.min() >= 0.0
    assert values.max() <= 1.0 + 1e-9
    end_systole = float(end_systolic_phase(period))
    assert 0 < end_systole < 1
    assert float(ventricular_activation(end_systole, period)) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("rate", [40, 75, 115])
def test_the_cycle_closes_without_a_jump(rate):
    """What is left of the activation at the end of the cycle is a jump at the next onset."""
    assert float(ventricular_activation(1 - 1e-12, 60 / rate)) < 2e-3


def test_the_atria_peak_before_the_ventricles():
    lead, width = 0.09, 0.035
    phases = np.linspace(0, 1, 2000, endpoint=False)
    values = [float(atrial_activation(x, PERIOD, lead, width)) for x in phases]
    assert phases[int(np.argmax(values))] == pytest.approx(1 - lead / PERIOD, abs=1e-3)
    before = float(atrial_activation(1 - 1e-9, PERIOD, lead, width))
    assert before == pytest.approx(float(atrial_activation(0.0, PERIOD, lead, width)), abs=1e-6)
    assert before > 1e-3  # it reaches into the next beat, and does so without a jump


def test_a_chamber_moves_between_its_two_relations():
    ees, v0, alpha, beta, volume = 2.0, 5.0, 0.03, 0.34, 60.0
    passive = beta * (np.exp(alpha * (volume - v0)) - 1)
    relaxed = chamber_pressure(volume, 0.0, ees, v0, alpha, beta)
    assert float(relaxed) == pytest.approx(passive)
    assert float(chamber_pressure(volume, 1.0, ees, v0, alpha, beta)) == pytest.approx(
        ees * (volume - v0)
    )
    half = float(chamber_pressure(volume, 0.5, ees, v0, alpha, beta))
    assert half == pytest.approx(0.5 * (passive + ees * (volume - v0)))
    assert float(passive_pressure(0.0, alpha, beta)) == 0.0


@given(stretch=st.floats(-20.0, 200.0), activation=st.floats(0.0, 1.0), ees=st.floats(0.05, 3.0))
def test_contraction_never_lowers_the_pressure(stretch, activation, ees):
    """Also of a weak chamber stretched so far that its active relation lies below the passive."""
    alpha, beta = 0.03, 0.4
    passive = float(passive_pressure(stretch, alpha, beta))
    assert float(chamber_pressure(stretch, activation, ees, 0.0, alpha, beta)) >= passive - 1e-9


@given(stretch=st.floats(0.0, 150.0))
def test_potential_energy_is_the_area_between_the_relations(stretch):
    ees, alpha, beta = 1.5, 0.025, 0.4

    def between(x: float) -> float:
        return ees * x - beta * (np.exp(alpha * x) - 1)

    area = quad(between, 0.0, stretch)[0]
    energy = float(potential_energy(stretch, ees, alpha, beta))
    assert energy == pytest.approx(area, rel=1e-8, abs=1e-8)


def test_the_activation_is_differentiable_at_its_onset():
    phase = ca.SX.sym("phase")
    expression = ventricular_activation(phase, PERIOD)
    slope = ca.Function("slope", [phase], [ca.gradient(expression, phase)])
    assert np.isfinite(float(slope(0.0)))
    assert elastance._RISE_POWER > 1


# --- a chamber too weak for its filling: contraction adds nothing, and lowers no pressure ---

VOLUME, ACTIVATION, EES = (ca.SX.sym(name) for name in ("volume", "activation", "ees"))
PRESSURE = ca.Function(
    "pressure",
    [VOLUME, ACTIVATION, EES],
    [chamber_pressure(VOLUME, ACTIVATION, EES, 5.0, 0.03, 0.34)],
)


@given(st.floats(0.0, 250.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 3.0))
def test_the_pressure_never_falls_with_the_activation(volume, first, second, ees):
    weaker, stronger = sorted((first, second))
    low, high = float(PRESSURE(volume, weaker, ees)), float(PRESSURE(volume, stronger, ees))
    assert high >= low - 1e-9


@pytest.mark.parametrize("volume", [40.0, 80.0, 120.0])
def test_a_strong_chamber_reaches_its_end_systolic_line(volume):
    assert float(PRESSURE(volume, 1.0, 2.0)) == pytest.approx(2.0 * (volume - 5.0), abs=1e-2)


def test_total_loss_of_contractility_stops_the_native_flow():
    rollout = simulate(
        "shock-e", "CP", level="P-6", scenario="contractility-loss-total", duration=60
    )
    assert rollout.attrs["ended"] == ""
    assert np.all(rollout["native_flow"][-5:] < 0.05)
    assert float(rollout["lvedp"][-1]) < 45
