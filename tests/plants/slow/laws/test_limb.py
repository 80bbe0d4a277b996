"""The leg below a sheath: geometry, what restores it, and how a dose of ischemia builds up."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp

from plants import METRICS
from plants.quantities import DATA, Parameter, declarations, read_quantities
from plants.slow import PARAMETER_LAYOUT, SLOW_STATES, STATE_LAYOUT
from plants.slow.laws import AllParameters, limb
from plants.slow.model import INPUT_LAYOUT

NOTHING = INPUT_LAYOUT.partly()


def parameters(**changes: float) -> AllParameters:
    tables = tomllib.loads((DATA / "slow" / "limb.toml").read_text())["parameters"]
    quantities = read_quantities(
        tables, declarations(limb.Parameters, Parameter), "parameters", "limb.toml"
    )
    values = {name: quantity.value for name, quantity in quantities.items()}
    return PARAMETER_LAYOUT.partly(**values | changes)


def perfusion(p: AllParameters, pressure: float = 60.0, catheter: float = 0.0) -> float:
    return float(limb.limb_perfusion(pressure, catheter, p))


def test_the_ratio_counts_the_outer_diameter_in_a_femoral_artery_only():
    p = parameters()
    assert limb.sheath_artery_ratio(p) == pytest.approx((14 / 3 + 0.67) / 6.9, rel=0.01)
    assert limb.sheath_artery_ratio(parameters(sheath_french=0.0)) == 0.0
    assert limb.sheath_artery_ratio(parameters(femoral=0.0)) == 0.0


def test_the_crescent_conducts_as_an_eccentric_annulus_does():
    # Exact concentric annulus: 1 - k^4 - (1 - k^2)^2 / ln(1/k); fully eccentric conducts up to 2.5
    # times as well when the gap is narrow.
    without = {"collateral_conductance": 0.0, "limb_reserve": 10.0}
    for ratio in (0.85, 0.9, 0.95):
        exact = 2.5 * (1 - ratio**4 - (1 - ratio**2) ** 2 / math.log(1 / ratio))
        diameter = (14 / 3 + 0.67 * 196 / 197) / ratio
        p = parameters(artery_diameter=diameter, **without)
        # What the leg gets at a low pressure, where the arterioles hold nothing back.
        supply = perfusion(p, 10.0)
        driving = 10.0 / p.limb_normal_pressure
        path = 1 / (driving / supply - 1 / p.limb_reserve)
        open_artery = p.artery_conductance * diameter**4
        assert path / open_artery == pytest.approx(exact, rel=0.1)


def test_a_leg_without_a_sheath_is_perfused_normally():
    for p in (parameters(sheath_french=0.0), parameters(femoral=0.0, artery_diameter=5.0)):
        assert perfusion(p, 85.0) > 0.99
        assert perfusion(p, 60.0) > 0.97


def test_perfusion_falls_with_the_ratio_and_the_pressure_and_the_catheter_restores_it():
    diameters = np.arange(11.0, 4.4, -0.25)
    perfusions = np.array([perfusion(parameters(artery_diameter=d)) for d in diameters])
    assert np.all(np.diff(perfusions) < 0)
    assert perfusions[0] > 0.97
    # A wide sheath leaves the collaterals: the range of the predictor, 1.05 (Hayashida 2011).
    ratios = np.array([limb.sheath_artery_ratio(parameters(artery_diameter=d)) for d in diameters])
    assert perfusions[ratios > 1.05].max() < 0.5
    assert perfusions[ratios < 0.75].min() > 0.9
    assert perfusions.min() > 0.2
    narrow = parameters(artery_diameter=5.2)
    by_pressure = np.array([perfusion(narrow, x) for x in np.arange(0.0, 120.0, 5.0)])
    assert np.all(np.diff(by_pressure) > 0)
    by_catheter = np.array([perfusion(narrow, 60.0, x) for x in np.linspace(0, 1, 11)])
    assert np.all(np.diff(by_catheter) > 0)
    # Most of what the sheath takes away comes back.
    lacking = perfusion(parameters(femoral=0.0)) - by_catheter
    assert lacking[-1] < 0.3 * lacking[0]


def dose(p: AllParameters, hours: np.ndarray, pressure: float, first=0.0, catheter=0.0):
    s = STATE_LAYOUT.partly(limb_ischemia=ca.SX.sym("dose"))
    m, u = (
        METRICS.partly(map=pressure + 12.0, cvp=12.0),
        INPUT_LAYOUT.partly(distal_perfusion=catheter),
    )
    f = ca.Function("f", [s.limb_ischemia], [limb.rates(s, m, u, p)["limb_ischemia"]])
    solution = solve_ivp(
        lambda t, x: np.asarray(f(x)).ravel(), (0, hours[-1]), [first], t_eval=hours, rtol=1e-8
    )
    return solution.y[0]


def test_the_dose_of_ischemia_counts_hours_without_flow_and_fades():
    hours = np.linspace(0, 96, 97)
    normal = dose(parameters(), hours, 60.0)
    assert normal.max() < 0.1
    starved = dose(parameters(artery_diameter=4.5, collateral_conductance=0.0), hours, 20.0)
    assert starved[4] == pytest.approx(4.0, rel=0.15)
    assert np.all(np.diff(starved) > 0)
    narrow = parameters(artery_diameter=4.8)
    ischemic = dose(narrow, hours, 45.0)
    assert ischemic[-1] > 4.0
    rescued = dose(narrow, hours, 45.0, first=ischemic[-1], catheter=1.0)
    assert np.all(np.diff(rescued) < 0)
    assert rescued[-1] < 0.2 * ischemic[-1]


@settings(max_examples=80, deadline=None)
@given(
    french=st.floats(0, 30),
    diameter=st.floats(2, 15),
    femoral=st.sampled_from([0.0, 1.0]),
    pressure=st.floats(-100, 300),
    catheter=st.floats(0, 1),
)
def test_perfusion_is_a_share_and_the_dose_stays_in_its_range(
    french, diameter, femoral, pressure, catheter
):
    p = parameters(sheath_french=french, artery_diameter=diameter, femoral=femoral)
    assert 0 <= perfusion(p, pressure, catheter) <= 1
    s = STATE_LAYOUT.partly(limb_ischemia=SLOW_STATES["limb_ischemia"].high)
    m, u = METRICS.partly(map=pressure, cvp=0.0), INPUT_LAYOUT.partly(distal_perfusion=catheter)
    assert limb.rates(s, m, u, p)["limb_ischemia"] < 0
    well = replace(s, limb_ischemia=0.0)
    assert limb.rates(well, m, u, p)["limb_ischemia"] >= 0
