"""The pressure of a chamber between its passive and its active relation."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.integrate import quad

from plants import simulate
from plants.circulation import potential_energy
from plants.circulation.elastance import Wall, chamber_pressure, chamber_stiffness, passive_pressure


def test_a_chamber_moves_between_its_two_relations():
    ees, v0, alpha, beta, volume = 2.0, 5.0, 0.03, 0.34, 60.0
    passive = beta * (np.exp(alpha * (volume - v0)) - 1)
    wall = Wall(ees=ees, v0=v0, alpha=alpha, beta=beta, linear=0.0)
    relaxed = chamber_pressure(volume, 0.0, wall)
    assert float(relaxed) == pytest.approx(passive)
    assert float(chamber_pressure(volume, 1.0, wall)) == pytest.approx(ees * (volume - v0))
    half = float(chamber_pressure(volume, 0.5, wall))
    assert half == pytest.approx(0.5 * (passive + ees * (volume - v0)))
    assert float(passive_pressure(0.0, wall)) == 0.0


def test_a_wall_may_be_linear_and_its_stiffness_is_its_slope():
    linear = Wall(ees=1.0, v0=10.0, alpha=0.005, beta=0.01, linear=0.05)
    assert float(passive_pressure(100.0, linear)) == pytest.approx(5.0, abs=0.01)
    mixed = Wall(ees=1.5, v0=10.0, alpha=0.03, beta=0.4, linear=0.07)
    for activation in (0.0, 0.4, 1.0):
        above, below = (chamber_pressure(80.0 + h, activation, mixed) for h in (1e-4, -1e-4))
        slope = (float(above) - float(below)) / 2e-4
        assert float(chamber_stiffness(80.0, activation, mixed)) == pytest.approx(slope, rel=1e-6)


@given(stretch=st.floats(-20.0, 200.0), activation=st.floats(0.0, 1.0), ees=st.floats(0.05, 3.0))
def test_contraction_never_lowers_the_pressure(stretch, activation, ees):
    """Also of a weak chamber stretched so far that its active relation lies below the passive."""
    wall = Wall(ees=ees, v0=0.0, alpha=0.03, beta=0.4, linear=0.02)
    passive = float(passive_pressure(stretch, wall))
    assert float(chamber_pressure(stretch, activation, wall)) >= passive - 1e-9


@given(stretch=st.floats(0.0, 150.0))
def test_potential_energy_is_the_area_between_the_relations(stretch):
    wall = Wall(ees=1.5, v0=0.0, alpha=0.025, beta=0.4, linear=0.03)

    def between(x: float) -> float:
        return 1.5 * x - 0.4 * (np.exp(0.025 * x) - 1) - 0.03 * x

    area = quad(between, 0.0, stretch)[0]
    energy = float(potential_energy(stretch, wall))
    assert energy == pytest.approx(area, rel=1e-8, abs=1e-8)


# --- a chamber too weak for its filling: contraction adds nothing, and lowers no pressure ---

VOLUME, ACTIVATION, EES = (ca.SX.sym(name) for name in ("volume", "activation", "ees"))
PRESSURE = ca.Function(
    "pressure",
    [VOLUME, ACTIVATION, EES],
    [
        chamber_pressure(
            VOLUME, ACTIVATION, Wall(ees=EES, v0=5.0, alpha=0.03, beta=0.34, linear=0.0)
        )
    ],
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
