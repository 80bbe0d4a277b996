"""Release, binding and clearance of plasma hemoglobin, against what is published of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp

from plants import METRICS, InputError, clinically_significant
from plants.quantities import Parameter, declarations, field_names, load_toml, read_quantities
from plants.slow import PARAMETER_LAYOUT, SLOW_STATES, STATE_LAYOUT
from plants.slow.laws import blood, hemolysis
from plants.slow.laws.hemolysis import bound
from plants.slow.model import INPUT_LAYOUT

STATES = field_names(hemolysis.States)
STILL = INPUT_LAYOUT.partly(bleeding=0.0, transfusion=0.0, fluid=0.0)
NORMAL, OBSTRUCTED = 1.9, 13.0  # mg/dL/h at the reference, from the indices of Roberts 2020


def parameters(**changes):
    values = {"blood_volume": 5000.0}
    for name, topic in (("blood", blood), ("hemolysis", hemolysis)):
        content, source = load_toml(name, "slow", "topic")
        quantities = read_quantities(
            content["parameters"], declarations(topic.Parameters, Parameter), "parameters", source
        )
        values |= {key: quantity.value for key, quantity in quantities.items()}
    return PARAMETER_LAYOUT.partly(**values | changes)


def reference_blood(p):
    """Fixed states and volume of the blood for which the release was derived."""
    volume = p.release_plasma_volume / (1 - p.release_hemoglobin / p.red_cell_hemoglobin)
    return {"hemoglobin_mass": p.release_hemoglobin * volume / 100, "fluid_shift": 0.0}, volume


def slopes(x, p, rate, u=STILL):
    fixed, volume = reference_blood(p)
    s = STATE_LAYOUT.partly(**fixed, **dict(zip(STATES, x, strict=True)))
    m = METRICS.partly(blood_volume=volume, hemolysis_rate=rate)
    changes = hemolysis.rates(s, m, u, p)
    return np.array([float(changes[name]) for name in STATES])


def course(p, hours, rate, start=None):
    """Plasma hemoglobin, haptoglobin and dose at the given hours."""
    if start is None:
        start = [hemolysis.start(p, METRICS.partly())[name] for name in STATES]
    solution = solve_ivp(
        lambda _, x: slopes(x, p, rate),
        (0, hours[-1]),
        start,
        method="LSODA",
        t_eval=hours,
        rtol=1e-9,
        atol=1e-9,
    )
    assert solution.success
    return solution.y


def test_the_release_is_the_reference_one_in_the_reference_blood():
    p = parameters()
    assert slopes([0.0, 0.0, 0.0], p, NORMAL)[0] == pytest.approx(NORMAL, rel=1e-4)


def test_the_mass_released_goes_with_hemoglobin_and_spreads_in_the_plasma():
    p = parameters()

    def release(hb, volume):
        s = STATE_LAYOUT.partly(hemoglobin_mass=hb * volume / 100)
        m = METRICS.partly(blood_volume=volume, hemolysis_rate=NORMAL)
        return float(hemolysis.release(s, m, p))

    def plasma(hb, volume):
        return volume * (1 - hb / p.red_cell_hemoglobin)

    mass = release(10.0, 4000.0) * plasma(10.0, 4000.0)
    assert release(10.0, 6000.0) * plasma(10.0, 6000.0) == pytest.approx(mass, rel=1e-4)
    assert release(14.0, 4000.0) * plasma(14.0, 4000.0) == pytest.approx(1.4 * mass, rel=1e-4)


@given(free=st.floats(0, 2e4), haptoglobin=st.floats(0, 1000), dissociation=st.floats(0.01, 5))
def test_no_more_is_bound_than_there_is_of_either(free, haptoglobin, dissociation):
    held = float(bound(free, haptoglobin, dissociation))
    least = min(free, haptoglobin)
    assert -1e-12 <= held <= least * (1 + 1e-12)
    # The definition, and how far the equilibrium is from binding all it can.
    unbound, spare = free - held, haptoglobin - held
    assert unbound * spare == pytest.approx(dissociation * held, rel=1e-6, abs=1e-6)
    assert least - held <= math.sqrt(dissociation * least) + 1e-9


def test_the_clearance_of_the_complex_saturates():
    p = parameters(haptoglobin_initial=0.0, haptoglobin_turnover=1e9)
    falls = [-slopes([level, level + 50.0, 0.0], p, 0.0)[0] for level in (20.0, 80.0, 320.0)]
    assert falls[0] < falls[1] < falls[2] < p.complex_clearance_limit
    assert falls[2] == pytest.approx(13.0, rel=0.03)
    assert falls[2] < 1.1 * falls[1]  # four times the hemoglobin, hardly more cleared


def test_traces_of_the_complex_have_the_published_half_life():
    p = parameters()
    trace = 0.01
    rate = -slopes([trace, 100.0, 0.0], p, 0.0)[0] / trace
    assert 10 / 60 < math.log(2) / rate < 30 / 60


def test_unbound_hemoglobin_leaves_faster_than_by_the_kidneys_alone():
    # Lathem 1959: 5 mL/min per 1.73 m2, in 3 L of plasma.
    kidneys = 5 * 60 / 3000
    p = parameters(haptoglobin_initial=0.0)
    assert -slopes([50.0, 0.0, 0.0], p, 0.0)[0] / 50.0 > kidneys


@pytest.mark.parametrize("rate", [NORMAL, 5.0, OBSTRUCTED])
def test_haptoglobin_is_used_up_before_unbound_hemoglobin_rises(rate):
    p = parameters()
    hours = np.linspace(0, 200, 2001)
    pfhb, haptoglobin, _ = course(p, hours, rate)
    pairs = zip(pfhb, haptoglobin, strict=True)
    held = np.array([float(bound(*pair, p.haptoglobin_dissociation)) for pair in pairs])
    unbound, spare = pfhb - held, haptoglobin - held
    assert np.all(unbound[spare > 5.0] < 0.8)
    rises, ends = hours[np.argmax(unbound > 2.0)], hours[np.argmax(spare < 5.0)]
    assert unbound.max() > 2.0
    assert 0 < ends < rises
    assert np.all(np.diff(haptoglobin) < 1e-6)


def test_a_normal_release_stays_below_the_definition_and_an_obstructed_one_does_not():
    p = parameters()
    hours = np.arange(0.0, 145.0, 6.0)
    assert course(p, hours, NORMAL)[0].max() < 10.0
    assert not clinically_significant(hours, course(p, hours, NORMAL)[0])
    assert clinically_significant(hours, course(p, hours, OBSTRUCTED)[0])


@pytest.mark.parametrize("rate", [3.0, OBSTRUCTED, 40.0])
def test_the_steady_level_balances_release_and_clearance(rate):
    p = parameters()
    pfhb, haptoglobin, _ = course(p, np.array([0.0, 1000.0]), rate)
    held = float(bound(pfhb[-1], haptoglobin[-1], p.haptoglobin_dissociation))
    # Haptoglobin is consumed as fast as it is made, and takes as much hemoglobin along.
    made = (p.haptoglobin_initial - haptoglobin[-1]) / p.haptoglobin_turnover
    unbound = pfhb[-1] - held
    assert rate - made - p.unbound_clearance * unbound == pytest.approx(0.0, abs=0.01 * rate)


@settings(max_examples=20)
@given(low=st.floats(0.1, 30), more=st.floats(0.5, 30))
def test_more_release_gives_more_hemoglobin_and_less_haptoglobin(low, more):
    p, hours = parameters(), np.array([0.0, 2.0, 12.0, 48.0])
    less, greater = course(p, hours, low), course(p, hours, low + more)
    assert np.all(greater[0, 1:] > less[0, 1:])
    assert np.all(greater[1, 1:] < less[1, 1:])


@settings(max_examples=20)
@given(rate=st.floats(0, 300), pfhb=st.floats(0, 500), haptoglobin=st.floats(0, 400))
def test_the_states_stay_in_their_range(rate, pfhb, haptoglobin):
    path = course(parameters(), np.linspace(0, 200, 60), rate, [pfhb, haptoglobin, 0.0])
    for name, values in zip(STATES, path, strict=True):
        state = SLOW_STATES[name]
        assert values.min() >= state.low - 1e-6
        assert values.max() <= state.high
    assert path[1].max() <= max(haptoglobin, parameters().haptoglobin_initial) + 1e-6


def test_the_dose_is_the_release_over_time():
    dose = course(parameters(), np.array([0.0, 10.0, 30.0]), 4.0)[2]
    assert dose == pytest.approx([0.0, 40.0, 120.0], rel=1e-4)


def test_without_release_a_clean_plasma_stays_clean():
    pfhb, haptoglobin, dose = course(parameters(), np.array([0.0, 100.0]), 0.0)
    assert np.all(pfhb == 0.0)
    assert np.all(dose == 0.0)
    assert haptoglobin[-1] == pytest.approx(128.0)


def test_fluid_dilutes_the_plasma_and_bleeding_does_not():
    p = parameters(unbound_clearance=0.01, haptoglobin_turnover=1e6)
    x = [60.0, 0.0, 0.0]
    still = slopes(x, p, 0.0)[0]
    bleeding = INPUT_LAYOUT.partly(bleeding=500.0, transfusion=0.0, fluid=0.0)
    fluid = INPUT_LAYOUT.partly(bleeding=0.0, transfusion=0.0, fluid=300.0)
    assert slopes(x, p, 0.0, bleeding)[0] == pytest.approx(still)
    assert slopes(x, p, 0.0, fluid)[0] - still == pytest.approx(-60.0 * 300 / 3000, rel=1e-4)


@pytest.mark.parametrize(
    ("times", "samples", "expected"),
    [
        ([0, 24], [41.0, 41.0], True),
        ([0, 24.1], [41.0, 41.0], False),
        ([0, 12, 24], [50.0, 30.0, 50.0], True),
        ([0, 12, 24], [40.0, 40.0, 40.0], False),
        ([0, 6, 12], [float("nan"), 90.0, float("nan")], False),
        ([], [], False),
    ],
)
def test_the_definition_asks_for_two_samples_within_a_day(times, samples, expected):
    assert clinically_significant(times, samples) is expected


@pytest.mark.parametrize(
    ("times", "samples", "field"),
    [
        ([0, 1], [1.0], "pfhb"),
        ([0, 0], [1.0, 1.0], "times_h"),
        ([2, 1], [1.0, 1.0], "times_h"),
        ([0, math.inf], [1.0, 1.0], "times_h"),
        ([0, 1], [1.0, -1.0], "pfhb"),
    ],
)
def test_samples_that_make_no_sense_are_refused(times, samples, field):
    with pytest.raises(InputError) as refusal:
        clinically_significant(times, samples)
    assert refusal.value.field == field
