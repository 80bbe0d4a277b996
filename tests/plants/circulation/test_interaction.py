"""The ventricles touch: through the septum and in one pericardium, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.optimize import brentq

from plants import STATES, WAVEFORMS, BeatMap, Patient, Plant, plant_model, steady_state
from plants.circulation import PatientParameters, activation_shape, wall
from plants.circulation.activation import ventricular_activation
from plants.circulation.elastance import chamber_pressure
from plants.circulation.interaction import (
    SEPTUM_TIME,
    pericardial_pressure,
    septum_rate,
    septum_shift,
)
from plants.plant import VALUES

PATIENT = Patient.load("shock-d")
SEPTUM = ("septum_ees", "septum_volume", "septum_lambda", "septum_pressure")
PERICARDIUM = ("pericardium_volume", "pericardium_lambda", "pericardium_pressure")


def parameters(**changes: float) -> PatientParameters:
    return PatientParameters(**dict(PATIENT.values) | changes)


def septal_pressure(shift: float, activation: float, p: PatientParameters) -> float:
    """Smith 2004: the active and the passive pressure of the septum, by its activation."""
    stretch = shift - p.septum_volume
    passive = p.septum_pressure * (np.exp(p.septum_lambda * stretch) - 1)
    return activation * p.septum_ees * stretch + (1 - activation) * passive


def imbalance(
    shift: float, lv: float, rv: float, activation: float, p: PatientParameters
) -> tuple[float, float]:
    """Pressure that pushes the septum to the right, and the rate that the model gives (mL/s)."""
    x = STATES.partly(lv_volume=lv, rv_volume=rv, septum=shift)
    left = float(chamber_pressure(lv - shift, activation, wall(p, "lv")))
    right = float(chamber_pressure(rv + shift, activation, wall(p, "rv")))
    rate = float(septum_rate(x, left, right, activation, (wall(p, "lv"), wall(p, "rv")), p))
    return left - right - septal_pressure(shift, activation, p), rate


@given(
    shift=st.floats(-15, 25),
    lv=st.floats(60, 250),
    rv=st.floats(60, 250),
    activation=st.floats(0, 1),
)
def test_the_septum_moves_downhill_and_rests_only_in_balance(shift, lv, rv, activation):
    # Its potential energy falls by the pressure difference times the volume it sweeps: what moves
    # it never feeds it.
    push, rate = imbalance(shift, lv, rv, activation, parameters())
    assert push * rate >= 0.0
    if abs(push) > 1e-9:
        assert rate != 0.0


@given(lv=st.floats(80, 220), rv=st.floats(80, 220), activation=st.floats(0, 1))
def test_the_lag_takes_one_newton_step_to_the_balance_of_the_three_walls(lv, rv, activation):
    p = parameters()
    balanced = brentq(lambda s: imbalance(s, lv, rv, activation, p)[0], -60, 60, xtol=1e-12)
    near = balanced + 1e-4
    rate = imbalance(near, lv, rv, activation, p)[1]
    assert rate == pytest.approx(-1e-4 / SEPTUM_TIME, rel=0.01)


@pytest.mark.parametrize("name", Patient.names())
def test_over_a_beat_the_septum_keeps_up_with_its_balance(name):
    plant = Plant(Patient.load(name).replace(coronary_coupling=0.0))
    steady = steady_state(plant)
    beats = BeatMap(plant)
    begin = np.asarray(plant_model().begin(steady.state, steady.values)).ravel()
    carry = np.concatenate([steady.state, begin])
    waves = beats.kernel.run(carry, steady.values, beats.steps(steady.values), 1)
    p = PatientParameters(**plant.patient.values)
    period = beats.period(steady.values)
    phases = np.arange(len(waves)) / len(waves)
    column = {name: waves[:, i] for i, name in enumerate(WAVEFORMS)}

    def balance(i: int) -> float:
        activation = float(ventricular_activation(phases[i], period, activation_shape(p)))
        lv, rv = column["lv_volume"][i], column["rv_volume"][i]
        return brentq(lambda s: imbalance(s, lv, rv, activation, p)[0], -60, 60)

    balanced = np.array([balance(i) for i in range(len(waves))])
    speed = np.abs(np.gradient(balanced, period / len(waves)))
    # A first-order lag is never further behind than its time constant times the speed.
    assert np.max(np.abs(column["septum_shift"] - balanced)) < 1.1 * SEPTUM_TIME * speed.max()
    assert np.ptp(balanced) > 0.5


def test_without_coupling_the_septum_does_nothing_and_its_wall_has_no_influence():
    off = PATIENT.replace(septum_coupling=0.0)
    reference = steady_state(Plant(off)).metrics
    assert reference["septum_shift"] == 0.0
    for name in SEPTUM:
        other = off.replace(**{name: 2.0 * off[name]})
        assert steady_state(Plant(other)).metrics == reference, name


def test_without_coupling_the_pericardium_does_nothing_and_its_wall_has_no_influence():
    off = PATIENT.replace(pericardium_coupling=0.0)
    reference = steady_state(Plant(off)).metrics
    assert reference["pericardial_pressure"] == 0.0
    for name in PERICARDIUM:
        other = off.replace(**{name: 1.5 * off[name]})
        assert steady_state(Plant(other)).metrics == reference, name


def test_coupling_fades_in():
    metrics = [
        steady_state(Plant(PATIENT.replace(septum_coupling=x))).metrics for x in (0.0, 1e-6, 1.0)
    ]
    assert metrics[1]["map"] == pytest.approx(metrics[0]["map"], rel=1e-5)
    assert abs(metrics[2]["map"] - metrics[0]["map"]) > 0.5


def test_the_shift_is_taken_from_one_ventricle_and_given_to_the_other():
    p = parameters()
    x = STATES.partly(septum=3.0)
    assert septum_shift(x, p) == 3.0
    assert septum_shift(x, parameters(septum_coupling=0.0)) == 0.0


def test_unloading_the_left_ventricle_shifts_the_septum_to_the_left():
    plant = Plant("shock-d", "CP")
    levels = [plant.pump.speed(level) for level in ("P-2", "P-5", "P-9")]
    shifts = [steady_state(plant, speed).metrics["septum_shift"] for speed in levels]
    unsupported = steady_state(Plant("shock-d")).metrics["septum_shift"]
    assert unsupported > shifts[0] > shifts[1] > shifts[2]


def test_a_failing_right_ventricle_pushes_the_septum_into_the_left():
    assert steady_state(Plant("rv-failure")).metrics["septum_shift"] < 0.0
    assert steady_state(Plant("hfref")).metrics["septum_shift"] > 0.0


def test_full_support_costs_the_right_ventricle_septal_help():
    # Unloading the LV takes away what its contraction lends the right one.
    plant = Plant("rv-failure", "CP")
    coupled = steady_state(plant, plant.pump.speed("P-6")).metrics
    free = Plant(plant.patient.replace(septum_coupling=0.0), "CP")
    uncoupled = steady_state(free, plant.pump.speed("P-6")).metrics
    assert coupled["septum_shift"] < -1.0
    assert coupled["lvedv"] < uncoupled["lvedv"]


def test_the_pericardium_raises_both_filling_pressures_and_lets_both_ventricles_hold_less():
    tight = steady_state(Plant("biventricular-shock")).metrics
    free_patient = Patient.load("biventricular-shock").replace(pericardium_coupling=0.0)
    free = steady_state(Plant(free_patient)).metrics
    for name in ("lvedp", "pcwp", "cvp"):
        assert tight[name] > free[name] + 0.3, name
    for name in ("lvedv", "rvedv"):
        assert tight[name] < free[name] - 3.0, name


def test_the_pericardium_follows_its_law_on_what_both_ventricles_hold():
    p = parameters(pericardium_volume=250.0, pericardium_lambda=0.01, pericardium_pressure=2.0)

    def at(lv: float, rv: float) -> float:
        return float(pericardial_pressure(STATES.partly(lv_volume=lv, rv_volume=rv), p))

    assert at(120.0, 130.0) == 0.0
    assert at(170.0, 180.0) == pytest.approx(2.0 * (np.e - 1))
    assert at(170.0, 180.0) == at(180.0, 170.0)
    assert -2.0 < at(50.0, 50.0) < 0.0


def test_the_pericardial_pressure_is_felt_by_all_four_chambers_and_by_nothing_else():
    plant = Plant(PATIENT)
    steady = steady_state(plant)
    moved = plant.values(0.0, None, 0.002)
    free = moved.copy()
    names = list(VALUES.names)
    free[names.index("pericardium_coupling")] = 0.0
    waves = [np.asarray(plant_model().observe(steady.state, v)).ravel() for v in (moved, free)]
    change = dict(zip(WAVEFORMS, waves[0] - waves[1], strict=True))
    pressure = change["pericardial_pressure"]
    assert pressure > 1.0
    for name in ("lv_pressure", "rv_pressure", "la_pressure", "ra_pressure"):
        assert change[name] == pytest.approx(pressure)
    for name in ("aortic_pressure", "pa_pressure", "lv_volume", "septum_shift"):
        assert change[name] == 0.0
