"""Injury of kidneys and liver: bounded, driven by what hurts, and slow to recover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import solve_ivp

from plants import METRICS
from plants.quantities import Parameter, declarations, load_toml, read_quantities
from plants.slow import PARAMETER_LAYOUT, STATE_LAYOUT
from plants.slow.laws import organs, oxygen

VOLUME = 5000.0
HEALTHY = {"map": 92.0, "cvp": 4.0, "cardiac_output": 5.4}
SUPPORTED = {"map": 80.0, "cvp": 8.0, "cardiac_output": 5.0}
SHOCK = {"map": 57.0, "cvp": 13.0, "cardiac_output": 2.9}


def parameters():
    values = {"body_surface_area": 1.9}
    for name, topic in (("oxygen", oxygen), ("organs", organs)):
        content, source = load_toml(name, "slow", "topic")
        quantities = read_quantities(
            content["parameters"], declarations(topic.Parameters, Parameter), "parameters", source
        )
        values |= {key: quantity.value for key, quantity in quantities.items()}
    return PARAMETER_LAYOUT.partly(**values)


def beat(values):
    return METRICS.partly(**values, blood_volume=VOLUME)


def state(renal=0.0, hepatic=0.0, pfhb=0.0, hb=12.0):
    return STATE_LAYOUT.partly(
        renal_injury=renal, hepatic_injury=hepatic, pfhb=pfhb, hemoglobin_mass=hb * VOLUME / 100
    )


def stresses(values, **states):
    stress = organs.stresses(state(**states), beat(values), parameters())
    return {organ: float(value) for organ, value in stress.items()}


def course(values, hours, start=(0.0, 0.0), pfhb=0.0, hb=12.0):
    p, m = parameters(), beat(values)

    def slopes(_, x):
        changes = organs.rates(state(x[0], x[1], pfhb, hb), m, None, p)
        return [float(changes["renal_injury"]), float(changes["hepatic_injury"])]

    changes = solve_ivp(
        slopes, (0, hours[-1]), start, method="LSODA", t_eval=hours, rtol=1e-9, atol=1e-9
    )
    assert changes.success
    return changes.y


def test_health_hurts_nothing():
    assert course(HEALTHY, np.array([0.0, 96.0]))[:, -1].max() < 0.02


def test_shock_hurts_within_a_day_and_support_heals_over_days():
    hurt = course(SHOCK, np.array([0.0, 6.0, 24.0, 96.0]))
    assert np.all(hurt[:, 1] < 0.25)
    assert np.all(hurt[:, 2] > 0.3)
    assert np.all(hurt[:, 3] > 0.7)
    healed = course(SUPPORTED, np.array([0.0, 24.0, 240.0]), hurt[:, 3])
    assert np.all(healed[:, 1] > 0.6 * hurt[:, 3])
    assert np.all(healed[:, 2] < 0.25)


@settings(max_examples=40)
@given(
    pressure=st.floats(-50, 250),
    cvp=st.floats(-20, 80),
    output=st.floats(-3, 20),
    pfhb=st.floats(0, 5000),
    hb=st.floats(0, 22),
    renal=st.floats(0, 1),
    hepatic=st.floats(0, 1),
)
def test_injuries_cannot_leave_their_range(pressure, cvp, output, pfhb, hb, renal, hepatic):
    values = {"map": pressure, "cvp": cvp, "cardiac_output": output}
    path = course(values, np.linspace(0, 500, 20), (renal, hepatic), pfhb, hb)
    assert path.min() >= -1e-9
    assert path.max() <= 1 + 1e-9
    for stress in stresses(values, pfhb=pfhb, hb=hb).values():
        assert 0 <= stress <= 1


@given(
    pressure=st.floats(20, 120),
    cvp=st.floats(0, 30),
    output=st.floats(0.5, 8),
    pfhb=st.floats(0, 200),
)
def test_every_driver_hurts_more_the_worse_it_is(pressure, cvp, output, pfhb):
    values = {"map": pressure, "cvp": cvp, "cardiac_output": output}
    here = stresses(values, pfhb=pfhb)
    worse = [
        (values | {"map": pressure - 10}, {"pfhb": pfhb}),
        (values | {"cvp": cvp + 4}, {"pfhb": pfhb}),
        (values | {"cardiac_output": output - 0.4}, {"pfhb": pfhb}),
        (values, {"pfhb": pfhb, "hb": 9.0}),
    ]
    for changed, states in worse:
        stress = stresses(changed, **states)
        assert all(stress[organ] >= here[organ] - 1e-12 for organ in here)


def test_each_driver_hurts_by_itself():
    healthy = stresses(HEALTHY)
    assert max(healthy.values()) < 0.01
    for changes in ({"map": 45.0}, {"cvp": 25.0}, {"cardiac_output": 2.0}):
        stress = stresses(HEALTHY | changes)
        assert all(stress[organ] > healthy[organ] + 0.2 for organ in healthy), changes


def test_plasma_hemoglobin_hurts_the_kidneys_only():
    clean, dirty = stresses(HEALTHY), stresses(HEALTHY, pfhb=90.0)
    assert dirty["renal"] > clean["renal"] + 0.4
    assert dirty["hepatic"] == clean["hepatic"]
    # At half the 40 mg/dL of the definition of hemolysis it does next to nothing.
    assert stresses(HEALTHY, pfhb=20.0)["renal"] < clean["renal"] + 0.02


def test_stresses_join_as_independent_ones():
    assert float(organs.joined(0.5)) == 0.5
    assert float(organs.joined(0.5, 0.5)) == pytest.approx(0.75)
    assert float(organs.joined(0.3, 0.0, 0.0)) == pytest.approx(0.3)
    assert float(organs.joined(0.3, 1.0)) == 1.0
