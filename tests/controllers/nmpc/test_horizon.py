"""The horizon: its cost is the therapy's, and its margins lie inside the therapy's limits."""

from __future__ import annotations

import numpy as np
import pytest

from controllers.nmpc.horizon import Horizon
from plants import METRICS, BeatMap, Goal, Limit, Plant, Pump, Therapy, steady_state

PUMP = Pump.load("CP")
START = PUMP.speed("P-5")
PERIOD = 2.5
BLOCKS = (2, 3)
PLAN = np.array([38_000.0, 41_000.0])
GOALS = (
    Goal(signal="map", low=80.0, high=90.0, weight=4.0, scale=10.0),
    Goal(signal="pcwp", high=14.0, weight=0.25, scale=5.0),
)
LIMITS = (Limit(signal="map", low=55.0, high=75.0), Limit(signal="pump_flow", high=3.0))


@pytest.fixture(scope="module")
def model():
    plant = Plant("shock-d", PUMP)
    beats = BeatMap(plant, step=0.004)
    return beats, steady_state(plant, START, beats=beats).state


def predicted(model, **changes):
    beats, state = model
    therapy = Therapy.default().model_copy(
        update={"goals": GOALS, "limits": LIMITS, "effort_weight": 0.3} | changes
    )
    horizon = Horizon(beats, therapy, BLOCKS, PERIOD)
    return therapy, horizon.predict(state, {}, PLAN, START)


def metric(prediction, name):
    return prediction.metrics[:, METRICS.index[name]]


def test_the_cost_is_the_therapys_over_the_control_periods(model):
    therapy, prediction = predicted(model)
    beats, _ = model
    beat_period = beats.period(beats.values(START))
    missed = sum(
        therapy.cost({goal.signal: float(metric(prediction, goal.signal)[k]) for goal in GOALS})
        for k in range(len(prediction.metrics))
    )
    changes = np.diff([START, *PLAN]) / 1000.0  # krpm
    effort = therapy.effort_weight * float(changes @ changes)
    assert missed > 0.1
    assert prediction.cost == pytest.approx(missed * beat_period / PERIOD + effort, rel=1e-9)


def test_a_weight_of_four_costs_four_times_as_much(model):
    goal = GOALS[0]
    costs = []
    for weight in (1.0, 4.0):
        weighed = Goal(
            signal=goal.signal, low=goal.low, high=goal.high, weight=weight, scale=goal.scale
        )
        _, prediction = predicted(model, goals=(weighed,), effort_weight=0.0)
        costs.append(prediction.cost)
        # The slopes are those of the same cost.
        slope = 2.0 * prediction.residual_slope.T @ prediction.residuals
        assert np.all(slope < 0.0)  # a faster pump raises a pressure that is too low
        costs.append(slope)
    assert costs[2] == pytest.approx(4.0 * costs[0])
    assert costs[3] == pytest.approx(4.0 * costs[1])


def test_margins_are_positive_inside_both_ends_of_a_limit(model):
    _, prediction = predicted(model)
    pressure, flow = metric(prediction, "map"), metric(prediction, "pump_flow")
    above_low, below_high, below_flow = prediction.margins.T
    np.testing.assert_allclose(above_low, pressure - 55.0)
    np.testing.assert_allclose(below_high, 75.0 - pressure)
    np.testing.assert_allclose(below_flow, 3.0 - flow)


def test_a_faster_pump_leaves_less_margin_to_an_upper_limit(model):
    _, prediction = predicted(model)
    lower, upper = prediction.margin_slope[-1, 0], prediction.margin_slope[-1, 1]
    assert np.all(lower > 0.0)
    np.testing.assert_allclose(upper, -lower)
