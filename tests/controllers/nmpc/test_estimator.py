"""The estimator against patients it was not told the parameters of."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from controllers import BeatEstimator, Command, EstimatorSettings
from controllers.beat_clock import BeatClock
from plants import METRICS, InputError, Measurement, Plant, Pump, Sensors, Simulator

from .. import conftest as shared
from ..conftest import closed_loop, unmeasured

PUMP = Pump.load("CP")
SPEED = 39_000.0


briefing = partial(shared.briefing, pump=PUMP, start=SPEED)


class SteppingSpeed:
    """Steps the speed up and down every 20 s, and lets the estimator look on."""

    name = "stepping"

    def reset(self, known):
        self.estimator = BeatEstimator()
        self.estimator.reset(known)
        self.speed, self.predicted = known.start_speed, []

    def act(self, measurement):
        estimator = self.estimator
        estimator.update(measurement, speed=self.speed, seconds=1.0)
        values = estimator.beats.values(self.speed, estimator.disturbances)
        self.predicted.append(estimator.beats.beat(estimator.state, values).metrics)
        self.speed = SPEED + 4000.0 * (int(measurement.time) // 20 % 2)
        return Command(self.speed)


def course(patient: str, scenario: str, tier: str, *, seed: int = 0, duration: float = 80.0):
    """Errors of the estimated beat over a course with a stepping speed; and the estimator."""
    controller = SteppingSpeed()
    rollout = closed_loop(
        controller,
        briefing(tier, patient=patient),
        individual_seed=seed,
        scenario=scenario,
        seed=seed,
        duration=duration,
    ).rollout
    table = np.array(controller.predicted)
    errors = {
        name: (table[:, METRICS.index[name]] - rollout[name].to_numpy())[-20:]
        for name in ("map", "pcwp", "lvedp", "cardiac_output", "cvp")
    }
    return errors, controller.estimator


@pytest.mark.parametrize("tier", ["icu", "console"])
@pytest.mark.parametrize("patient", ["shock-c", "shock-e"])
def test_individual_is_learned(patient, tier):
    errors, estimator = course(patient, "none", tier)
    rms = {name: float(np.sqrt(np.mean(e**2))) for name, e in errors.items()}
    assert rms["map"] < 2.0
    assert rms["cardiac_output"] < 0.4
    # Wedge pressure is read once in 300 s at the bedside and never on the console.
    assert rms["pcwp"] < 4.0
    assert estimator.innovation < 5.0


def test_loss_of_contractility_is_found():
    _, estimator = course("shock-d", "contractility-loss", "icu")
    assert 0.35 < estimator.factors["lv_contractility"] < 0.7


def test_doubled_resistance_is_found():
    _, estimator = course("shock-d", "afterload-up", "console", seed=1)
    assert 1.5 < estimator.factors["systemic_resistance"] < 2.5


def test_nothing_to_learn_at_the_full_tier_without_mismatch():
    estimator = BeatEstimator()
    estimator.reset(briefing("full"))
    simulator = Simulator(Plant("shock-d", PUMP))
    simulator.reset(speed=SPEED)
    sensors = Sensors("full", seed=0)
    for k in range(20):
        estimator.update(sensors.measure(float(k), simulator.metrics()), speed=SPEED, seconds=1.0)
        simulator.advance(SPEED, 1.0)
    assert all(abs(math.log(factor)) < 0.02 for factor in estimator.factors.values())


def test_nothing_measured_coasts_on_the_model():
    estimator = BeatEstimator()
    estimator.reset(briefing())
    before = estimator.state.copy()
    assert estimator.update(unmeasured(0.0), speed=SPEED, seconds=5.0) is False
    np.testing.assert_allclose(estimator.state, before, atol=0.5)  # it was steady


def test_outliers_are_cut():
    estimator = BeatEstimator()
    estimator.reset(briefing())
    simulator = Simulator(Plant("shock-d", PUMP))
    simulator.reset(speed=SPEED)
    sensors = Sensors("icu", seed=0)
    for k in range(30):
        reading = dict(sensors.measure(float(k), simulator.metrics()))
        if k == 15:
            reading["map"] = 290.0
        estimator.update(Measurement(float(k), "icu", reading), speed=SPEED, seconds=1.0)
        simulator.advance(SPEED, 1.0)
        assert all(0.4 < factor < 2.5 for factor in estimator.factors.values())


def test_covariance_stays_symmetric_and_positive():
    _, estimator = course("shock-d", "hemorrhage", "icu", duration=60.0)
    np.testing.assert_allclose(estimator.covariance, estimator.covariance.T)
    assert np.linalg.eigvalsh(estimator.covariance).min() > -1e-9


def test_factor_limit_holds():
    estimator = BeatEstimator(EstimatorSettings(factor_limit=1.05))
    estimator.reset(briefing())
    sensors = Sensors("icu", seed=0)
    simulator = Simulator(Plant("shock-e", PUMP))
    simulator.reset(speed=SPEED)
    for k in range(10):
        estimator.update(sensors.measure(float(k), simulator.metrics()), speed=SPEED, seconds=1.0)
    assert all(1 / 1.05 - 1e-9 <= f <= 1.05 + 1e-9 for f in estimator.factors.values())


def test_unknown_tier_is_refused():
    with pytest.raises(InputError, match="console"):
        BeatEstimator().reset(briefing("bedside"))


def test_beat_clock_counts_every_beat_once():
    clock = BeatClock(105.0)
    assert sum(clock.advance(0.1) for _ in range(600)) == 105
