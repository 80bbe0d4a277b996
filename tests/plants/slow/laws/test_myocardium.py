"""Stunned myocardium: published recovery under support, relapse, loss, and its bounds."""

from __future__ import annotations

import tomllib

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp

from plants import METRICS, Patient, Plant, Pump, steady_state
from plants.quantities import DATA, Parameter, declarations, field_names, read_quantities
from plants.slow import PARAMETER_LAYOUT, STATE_LAYOUT
from plants.slow.laws import AllParameters, myocardium
from plants.slow.model import INPUT_LAYOUT

NAMES = field_names(myocardium.States)
READ = ("lvedp", "lvedv", "pressure_volume_area", "heart_rate", "coronary_driving_pressure")
NOTHING = INPUT_LAYOUT.partly()
# An unsupported ventricle in shock, as it might be on a pump, and off it again.
UNSUPPORTED = {
    "lvedp": 27.0,
    "lvedv": 138.0,
    "pressure_volume_area": 4166.0,
    "heart_rate": 105.0,
    "coronary_driving_pressure": 30.0,
}
SUPPORTED = UNSUPPORTED | {
    "lvedp": 12.0,
    "lvedv": 126.0,
    "pressure_volume_area": 3200.0,
    "coronary_driving_pressure": 45.0,
}
STARVED = UNSUPPORTED | {"coronary_driving_pressure": 8.0}
# As after weaning too early: little pressure, a full ventricle.
FAILING = UNSUPPORTED | {"coronary_driving_pressure": 22.0}
# What recovery moves, of either ventricle.
MOVED = ("contractility", "stiffness")


def parameters(**changes: float) -> AllParameters:
    tables = tomllib.loads((DATA / "slow" / "myocardium.toml").read_text())["parameters"]
    quantities = read_quantities(
        tables, declarations(myocardium.Parameters, Parameter), "parameters", "myocardium.toml"
    )
    values = {name: quantity.value for name, quantity in quantities.items()}
    return PARAMETER_LAYOUT.partly(**values | changes)


def begin(p: AllParameters) -> np.ndarray:
    first = myocardium.start(p, METRICS.partly(**UNSUPPORTED))
    return np.array([first[name] for name in NAMES])


def course(
    p: AllParameters, metrics: dict[str, float], hours: np.ndarray, first: np.ndarray
) -> dict[str, np.ndarray]:
    """The states while every beat has those metrics."""
    s = ca.SX.sym("s", len(NAMES))
    space = STATE_LAYOUT.partly(**{name: s[i] for i, name in enumerate(NAMES)})
    rates = myocardium.rates(space, METRICS.partly(**metrics), NOTHING, p)
    f = ca.Function("f", [s], [ca.vertcat(*[rates[name] for name in NAMES])])
    solution = solve_ivp(
        lambda t, x: np.asarray(f(x)).ravel(),
        (0, hours[-1]),
        first,
        t_eval=hours,
        method="LSODA",
        rtol=1e-9,
        atol=1e-12,
    )
    return dict(zip(NAMES, solution.y, strict=True))


def at_end(states: dict[str, np.ndarray]) -> np.ndarray:
    return np.array([states[name][-1] for name in NAMES])


def contractility(states: dict[str, np.ndarray], p: AllParameters) -> np.ndarray:
    return np.asarray(myocardium.contractility(STATE_LAYOUT.partly(**states), p))


def test_the_patient_starts_exactly_as_identified():
    for p in (parameters(recoverable=0.0), parameters(recoverable=2.4, rv_recoverable=0.7)):
        s = STATE_LAYOUT.partly(**dict(zip(NAMES, begin(p), strict=True)))
        factors = myocardium.effects(s, NOTHING, p)
        assert set(factors) == {f"{side}_{name}" for side in ("lv", "rv") for name in MOVED}
        assert set(factors.values()) == {1.0}
        assert myocardium.load(s, METRICS.partly(**UNSUPPORTED), p) == pytest.approx(1.0)


@pytest.mark.parametrize(("time", "delay"), [(2.0, 0.0), (4.5, 1.0), (7.0, 2.0)])
def test_good_support_reproduces_the_published_recovery(time, delay):
    p = parameters(recoverable=1.5, recovery_time=time, recovery_delay=delay)
    days = np.linspace(0, 21, 85)
    recovered = contractility(course(p, SUPPORTED, 24 * days, begin(p)), p)
    published = 1 + 1.5 * (1 - np.exp(-np.maximum(days - delay, 0) / time))
    # The delay is smooth, so the onset is rounded; the rest follows the curve.
    late = days > delay + 2
    assert recovered[late] == pytest.approx(published[late], rel=0.04)
    assert np.abs(recovered - published).max() < 0.2
    assert np.all(np.diff(recovered) > 0)
    assert recovered[-1] < 1 + 1.5


def test_the_walls_soften_with_the_contractility_that_comes_back():
    p = parameters(recoverable=1.5, lv_softening=0.2, rv_softening=0.4, infarct_loss=0.0)
    on_support = course(p, SUPPORTED, np.linspace(0, 7 * 24, 29), begin(p))
    recovered = STATE_LAYOUT.partly(**on_support)
    factors = myocardium.effects(recovered, NOTHING, p)
    share = (factors["lv_contractility"] - 1) / 1.5
    assert factors["lv_stiffness"] == pytest.approx(1 - 0.2 * share)
    assert factors["rv_stiffness"] == pytest.approx(1 - 0.4 * share)
    assert share[-1] > 0.5
    # A relapse stiffens the wall again.
    off = course(p, FAILING, np.linspace(0, 24, 25), at_end(on_support))
    again = myocardium.effects(STATE_LAYOUT.partly(**off), NOTHING, p)
    assert np.all(np.diff(again["lv_stiffness"]) > 0)


def test_a_non_responder_and_an_unsupported_patient_do_not_recover():
    hours = np.linspace(0, 7 * 24, 29)
    p = parameters(recoverable=0.0)
    assert contractility(course(p, SUPPORTED, hours, begin(p)), p) == pytest.approx(1.0, abs=1e-3)
    p = parameters(recoverable=2.0, infarct_loss=0.0)
    # Less than a twentieth of what could come back.
    assert contractility(course(p, UNSUPPORTED, hours, begin(p)), p).max() < 1.1


def test_taking_the_perfusion_away_brings_a_relapse_within_hours():
    p = parameters(recoverable=1.5)
    on_support = course(p, SUPPORTED, np.linspace(0, 7 * 24, 8), begin(p))
    recovered = contractility(on_support, p)[-1]
    assert recovered > 1.8
    # Weaned too early: the pressure falls and the ventricle fills.
    off = course(p, FAILING, np.linspace(0, 24, 25), at_end(on_support))
    relapse = contractility(off, p)
    assert np.all(np.diff(relapse) < 0)
    assert relapse[-1] < 1.2
    # Back on support it recovers again.
    again = course(p, SUPPORTED, np.linspace(0, 7 * 24, 8), at_end(off))
    assert 1.8 < contractility(again, p)[-1] < 2.5


def test_a_recovered_ventricle_bears_the_work_it_does_after_weaning():
    p = parameters(recoverable=1.0)
    recovered = begin(p)
    recovered[NAMES.index("stunned")] = 0.0
    # Twice the contractility without a pump: less filling, two thirds more work.
    weaned = UNSUPPORTED | {
        "lvedp": 18.0,
        "lvedv": 128.0,
        "pressure_volume_area": 1.68 * 4166.0,
        "coronary_driving_pressure": 46.0,
    }
    s = STATE_LAYOUT.partly(**dict(zip(NAMES, recovered, strict=True)))
    assert myocardium.load(s, METRICS.partly(**weaned), p) < 0.85
    assert contractility(course(p, weaned, np.linspace(0, 96, 5), recovered), p)[-1] > 1.9


def test_overload_alone_stuns_again():
    p = parameters(recoverable=1.5, recovery_delay=0.0)
    on_support = course(p, SUPPORTED, np.linspace(0, 7 * 24, 8), begin(p))
    overload = SUPPORTED | {"lvedp": 40.0, "lvedv": 160.0, "pressure_volume_area": 12000.0}
    off = course(p, overload, np.linspace(0, 24, 25), at_end(on_support))
    assert contractility(off, p)[-1] < contractility(on_support, p)[-1] - 0.3
    assert off["infarcted"][-1] < 0.01


def test_long_low_perfusion_turns_stunned_into_lost():
    p = parameters(recoverable=1.5)
    starved = course(p, STARVED, np.linspace(0, 48, 49), begin(p))
    assert np.all(np.diff(starved["infarcted"]) > 0)
    assert 0.7 < starved["infarcted"][-1] < 1.0
    assert contractility(starved, p)[-1] < 0.7
    # What is lost stays lost, however good the support.
    later = course(p, SUPPORTED, np.linspace(0, 60 * 24, 61), at_end(starved))
    ceiling = 1 + 1.5 * (1 - starved["infarcted"][-1]) - 0.5 * starved["infarcted"][-1]
    assert contractility(later, p)[-1] == pytest.approx(ceiling, abs=0.02)
    # An hour of it does next to nothing.
    assert course(p, STARVED, np.array([0.0, 1.0]), begin(p))["infarcted"][-1] < 0.05


def test_the_drive_rises_with_unloading_and_with_perfusion():
    p = parameters()
    s = STATE_LAYOUT.partly(**dict(zip(NAMES, begin(p), strict=True)))

    def drive(**changes: float) -> float:
        return float(myocardium.recovery_drive(s, METRICS.partly(**UNSUPPORTED | changes), p))

    # The volume falls with the pressure, as on a pump.
    unloading = [
        drive(
            lvedp=pressure,
            pressure_volume_area=4166.0 * (0.5 + pressure / 54),
            coronary_driving_pressure=45.0,
        )
        for pressure in np.linspace(30, 2, 15)
    ]
    assert np.all(np.diff(unloading) > 0)
    assert unloading[0] < 0.2
    assert unloading[-1] == pytest.approx(1.0, abs=0.05)
    perfusion = [drive(lvedp=12.0, coronary_driving_pressure=x) for x in np.arange(0, 57, 4)]
    assert np.all(np.diff(perfusion) > 0)
    assert perfusion[0] < 0.01
    # Full at a sufficient pressure, half at the critical one.
    assert perfusion[7] == pytest.approx(0.5 * perfusion[-1], rel=0.01)


def test_an_inotrope_does_not_pass_for_unloading():
    p = parameters()
    s = STATE_LAYOUT.partly(**dict(zip(NAMES, begin(p), strict=True)))
    # Dobutamine lowers the filling pressure by an eighth and raises the demand by two fifths.
    drug = UNSUPPORTED | {"lvedp": 24.0, "pressure_volume_area": 5300.0, "heart_rate": 116.0}
    assert myocardium.load(s, METRICS.partly(**drug), p) > 1.05


@pytest.mark.parametrize("name", ["shock-c", "shock-d", "shock-e"])
def test_a_cp_at_a_high_level_unloads_enough_to_recover(name):
    patient = Patient.load(name)
    p = parameters()
    off = steady_state(Plant(patient), 0.0).metrics
    on = steady_state(Plant(patient, Pump.load("CP")), 46000.0).metrics
    s = STATE_LAYOUT.partly(**myocardium.start(p, METRICS.partly(**off)))
    perfused = {"coronary_driving_pressure": 45.0}

    def drive(metrics) -> float:
        given = METRICS.partly(**{n: metrics[n] for n in READ[:-1]} | perfused)
        return float(myocardium.recovery_drive(s, given, p))

    assert drive(off) < 0.25
    assert drive(on) > 0.85


@settings(max_examples=25, deadline=None)
@given(
    lvedp=st.floats(-10, 60),
    lvedv=st.floats(5, 400),
    area=st.floats(-500, 30000),
    rate=st.floats(30, 200),
    perfusion=st.floats(-40, 150),
    stunned=st.floats(0, 1),
    lost=st.floats(0, 1),
)
def test_shares_stay_shares_whatever_the_beats(lvedp, lvedv, area, rate, perfusion, stunned, lost):
    p = parameters(recoverable=2.4)
    first = begin(p)
    first[NAMES.index("infarcted")] = lost * (1 - stunned)
    first[NAMES.index("stunned")] = stunned
    metrics = dict(zip(READ, (lvedp, lvedv, area, rate, perfusion), strict=True))
    states = course(p, metrics, np.linspace(0, 200, 21), first)
    total = states["stunned"] + states["infarcted"]
    for values in (states["stunned"], states["infarcted"], total):
        assert values.min() > -1e-7
        assert values.max() < 1 + 1e-7
    assert np.all(np.diff(states["infarcted"]) > -1e-9)
    assert contractility(states, p).min() > 0.49
    assert contractility(states, p).max() < 1 + 2.4 + 1e-6


def test_the_unsupported_load_can_be_given():
    unloaded = myocardium.start(parameters(), METRICS.partly(**UNSUPPORTED))
    tension, demand = unloaded["tension_reference"], unloaded["demand_reference"]
    p = parameters(unsupported_tension=tension, unsupported_demand=demand)
    assert myocardium.start(p, METRICS.partly(**SUPPORTED)) == unloaded
