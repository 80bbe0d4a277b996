"""One step of a plan: towards the goal, within the limits."""

from __future__ import annotations

import numpy as np
import pytest

from controllers.nmpc.horizon import Horizon, Prediction
from controllers.nmpc.quadratic_programme import PlanBounds, plan_step
from plants import METRICS, BeatMap, Goal, Limit, Plant, Pump, Therapy, steady_state

PUMP = Pump.load("CP")
WIDE = PlanBounds(low=20.0, high=60.0, change=50.0)


def one_speed(*, value, aim, slope, margin, margin_slope):
    """A prediction of a single beat and speed: a value that is to come to an aim."""
    return Prediction(
        residuals=np.array([value - aim]),
        residual_slope=np.array([[slope]]),
        margins=np.array([[margin]]),
        margin_slope=np.array([[[margin_slope]]]),
        metrics=np.array([[value]]),
    )


def step(prediction, *, penalty=1e4):
    moved = plan_step(prediction, np.array([40.0]), 40.0, WIDE, penalty=penalty, damping=1e-9)
    assert moved is not None
    return float(moved[0])


def test_without_a_limit_in_the_way_the_step_is_that_of_gauss_newton():
    prediction = one_speed(value=60.0, aim=80.0, slope=5.0, margin=100.0, margin_slope=-5.0)
    assert step(prediction) == pytest.approx(4.0, abs=1e-6)


def test_a_step_ends_where_the_margin_does():
    # A value of 60 that rises by 5 per krpm, and may rise to 70.
    prediction = one_speed(value=60.0, aim=80.0, slope=5.0, margin=10.0, margin_slope=-5.0)
    assert step(prediction) == pytest.approx(2.0, abs=1e-3)


def test_outside_a_limit_the_step_leads_back():
    prediction = one_speed(value=75.0, aim=80.0, slope=5.0, margin=-5.0, margin_slope=-5.0)
    assert step(prediction) == pytest.approx(-1.0, abs=1e-3)


def test_a_limit_gives_way_where_its_penalty_is_small():
    prediction = one_speed(value=60.0, aim=80.0, slope=5.0, margin=10.0, margin_slope=-5.0)
    assert 2.0 < step(prediction, penalty=5.0) < 4.0


def test_an_upper_limit_of_the_therapy_holds_the_pump_back():
    start = PUMP.speed("P-5")
    plant = Plant("shock-d", PUMP)
    beats = BeatMap(plant, step=0.004)
    steady = steady_state(plant, start, beats=beats)
    state, limit = steady.state, steady.metrics["map"] + 1.0
    plan, highest = np.array([start, start]), {}
    for high in (limit, 150.0):
        therapy = Therapy.default().model_copy(
            update={
                "goals": (Goal(signal="map", low=85.0, weight=1.0, scale=10.0),),
                "limits": (Limit(signal="map", high=high),),
            }
        )
        horizon = Horizon(beats, therapy, (4, 8), 1.0)
        prediction = horizon.predict(state, {}, plan, start)
        bounds = PlanBounds(low=31.0, high=46.0, change=20.0)
        moved = plan_step(prediction, plan / 1e3, start / 1e3, bounds, penalty=1e4, damping=1e-4)
        assert moved is not None
        reached = horizon.predict(state, {}, plan + 1e3 * moved, start, slopes=False)
        highest[high] = reached.metrics[:, METRICS.index["map"]].max()
    assert highest[limit] == pytest.approx(limit, abs=0.3)
    assert highest[150.0] > limit + 1.5


@pytest.mark.parametrize("seed", range(6))
def test_beats_in_and_out_of_suction_leave_a_best_step(seed):
    """Margins of many beats, deep outside and just inside, with slopes of every size."""
    random = np.random.default_rng(seed)
    beats, limits, blocks = 16, 3, 4
    sucked = random.random((beats, limits)) < 0.4
    size = 10 ** random.uniform(-1, 2, (beats, limits, 1))
    prediction = Prediction(
        residuals=random.normal(size=20),
        residual_slope=random.normal(size=(20, blocks)) * 10 ** random.uniform(-1, 1.5),
        margins=np.where(sucked, -25.0, 2.0) + random.normal(size=sucked.shape),
        margin_slope=size * random.normal(size=(beats, limits, blocks)),
        metrics=np.zeros((beats, 1)),
    )
    plan, last, bounds = np.array([45.1, 45.7, 45.9, 45.6]), 45.1, PlanBounds(31.0, 46.0, 3.0)
    moved = plan_step(prediction, plan, last, bounds, penalty=5.0, damping=1e-4)
    assert moved is not None
    assert bounds.kept(plan + moved, last) == pytest.approx(plan + moved, abs=1e-6)

    def cost(step):
        residuals = prediction.residuals + prediction.residual_slope @ step
        margins = prediction.margins + prediction.margin_slope @ step
        return residuals @ residuals + 5.0 * np.maximum(0.0, -margins).max(axis=0).sum()

    for nudge in random.normal(size=(50, blocks)) * 10 ** random.uniform(-2, 0.5, (50, 1)):
        other = bounds.kept(plan + moved + nudge, last) - plan
        assert cost(moved) < cost(other) + 1e-2
