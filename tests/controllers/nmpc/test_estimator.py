"""The estimator against patients it was not told the parameters of."""

from __future__ import annotations

import math

import numpy as np
import pytest

from controllers import BeatEstimator, Briefing, Command, EstimatorSettings
from controllers.beat_clock import BeatClock
from plants import (
    METRICS,
    InputError,
    Measurement,
    Patient,
    Plant,
    Pump,
    Scenario,
    Sensors,
    Simulator,
    Therapy,
    individual,
    run_course,
)

PUMP = Pump.load("CP")
SPEED = 39_000.0


def briefing(patient: str, tier: str) -> Briefing:
    return Briefing(Patient.load(patient), PUMP, Therapy.default(), 1.0, tier, SPEED)


def course(patient: str, scenario: str, tier: str, *, seed: int = 0, duration: float = 80.0):
    """Errors of the estimated beat over a course with a stepping speed; and the estimator."""
    estimator = BeatEstimator()
    estimator.reset(briefing(patient, tier))
    speeds, predicted = [SPEED], []

    def act(measurement: Measurement) -> Command:
        estimator.update(measurement, speed=speeds[-1], seconds=1.0)
        values = estimator.beats.values(speeds[-1], estimator.disturbances)
        predicted.append(estimator.beats.beat(estimator.state, values).metrics)
        speeds.append(SPEED + 4000.0 * (int(measurement.time) // 20 % 2))
        return Command(speeds[-1])

    truth = individual(patient, seed=seed)
    rollout = run_course(
        Simulator(Plant(truth, PUMP), Scenario.load(scenario)),
        act,
        Sensors(tier, seed=seed),
        duration=duration,
        start_speed=SPEED,
        log_interval=None,
    )
    table = np.array(predicted)
    errors = {
        name: (table[:, METRICS.index[name]] - rollout[name].to_numpy())[-20:]
        for name in ("map", "pcwp", "lvedp", "cardiac_output", "cvp")
    }
    return errors, estimator


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
    estimator.reset(briefing("shock-d", "full"))
    simulator = Simulator(Plant("shock-d", PUMP))
    simulator.reset(speed=SPEED)
    sensors = Sensors("full", seed=0)
    for k in range(20):
        estimator.update(sensors.measure(float(k), simulator.metrics()), speed=SPEED, seconds=1.0)
        simulator.advance(SPEED, 1.0)
    assert all(abs(math.log(factor)) < 0.02 for factor in estimator.factors.values())


def test_nothing_measured_coasts_on_the_model():
    estimator = BeatEstimator()
    estimator.reset(briefing("shock-d", "icu"))
    before = estimator.state.copy()
    names = Sensors("icu", seed=0).signals
    blind = Measurement(0.0, "icu", dict.fromkeys(names, math.nan))
    assert estimator.update(blind, speed=SPEED, seconds=5.0) is False
    np.testing.assert_allclose(estimator.state, before, atol=0.5)  # it was steady


def test_outliers_are_cut():
    estimator = BeatEstimator()
    estimator.reset(briefing("shock-d", "icu"))
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
    estimator.reset(briefing("shock-d", "icu"))
    sensors = Sensors("icu", seed=0)
    simulator = Simulator(Plant("shock-e", PUMP))
    simulator.reset(speed=SPEED)
    for k in range(10):
        estimator.update(sensors.measure(float(k), simulator.metrics()), speed=SPEED, seconds=1.0)
    assert all(1 / 1.05 - 1e-9 <= f <= 1.05 + 1e-9 for f in estimator.factors.values())


def test_unknown_tier_is_refused():
    with pytest.raises(InputError, match="console"):
        BeatEstimator().reset(briefing("shock-d", "bedside"))


def test_beat_clock_counts_every_beat_once():
    clock = BeatClock(105.0)
    assert sum(clock.advance(0.1) for _ in range(600)) == 105
