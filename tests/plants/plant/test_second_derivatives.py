"""Second derivatives of the plant at its steady states: solvers with exact Hessians begin there."""

from __future__ import annotations

import functools

import casadi as ca
import numpy as np
import pytest

from plants import BeatMap, Patient, Plant, SlowClock, steady_state
from plants.circulation import PatientParameters, activation_shape
from plants.circulation.activation import ventricular_activation
from plants.plant import STATES, plant_model
from plants.slow.clock import metric_vector
from plants.slow.model import slow_model

PUMPS = {"no pump": (None, 0.0), "CP": ("CP", 44_000.0), "5.5": ("5.5", 30_000.0)}


@functools.cache
def hessian(function):
    """Hessian by all arguments of the sum of a function's outputs."""
    arguments = [ca.SX.sym(f"a{i}", function.size1_in(i)) for i in range(function.n_in())]
    total = ca.sum1(ca.vertcat(*function.call(arguments)))
    slope = ca.gradient(total, ca.vertcat(*arguments))
    return ca.Function("hessian", arguments, [ca.jacobian(slope, ca.vertcat(*arguments))])


def finite(function, *arguments):
    """Whether all second derivatives are numbers: one that is none makes the sum's none."""
    return bool(np.isfinite(np.asarray(hessian(function)(*arguments))).all())


@pytest.mark.parametrize("pump", PUMPS)
@pytest.mark.parametrize("patient", Patient.names())
def test_all_second_derivatives_are_finite_at_the_steady_state(patient, pump):
    device, speed = PUMPS[pump]
    plant = Plant(patient, device)
    steady, beats = steady_state(plant, speed), BeatMap(plant)
    model = plant_model()
    for phase in (0.0, 1.0, 900.0):  # The onset of any beat, not of the first alone.
        state = steady.state.copy()
        state[STATES.index["phase"]] = phase
        assert finite(model.derivative, state, steady.values)
    carry = np.concatenate([steady.state, np.asarray(model.begin(state, steady.values)).ravel()])
    assert finite(model.beat_step, carry, steady.values)
    beats.kernel.run(carry, steady.values, beats.steps(steady.values))
    assert finite(model.metrics, carry[len(STATES) :], carry[: len(STATES)], steady.values)


@pytest.mark.parametrize("patient", Patient.names())
def test_those_of_the_slow_clock_are_finite_at_its_start(patient):
    clock, model = SlowClock(Patient.load(patient)), slow_model()
    metrics = metric_vector(clock.first_metrics)
    inputs, parameters = clock.input_vector, clock.parameter_vector
    assert finite(model.rates, clock.state, metrics, inputs, parameters)
    assert finite(model.outputs, clock.state, metrics, inputs, parameters)
    assert finite(model.effects, clock.state, inputs, parameters)
    assert finite(model.equilibrium, clock.state, metrics, parameters)


def test_the_second_derivative_by_phase_at_the_onset_is_bounded():
    phase = ca.SX.sym("phase")
    simaan = {"activation_rise": 0.7, "activation_rise_power": 1.9, "activation_fall_power": 21.9}
    shape = activation_shape(PatientParameters(**Patient.load("healthy").replace(**simaan).values))
    second, _ = ca.hessian(ventricular_activation(phase, 0.8, shape), phase)
    values = np.asarray(ca.Function("second", [phase], [second])(np.linspace(0.0, 1e-3, 200)))
    # 1.55 r''(0) / 0.996, r = ((t^2 + w^2)^0.5 / 0.7)^1.9 with w = 1e-5, dt/dphase = 0.8 / 0.32.
    top = 1.55 / 0.9960620718 * 1.9 * 1e-5**-0.1 * (0.8 / 0.32) ** 2 / 0.7**1.9
    assert values.max() == pytest.approx(top, rel=1e-6)
