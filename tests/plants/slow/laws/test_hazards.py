"""Hazards: published incidences over the label, what moves them, and reproducible events."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace

import casadi as ca
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp
from scipy.stats import norm

from plants import METRICS, InputError, Pump
from plants.quantities import DATA, Parameter, declarations, field_names, read_quantities
from plants.slow import PARAMETER_LAYOUT, STATE_LAYOUT
from plants.slow.laws import AllParameters, hazards, limb
from plants.slow.model import INPUT_LAYOUT

NAMES = field_names(hazards.States)
# Highest level that is run for days, and the days of the label (the IFUs; 5.5: a secondary source).
CLINICAL = {"2.5": (50000.0, 4), "CP": (44000.0, 4), "5.0": (30000.0, 6), "5.5": (30000.0, 14)}


def parameters(**changes: float) -> AllParameters:
    values = {}
    for name, topic in (("limb", limb), ("hazards", hazards)):
        tables = tomllib.loads((DATA / "slow" / f"{name}.toml").read_text())["parameters"]
        quantities = read_quantities(
            tables, declarations(topic.Parameters, Parameter), "parameters", f"{name}.toml"
        )
        values |= {key: quantity.value for key, quantity in quantities.items()}
    return PARAMETER_LAYOUT.partly(**values | changes)


def device(name: str, access: int = 0, **changes: float) -> AllParameters:
    pump = Pump.load(name)
    given = hazards.access_parameters(
        pump.access[access], pump.rating("pump_french"), pump.rating("sheath_french")
    )
    return parameters(**given | changes)


def course(p, speed, hours, *, catheter=0.0, pfhb=5.0, **beat):
    """The states at those hours while every beat is alike."""
    m = METRICS.partly(**{"pump_speed": speed, "lvedv": 135.0, "map": 67.0, "cvp": 12.0} | beat)
    s = ca.SX.sym("s", len(NAMES))
    space = STATE_LAYOUT.partly(**{name: s[i] for i, name in enumerate(NAMES)}, pfhb=pfhb)
    rates = hazards.rates(space, m, INPUT_LAYOUT.partly(distal_perfusion=catheter), p)
    f = ca.Function("f", [s], [ca.vertcat(*[rates[name] for name in NAMES])])
    first = hazards.start(p, METRICS.partly())
    solution = solve_ivp(
        lambda t, x: np.asarray(f(x)).ravel(),
        (0, hours[-1]),
        [first[name] for name in NAMES],
        t_eval=hours,
        method="LSODA",
        rtol=1e-9,
        atol=1e-12,
    )
    return dict(zip(NAMES, solution.y, strict=True))


def incidence(p, speed, days, **beat) -> dict[str, float]:
    """Chance of each event within the days, at the end."""
    end = course(p, speed, np.array([0.0, 24.0 * days]), **beat)
    return {name: 1 - math.exp(-end[name][-1]) for name in hazards.HAZARDS}


@pytest.mark.parametrize("name", CLINICAL)
def test_bleeding_and_malposition_are_within_the_published_ranges(name):
    speed, days = CLINICAL[name]
    cumulative = incidence(device(name), speed, days)
    assert 0.02 < cumulative["bleeding_hazard"] < 0.125
    # Malposition that lasts is the way to hemolysis: 0.2 to 3.7 % of patients.
    assert 0.002 < cumulative["malposition_hazard"] < 0.037


def test_limb_ischemia_strikes_about_three_percent_of_a_cohort_by_femoral_access():
    # Femoral arteries of the population: 6.9 mm, standard deviation 1.4 mm.
    variance = math.log1p((1.4 / 6.9) ** 2)
    scores = (np.arange(40) + 0.5) / 40
    diameters = 6.9 * np.exp(-0.5 * variance + math.sqrt(variance) * norm.ppf(scores))
    cumulative = [
        incidence(device("CP", artery_diameter=max(d, 4.3)), 44000.0, 4)["limb_hazard"]
        for d in diameters
    ]
    assert 0.02 < np.mean(cumulative) < 0.04
    assert cumulative == sorted(cumulative, reverse=True)
    assert max(cumulative) > 3 * np.median(cumulative)
    assert incidence(device("5.5"), 30000.0, 14)["limb_hazard"] == 0.0


def test_small_pumps_have_the_published_hazard_ratio():
    def rate(french: float) -> float:
        # The same tip speed for both, so that only the size speaks.
        beat = METRICS.partly(lvedv=135.0, pump_speed=44000.0 * 14.0 / french)
        return float(hazards.malposition_rate(beat, parameters(pump_french=french)))

    assert rate(14.0) / rate(21.0) == pytest.approx(2.68, rel=0.01)
    assert rate(12.0) / rate(21.0) == pytest.approx(2.68, rel=0.01)


def test_each_hazard_moves_with_what_should_move_it():
    cp = device("CP")
    base = incidence(cp, 44000.0, 4)
    slower = incidence(cp, 35000.0, 4)
    assert slower["bleeding_hazard"] < base["bleeding_hazard"]
    assert slower["malposition_hazard"] < base["malposition_hazard"]
    assert slower["limb_hazard"] == pytest.approx(base["limb_hazard"])
    small = incidence(cp, 44000.0, 4, lvedv=90.0)
    assert small["malposition_hazard"] > base["malposition_hazard"]
    hemolytic = incidence(cp, 44000.0, 4, pfhb=80.0)
    assert hemolytic["bleeding_hazard"] > base["bleeding_hazard"]
    longer = incidence(cp, 44000.0, 8)
    assert all(longer[name] > base[name] for name in hazards.HAZARDS)
    rescued = incidence(device("CP", artery_diameter=5.0), 44000.0, 4, catheter=1.0)
    narrow = incidence(device("CP", artery_diameter=5.0), 44000.0, 4)
    assert rescued["limb_hazard"] < 0.5 * narrow["limb_hazard"]
    shocked = incidence(cp, 44000.0, 4, map=45.0)
    assert shocked["limb_hazard"] > base["limb_hazard"]


def test_access_bleeding_is_worst_on_the_first_day_and_for_wide_surgical_access():
    hours = 24.0 * np.arange(5)
    daily = np.diff(course(device("CP"), 44000.0, hours)["bleeding_hazard"])
    assert daily[0] > 1.8 * daily[1]
    assert np.all(np.diff(daily) < 0)
    same = {"pump_french": 14.0, "femoral": 0.0}
    surgical = parameters(surgical=1.0, **same)
    percutaneous = parameters(surgical=0.0, **same)
    first = {
        key: course(p, 44000.0, hours)["bleeding_hazard"][1]
        for key, p in (("surgical", surgical), ("percutaneous", percutaneous))
    }
    assert first["surgical"] > 1.05 * first["percutaneous"]
    wide = parameters(**same | {"pump_french": 21.0})
    assert (
        course(wide, 44000.0 * 14 / 21, hours)["bleeding_hazard"][1] > 1.3 * first["percutaneous"]
    )


def test_without_a_device_nothing_happens():
    p = parameters(pump_french=0.0, sheath_french=0.0, femoral=0.0)
    end = course(p, 0.0, np.array([0.0, 240.0]))
    assert {end[name][-1] for name in hazards.HAZARDS} == {0.0}
    # A pump that stands still is not malpositioned by its own pull, but its access still bleeds.
    still = course(parameters(), 0.0, np.array([0.0, 96.0]))
    assert still["malposition_hazard"][-1] == 0.0
    assert still["bleeding_hazard"][-1] > 0.02


def test_the_multimers_go_within_a_day_and_come_back():
    p = parameters()
    loss = course(p, 44000.0, np.array([0.0, 6.0, 24.0]))["vwf_loss"]
    assert loss == pytest.approx([0.0, 0.5 * (1 - math.exp(-1)), 0.5], abs=0.02)


def test_thresholds_are_standard_exponential_and_one_stream_each():
    drawn = [hazards.hazard_thresholds(seed) for seed in range(2000)]
    for name in hazards.HAZARDS:
        values = np.array([draw[name] for draw in drawn])
        assert values.mean() == pytest.approx(1.0, abs=0.07)
        assert np.mean(values > 1.0) == pytest.approx(math.exp(-1), abs=0.035)
    pairs = np.array([[draw[name] for name in hazards.HAZARDS] for draw in drawn])
    assert np.abs(np.corrcoef(pairs.T) - np.eye(3)).max() < 0.07
    assert hazards.hazard_thresholds(3) == drawn[3]
    for bad in (-1, 1.5, True):
        with pytest.raises(InputError, match="seed"):
            hazards.hazard_thresholds(bad)


def test_events_are_the_same_however_finely_the_run_was_cut():
    p = device("CP", artery_diameter=5.5)
    limits = dict.fromkeys(hazards.HAZARDS, 0.02)
    times = []
    for step in (0.25, 4.0):
        hours = np.arange(0.0, 96.1, step)
        states = course(p, 44000.0, hours)
        series = {name: states[name] for name in hazards.HAZARDS}
        times.append(hazards.event_times(hours, series, limits))
    for name in hazards.HAZARDS:
        assert times[1][name] == pytest.approx(times[0][name], abs=0.25)
    assert all(0 < when < 96 for when in times[0].values())


def test_event_times_at_the_edges():
    hours, series = [0.0, 1.0, 2.0, 3.0], {"limb_hazard": [0.0, 0.0, 0.4, 0.4]}
    assert hazards.event_times(hours, series, {"limb_hazard": 0.1})["limb_hazard"] == 1.25
    assert hazards.event_times(hours, series, {"limb_hazard": 0.4})["limb_hazard"] == 2.0
    assert hazards.event_times(hours, series, {"limb_hazard": 0.5})["limb_hazard"] == math.inf
    assert hazards.event_times(hours, series, {"limb_hazard": 0.0})["limb_hazard"] == 0.0
    with pytest.raises(InputError, match="hours"):
        hazards.event_times([0.0, 0.0], {}, {})
    with pytest.raises(InputError, match="never fall"):
        hazards.event_times(hours, {"limb_hazard": [0.0, 1.0, 0.5, 2.0]}, {"limb_hazard": 1.0})
    with pytest.raises(InputError, match="threshold"):
        hazards.event_times(hours, series, {})


@pytest.mark.parametrize("name", Pump.names())
def test_every_devices_accesses_are_understood(name):
    pump = Pump.load(name)
    for i, access in enumerate(pump.access):
        p = device(name, i)
        assert p.femoral == float("femoral" in access and pump.side == "left")
        assert p.surgical == float(not any(word in access for word in ("percutaneous", "vein")))
        assert p.pump_french == pump.rating("pump_french")
    assert device("CP").femoral == 1.0
    assert device("5.5").femoral == 0.0


@settings(max_examples=60, deadline=None)
@given(
    speed=st.floats(0, 60000),
    french=st.floats(0, 40),
    lvedv=st.floats(0, 800),
    pressure=st.floats(-50, 300),
    pfhb=st.floats(0, 3000),
    loss=st.floats(0, 1),
)
def test_rates_are_never_negative_nor_boundless(speed, french, lvedv, pressure, pfhb, loss):
    p = parameters(pump_french=french)
    s = STATE_LAYOUT.partly(pfhb=pfhb, access_wound=1.0, vwf_loss=loss)
    m = METRICS.partly(pump_speed=speed, lvedv=lvedv, map=pressure, cvp=10.0)
    u = INPUT_LAYOUT.partly(distal_perfusion=0.0)
    rates = hazards.rates(s, m, u, p)
    for name in hazards.HAZARDS:
        assert 0 <= rates[name] < 0.1
    none, all_lost = replace(s, vwf_loss=0.0), replace(s, vwf_loss=1.0)
    assert hazards.rates(none, m, u, p)["vwf_loss"] >= 0
    assert hazards.rates(all_lost, m, u, p)["vwf_loss"] <= 0
