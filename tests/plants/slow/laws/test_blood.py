"""Hemoglobin and blood volume: what is given and lost is all that changes, and none is made."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp

from plants import METRICS
from plants.quantities import (
    ML_PER_DL,
    Parameter,
    declarations,
    field_names,
    load_toml,
    read_quantities,
)
from plants.slow import PARAMETER_LAYOUT, STATE_LAYOUT
from plants.slow.laws import blood, hemolysis
from plants.slow.laws.composition import hematocrit, hemoglobin, plasma_volume
from plants.slow.model import INPUT_LAYOUT

VOLUME = 5000.0
STATES = (*field_names(blood.States), *field_names(hemolysis.States))


def parameters(**changes):
    values = {"blood_volume": VOLUME}
    for name, topic in (("blood", blood), ("hemolysis", hemolysis)):
        content, source = load_toml(name, "slow", "topic")
        quantities = read_quantities(
            content["parameters"], declarations(topic.Parameters, Parameter), "parameters", source
        )
        values |= {key: quantity.value for key, quantity in quantities.items()}
    return PARAMETER_LAYOUT.partly(**values | changes)


def metrics(volume=VOLUME, rate=0.0):
    return METRICS.partly(blood_volume=volume, hemolysis_rate=rate)


class Ledger(NamedTuple):
    """Blood volume (mL) at the end, and hemoglobin (g) on the way."""

    volume: float
    cleared: float
    bled: float
    given: float


def at(x):
    """The states at the head of a vector."""
    return STATE_LAYOUT.partly(**dict(zip(STATES, x, strict=False)))


def course(p, hours, bleeding=0.0, transfusion=0.0, fluid=0.0, rate=0.0):
    """States at the end, the volume with them, and where the hemoglobin went (g)."""
    u = INPUT_LAYOUT.partly(bleeding=bleeding, transfusion=transfusion, fluid=fluid)
    begin = blood.start(p, METRICS.partly(blood_volume=VOLUME))
    begin |= hemolysis.start(p, METRICS.partly(blood_volume=VOLUME))

    def slopes(_, x):
        s, m = at(x), metrics(x[-4], rate)
        rates = blood.rates(s, m, u, p) | hemolysis.rates(s, m, u, p)
        plasma = plasma_volume(s, m, p) / ML_PER_DL * 1e-3  # g for a mg/dL
        held = hemolysis.bound(s.pfhb, s.haptoglobin, p.haptoglobin_dissociation)
        uptake = p.complex_clearance_limit * held / (p.complex_half_saturation + held)
        cleared = plasma * (uptake + p.unbound_clearance * (s.pfhb - held))
        plasma_bled = bleeding * (1 - hematocrit(s, m, p)) / ML_PER_DL * 1e-3 * s.pfhb
        bled = bleeding * hemoglobin(s, m) / ML_PER_DL + plasma_bled
        given = transfusion * p.transfused_hemoglobin / ML_PER_DL
        inflow = blood.effects(s, u, p)["infusion"] * 3600
        return [float(rates[name]) for name in STATES] + [
            float(change) for change in (inflow, cleared, bled, given)
        ]

    start = [begin[name] for name in STATES] + [VOLUME, 0.0, 0.0, 0.0]
    path = solve_ivp(slopes, (0, hours), start, method="LSODA", rtol=1e-9, atol=1e-9)
    assert path.success
    end = path.y[:, -1]
    return at(end), Ledger(*end[len(STATES) :]), path.y


def test_the_blood_begins_with_the_hemoglobin_of_the_parameter():
    p = parameters()
    s = STATE_LAYOUT.partly(**blood.start(p, METRICS.partly(blood_volume=4200.0)))
    out = blood.outputs(s, metrics(4200.0), None, p)
    assert float(out["hemoglobin"]) == pytest.approx(12.0, rel=1e-5)
    assert float(out["hematocrit"]) == pytest.approx(0.358, abs=1e-3)


@settings(max_examples=15)
@given(
    bleeding=st.floats(0, 400),
    transfusion=st.floats(0, 300),
    fluid=st.floats(0, 400),
    rate=st.floats(0, 200),
    regulation=st.sampled_from([0.0, 1.0]),
)
def test_no_hemoglobin_is_lost_or_made(bleeding, transfusion, fluid, rate, regulation):
    p = parameters(volume_regulation=regulation)
    end, ledger, path = course(p, 10.0, bleeding, transfusion, fluid, rate)
    plasma = float(plasma_volume(end, metrics(ledger.volume), p)) / ML_PER_DL * 1e-3
    total = end.hemoglobin_mass + plasma * end.pfhb + ledger.cleared + ledger.bled
    begun = p.hemoglobin_initial * VOLUME / ML_PER_DL
    # The floor under the volume and the ceiling over the hematocrit are off by a millionth.
    assert total == pytest.approx(begun + ledger.given, rel=3e-6)
    assert np.all(path >= -1e-6) or regulation == 1.0


def test_bleeding_alone_does_not_dilute():
    p = parameters()
    end, ledger, _ = course(p, 4.0, bleeding=250.0)
    assert ledger.volume == pytest.approx(4000.0, abs=1e-3)
    assert float(hemoglobin(end, metrics(ledger.volume))) == pytest.approx(12.0, rel=1e-5)


def test_an_exchange_against_fluid_dilutes_exponentially():
    p = parameters()
    end, ledger, _ = course(p, 5.0, bleeding=300.0, fluid=300.0)
    assert ledger.volume == pytest.approx(VOLUME, abs=1e-3)
    expected = 12.0 * math.exp(-1500 / VOLUME)
    assert float(hemoglobin(end, metrics(ledger.volume))) == pytest.approx(expected, rel=1e-5)


def test_a_unit_of_red_cells_raises_hemoglobin_by_about_one():
    # The clinical rule: 1 g/dL a unit, of about 300 mL, once the volume has been excreted.
    p = parameters()
    end, _, _ = course(p, 1.0, transfusion=300.0)
    gained = end.hemoglobin_mass - 600.0
    assert 0.8 <= ML_PER_DL * gained / VOLUME <= 1.3


def test_hemolysis_takes_a_tiny_share_of_the_hemoglobin():
    p = parameters()
    end, _, _ = course(p, 24.0, rate=1.9)
    lost = 600.0 - end.hemoglobin_mass
    assert 1.0 < lost < 3.0  # 1.9 mg/dL/h in 30 dL for a day is 1.4 g at 10 g/dL, 1.6 g at 12


def test_regulation_is_off_by_default_and_brings_the_volume_back_when_on():
    assert parameters().volume_regulation == 0.0
    _, untouched, path = course(parameters(), 4.0, bleeding=200.0)
    assert np.all(path[STATES.index("fluid_shift")] == 0.0)
    assert untouched.volume == pytest.approx(4200.0, abs=1e-6)

    p = parameters(volume_regulation=1.0)
    u = INPUT_LAYOUT.partly(bleeding=0.0, transfusion=0.0, fluid=0.0)
    s = {"hemoglobin_mass": 504.0}

    def slopes(_, x):
        state = STATE_LAYOUT.partly(**s, fluid_shift=x[0])
        rate = blood.rates(state, metrics(x[1]), u, p)["fluid_shift"]
        return [float(rate), float(blood.effects(state, u, p)["infusion"]) * 3600]

    solution = solve_ivp(slopes, (0, 240), [0.0, 4200.0], method="LSODA", max_step=1.0)
    assert np.all(np.diff(solution.y[1]) > -1e-3)
    assert solution.y[1, -1] == pytest.approx(VOLUME, abs=5.0)
    day = np.interp(24.0, solution.t, solution.y[1])
    assert 4400 < day < 4900


@given(shortage=st.floats(-1e5, 1e5), shift=st.floats(-2000, 2000))
def test_the_shift_of_fluid_stays_within_its_limit(shortage, shift):
    p = parameters(volume_regulation=1.0)
    s = STATE_LAYOUT.partly(hemoglobin_mass=600.0, fluid_shift=shift)
    u = INPUT_LAYOUT.partly(bleeding=0.0, transfusion=0.0, fluid=0.0)
    rate = float(blood.rates(s, metrics(VOLUME - shortage), u, p)["fluid_shift"])
    if shift >= p.volume_regulation_limit:
        assert rate <= 0
    if shift <= -p.volume_regulation_limit:
        assert rate >= 0


@pytest.mark.parametrize("volume", [-1000.0, 0.0, 30.0, 12000.0])
@pytest.mark.parametrize("mass", [0.0, 600.0, 9000.0])
def test_extremes_leave_finite_plasma(volume, mass):
    p = parameters()
    s = STATE_LAYOUT.partly(hemoglobin_mass=mass)
    share = float(hematocrit(s, metrics(volume), p))
    assert -1e-6 <= share <= 0.8
    assert float(plasma_volume(s, metrics(volume), p)) > 10.0


def test_an_infusion_is_what_comes_less_what_goes():
    u = INPUT_LAYOUT.partly(bleeding=1000.0, transfusion=400.0, fluid=240.0)
    effect = blood.effects(STATE_LAYOUT.partly(fluid_shift=0.0), u, parameters())
    assert effect == {"infusion": pytest.approx(-0.1)}
