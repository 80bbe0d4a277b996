"""The baroreflex: the reference's curves, neutral where identified, its set point and settling."""

from __future__ import annotations

import tomllib

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp

from plants import METRICS
from plants.quantities import DATA, Parameter, declarations, field_names, read_quantities
from plants.slow import PARAMETER_LAYOUT, STATE_LAYOUT
from plants.slow.laws import AllParameters, reflex
from plants.slow.model import INPUT_LAYOUT

NAMES = field_names(reflex.States)
EFFECTORS = ("contractility", "resistance", "venous", "rate_sympathetic", "rate_vagal")
NOTHING = INPUT_LAYOUT.partly()


def parameters(**changes: float) -> AllParameters:
    tables = tomllib.loads((DATA / "slow" / "reflex.toml").read_text())["parameters"]
    quantities = read_quantities(
        tables, declarations(reflex.Parameters, Parameter), "parameters", "reflex.toml"
    )
    values = {name: quantity.value for name, quantity in quantities.items()}
    return PARAMETER_LAYOUT.partly(**values | {"baroreflex_gain": 1.0} | changes)


def effects(pressure: float, p: AllParameters) -> dict[str, float]:
    values = reflex.effects(reflex.equilibrium(pressure, p), NOTHING, p)
    return {name: float(value) for name, value in values.items()}


def response(p: AllParameters, pressure: float, seconds: np.ndarray) -> dict[str, np.ndarray]:
    """The states after a step of the pressure from the operating pressure."""
    s, m = ca.SX.sym("s", len(NAMES)), ca.SX.sym("map")
    space = STATE_LAYOUT.partly(**{name: s[i] for i, name in enumerate(NAMES)})
    rates = reflex.rates(space, METRICS.partly(map=m), NOTHING, p)
    f = ca.Function("f", [s, m], [ca.vertcat(*[rates[name] for name in NAMES])])
    first = reflex.start(p, METRICS.partly(map=p.baroreflex_operating_pressure))
    solution = solve_ivp(
        lambda t, x: np.asarray(f(x, pressure)).ravel() / 3600.0,
        (0, seconds[-1]),
        [first[name] for name in NAMES],
        t_eval=seconds,
        method="LSODA",
        rtol=1e-9,
        atol=1e-10,
    )
    return dict(zip(NAMES, solution.y, strict=True))


def test_the_constants_are_those_of_the_reference():
    p = parameters()
    # Ursino's firing rates at the operating point, worked out by hand.
    carotid = reflex.carotid_firing(92.0, 92.0, p)
    assert carotid == pytest.approx((2.52 + 47.78) / 2)
    assert reflex.sympathetic_firing(carotid, p) == pytest.approx(
        2.10 + (16.11 - 2.10) * np.exp(-0.0675 * carotid)
    )
    exponential = np.exp((carotid - 25.0) / 7.06)
    assert reflex.vagal_firing(carotid, p) == pytest.approx(
        (3.2 + 6.3 * exponential) / (1 + exponential)
    )
    assert [getattr(p, f"lag_{name}") for name in EFFECTORS] == [8, 6, 20, 2, 1.5]
    assert [getattr(p, f"delay_{name}") for name in EFFECTORS] == [2, 2, 5, 2, 0.2]


def test_the_sigmoid_is_ursinos():
    p = parameters()
    for pressure in (0.0, 60.0, 110.0, 200.0):
        exponential = np.exp((pressure - 92.0) / 11.758)
        expected = (2.52 + 47.78 * exponential) / (1 + exponential)
        assert reflex.carotid_firing(pressure, 92.0, p) == pytest.approx(expected)
        # A set point that moves takes the curve along.
        assert reflex.carotid_firing(pressure - 20.0, 72.0, p) == pytest.approx(expected)


@pytest.mark.parametrize("operating_point", [47.0, 57.0, 92.0])
def test_it_is_exactly_neutral_at_the_operating_point_and_when_off(operating_point):
    p = parameters(baroreflex_operating_pressure=operating_point)
    neutral = {
        "lv_contractility": 1.0,
        "rv_contractility": 1.0,
        "systemic_resistance": 1.0,
        "venous_volume": 0.0,
        "heart_rate": 1.0,
    }
    assert effects(operating_point, p) == neutral
    off = parameters(baroreflex_operating_pressure=operating_point, baroreflex_gain=0.0)
    assert effects(operating_point - 30.0, off) == neutral
    start = STATE_LAYOUT.partly(**reflex.start(p, METRICS.partly(map=operating_point)))
    assert reflex.effects(start, NOTHING, p) == neutral


def test_low_pressure_calls_for_everything_that_raises_it_and_the_curves_saturate():
    p = parameters()
    pressures = np.arange(0.0, 301.0, 5.0)
    factors = [effects(pressure, p) for pressure in pressures]
    for name in ("lv_contractility", "rv_contractility", "systemic_resistance", "heart_rate"):
        values = np.array([factor[name] for factor in factors])
        assert np.all(np.diff(values) < 0)
        assert values[0] > 1.15
        assert values[-1] < 0.9
        # The open-loop gain is greatest near the operating point and vanishes far from it.
        slopes = -np.diff(values)
        steepest = pressures[np.argmax(slopes)]
        assert 75.0 <= steepest <= 105.0
        assert slopes[[0, -1]].max() < 0.02 * slopes.max()
    volumes = np.array([factor["venous_volume"] for factor in factors])
    assert np.all(np.diff(volumes) > 0)
    assert volumes[0] == pytest.approx(-397.9 * 1.41, rel=0.02)
    rates = np.array([factor["heart_rate"] for factor in factors])
    # The heart period of the reference: 0.866 s at the operating point, 0.55 to 1.14 s at the ends.
    assert 0.866 / rates[[0, -1]] == pytest.approx([0.553, 1.136], abs=0.01)


def test_a_gain_between_scales_every_effect():
    full, half = parameters(), parameters(baroreflex_gain=0.5)
    for name, value in effects(70.0, half).items():
        neutral = 0.0 if name == "venous_volume" else 1.0
        assert value - neutral == pytest.approx(0.5 * (effects(70.0, full)[name] - neutral))


def test_effectors_follow_with_their_lags_and_delays_and_settle_where_told():
    p = parameters(baroreflex_resetting_share=0.0)
    seconds = np.linspace(0.0, 200.0, 4001)
    tones = response(p, 70.0, seconds)
    target = reflex.equilibrium(70.0, p)
    for effector in EFFECTORS:
        course = tones[f"{effector}_tone"]
        end = getattr(target, f"{effector}_tone")
        assert course[-1] == pytest.approx(end, rel=1e-3)
        # The mean delay of a chain of lags is the sum of its time constants; the area between the
        # course and its end is that delay, that of the receptors bent by the sigmoid.
        tail = np.trapezoid(end - course, seconds) / end
        after_receptors = getattr(p, f"lag_{effector}") + getattr(p, f"delay_{effector}")
        assert after_receptors < tail < after_receptors + 3 * p.baroreflex_time
    # The vagus is quicker than any sympathetic effector.
    early = np.searchsorted(seconds, 3.0)
    shares = {
        effector: tones[f"{effector}_tone"][early] / getattr(target, f"{effector}_tone")
        for effector in EFFECTORS
    }
    assert max(shares, key=lambda effector: shares[effector]) == "rate_vagal"
    assert min(shares, key=lambda effector: shares[effector]) == "venous"


@settings(max_examples=40, deadline=None)
@given(pressure=st.floats(-50, 300), operating_point=st.floats(30, 130), gain=st.floats(0, 1))
def test_effects_stay_within_bounds_whatever_the_pressure(pressure, operating_point, gain):
    p = parameters(baroreflex_operating_pressure=operating_point, baroreflex_gain=gain)
    factors = effects(pressure, p)
    # A patient may come from either end of the curves.
    assert 0.65 < factors["lv_contractility"] < 1.5
    assert 0.65 < factors["rv_contractility"] < 1.5
    assert 0.45 < factors["systemic_resistance"] < 2.1
    assert 0.48 < factors["heart_rate"] < 2.1
    assert -1000 < factors["venous_volume"] < 1000
    shown = reflex.outputs(reflex.equilibrium(pressure, p), NOTHING, NOTHING, p)
    assert 0.15 < shown["sympathetic_activity"] < 6.0


def test_in_shock_the_reflex_has_little_left_to_lose():
    # The further below a person's set point, the less of a rise of pressure it takes back, and the
    # less than a reflex that is centred on the pressure of shock.
    pressures = (40.0, 50.0, 60.0, 70.0)
    rises = [effects(pressure + 10.0, shocked(pressure)) for pressure in pressures]
    centred = effects(60.0, shocked(50.0, baroreflex_set_point=50.0))
    for name, sign in (("systemic_resistance", -1), ("heart_rate", -1), ("venous_volume", 1)):
        neutral = 0.0 if name == "venous_volume" else 1.0
        lost = [sign * (rise[name] - neutral) for rise in rises]
        assert np.all(np.diff([0.0, *lost]) > 0)
        assert lost[1] < 0.75 * sign * (centred[name] - neutral)


def shocked(pressure: float, **changes: float) -> AllParameters:
    return parameters(baroreflex_operating_pressure=pressure, **changes)


@pytest.mark.parametrize("person", [80.0, 92.0, 105.0])
def test_the_set_point_is_reset_a_share_of_the_way_within_hours(person):
    p = shocked(57.0, baroreflex_set_point=person)
    share, hours = p.baroreflex_resetting_share, p.baroreflex_resetting_time
    seconds = 3600.0 * np.array([0.0, hours, 12 * hours])
    course = response(p, 80.0, seconds)["present_set_point"]
    first, last = person + share * (57.0 - person), person + share * (80.0 - person)
    assert course[0] == pytest.approx(first)
    # The receptors' seconds come on top.
    assert course[1] == pytest.approx(last + (first - last) * np.exp(-1), abs=0.05)
    assert course[2] == pytest.approx(last, abs=0.01)
    never = response(shocked(57.0, baroreflex_resetting_share=0.0), 80.0, seconds)
    assert never["present_set_point"] == pytest.approx([92.0] * 3)


def test_a_rise_that_lasts_lowers_the_tone_less_once_the_set_point_has_followed():
    p = shocked(57.0)
    at_once = effects(80.0, p)
    settled = reflex.equilibrium(80.0, p, reflex.settled_set_point(80.0, p))
    later = {name: float(value) for name, value in reflex.effects(settled, NOTHING, p).items()}
    assert at_once["systemic_resistance"] < later["systemic_resistance"] < 1.0
    assert at_once["heart_rate"] < later["heart_rate"] < 1.0


def test_nothing_overflows_in_value_or_derivative_far_out():
    p = parameters()
    x = ca.SX.sym("x")
    targets = ca.vertcat(*vars(reflex.equilibrium(x, p)).values())
    f = ca.Function("f", [x], [targets, ca.jacobian(targets, x)])
    for pressure in (-1e6, -1e3, 1e3, 1e6):
        assert np.all(np.isfinite(np.concatenate([np.asarray(part) for part in f(pressure)])))


def test_every_state_relaxes_linearly():
    p = parameters()
    s, m = ca.SX.sym("s", len(NAMES)), ca.SX.sym("map")
    space = STATE_LAYOUT.partly(**{name: s[i] for i, name in enumerate(NAMES)})
    rates = reflex.rates(space, METRICS.partly(map=m), NOTHING, p)
    for i, name in enumerate(NAMES):
        own = ca.jacobian(rates[name], s[i])
        assert ca.which_depends(own, ca.vertcat(s, m)) == [False] * (len(NAMES) + 1)
        assert float(ca.evalf(own)) < 0
