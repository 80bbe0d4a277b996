"""A chamber too weak for its filling: contraction adds nothing, and never lowers the pressure."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plants import simulate
from plants.circulation.elastance import chamber_pressure

VOLUME, ACTIVATION, EES = (ca.SX.sym(name) for name in ("volume", "activation", "ees"))
PRESSURE = ca.Function(
    "pressure",
    [VOLUME, ACTIVATION, EES],
    [chamber_pressure(VOLUME, ACTIVATION, EES, 5.0, 0.03, 0.34)],
)


@given(st.floats(0.0, 250.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 3.0))
def test_contraction_never_lowers_the_pressure(volume, first, second, ees):
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
