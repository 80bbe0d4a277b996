"""Real-time iteration: one prepared step a period goes where steps to convergence go."""

from __future__ import annotations

import copy
import math
import pickle
from functools import partial

import numpy as np
import pytest

from controllers import NmpcController, NmpcSettings, Outcome, Preparing
from controllers.nmpc.horizon import Horizon
from plants import Goal, InputError, Limit, Pump, Sensors

from .. import conftest as shared
from ..conftest import THERAPY, closed_loop, earlier, steady_truth

PUMP = Pump.load("CP")
briefing = partial(shared.briefing, pump=PUMP)


def ready(known, **settings):
    controller = NmpcController(NmpcSettings(**settings))
    controller.reset(known)
    return controller


def stand_still(controller, monkeypatch):
    """The estimate stays what it is, and so does the state ahead."""
    state = controller.estimator.state
    monkeypatch.setattr(controller.estimator, "ahead", lambda *_: state)


def iterated(controller, count):
    """The plan after so many real-time steps from one state, at one speed in force."""
    for _ in range(count):
        controller.prepare()
        controller._plan, outcome, _ = controller._real_time_step(math.inf)
        assert outcome is Outcome.SOLVED
    return controller._plan


TIGHT = (Limit(signal="map", high=66.0), Limit(signal="suction_margin", low=0.0))
THERAPIES = {
    "default": THERAPY,
    "upper limit": THERAPY.model_copy(update={"limits": TIGHT}),
    "two goals": THERAPY.model_copy(
        update={
            "goals": (
                Goal(signal="map", low=60.0, high=64.0, weight=1.0, scale=10.0),
                Goal(signal="pcwp", high=12.0, weight=1.0, scale=4.0),
            )
        }
    ),
}


@pytest.mark.parametrize("name", THERAPIES)
@pytest.mark.parametrize("patient", ["shock-d", "shock-e"])
def test_it_comes_to_the_plan_of_the_converged_scheme(patient, name, monkeypatch):
    known = briefing(patient=patient, therapy=THERAPIES[name], start=40_000.0)
    exact = ready(known, scheme="converged", max_iterations=60, tolerance=1e-3)
    converged, outcome, iterations = exact._improved_plan(math.inf)
    assert outcome is Outcome.SOLVED
    assert iterations > 1
    controller = ready(known)
    stand_still(controller, monkeypatch)
    before = controller._plan.copy()
    plan = iterated(controller, 30)
    assert np.max(np.abs(converged - before)) > 0.3  # it had a way to go
    assert plan == pytest.approx(converged, abs=0.03)
    # At the fixed point a further step leads nowhere.
    assert iterated(controller, 1) == pytest.approx(plan, abs=0.01)


def test_one_step_is_the_first_of_the_converged_scheme(monkeypatch):
    """Without a line search; from the same state, along the same slopes."""
    known = briefing(start=40_000.0)
    exact = ready(known, scheme="converged", max_iterations=1)
    first, _, _ = exact._improved_plan(math.inf)
    controller = ready(known)
    stand_still(controller, monkeypatch)
    assert iterated(controller, 1) == pytest.approx(first, abs=1e-6)


def test_the_measurement_moves_the_beats_along_exact_slopes():
    """Halve the distance, and a quarter of the error is left."""
    controller = ready(briefing())
    controller.prepare()
    prepared, estimator = controller._prepared, controller.estimator
    rng, state = np.random.default_rng(0), estimator.state.copy()
    change = rng.normal(size=len(state)) * 0.01 * state
    change[state == 0] = 0.0
    factors = rng.normal(size=len(prepared.log_factors)) * 0.03
    errors = []
    for scale in (1.0, 0.5):
        estimator.state = prepared.state + scale * change
        estimator._log_factors = prepared.log_factors + scale * factors
        moved = prepared.moved(estimator, controller._horizon, controller._speed)
        true = controller._predict(prepared.plan, slopes=False)
        errors.append(np.linalg.norm(moved.residuals - true.residuals))
        unmoved = prepared.prediction.residuals - true.residuals
        assert errors[-1] < 0.15 * np.linalg.norm(unmoved)
    assert errors[1] < 0.35 * errors[0]


@pytest.mark.parametrize("scenario", ["none", "preload-drop"])
def test_preparing_beforehand_changes_no_command(scenario):
    def course(prepares):
        controller = NmpcController()
        act = controller.act

        def acts(measurement):
            command = act(measurement)
            if prepares:
                controller.prepare()
                controller.prepare()  # twice is once
            return command

        controller.act = acts
        known = briefing(patient="healthy")
        late = scenario if scenario == "none" else earlier(scenario, 14.0)
        return closed_loop(controller, known, scenario=late, duration=14.0, dropout=0.3).commands

    asked, unasked = course(prepares=True), course(prepares=False)
    assert [c.speed for c in asked] == [c.speed for c in unasked]
    assert all(c.status.preparation_milliseconds > 0 for c in asked[1:])
    assert all(c.status.preparation_milliseconds == 0 for c in unasked)
    spent = [np.median([c.status.milliseconds for c in row]) for row in (asked, unasked)]
    assert spent[0] < spent[1]


def test_a_copy_goes_on_as_the_prepared_one():
    known = briefing()
    controller, sensors, truth = ready(known), Sensors("icu", seed=0), steady_truth(known)
    controller.act(sensors.measure(0.0, truth))
    controller.prepare()
    reading = sensors.measure(1.0, truth)
    others = copy.deepcopy(controller), pickle.loads(pickle.dumps(controller))
    speed = controller.act(reading).speed
    assert [other.act(reading).speed for other in others] == [speed, speed]


def test_a_restart_forgets_what_was_prepared():
    known = briefing()
    controller, sensors, truth = ready(known), Sensors("icu", seed=0), steady_truth(known)
    controller.act(sensors.measure(0.0, truth))
    controller.prepare()
    controller.restart(42_000.0)
    assert controller._prepared is None
    command = controller.act(sensors.measure(1.0, truth))
    assert abs(command.speed - 42_000.0) <= 3000.0 + 1e-6


def test_a_state_ahead_that_is_none_does_not_count(monkeypatch):
    known = briefing()
    controller, sensors, truth = ready(known), Sensors("icu", seed=0), steady_truth(known)
    nowhere = np.full_like(controller.estimator.state, np.nan)
    monkeypatch.setattr(controller.estimator, "ahead", lambda *_: nowhere)
    assert controller.act(sensors.measure(0.0, truth)).status.outcome is Outcome.SOLVED


def test_the_converged_scheme_prepares_nothing():
    controller = ready(briefing(), scheme="converged")
    controller.prepare()
    assert controller._prepared is None


def test_prepare_wants_a_reset():
    assert isinstance(NmpcController(), Preparing)
    with pytest.raises(RuntimeError, match="reset"):
        NmpcController().prepare()


def test_an_unknown_scheme_is_refused():
    with pytest.raises(InputError, match="scheme"):
        NmpcSettings(scheme="fast")


def test_limits_that_contradict_each_other_leave_a_step():
    """Both ends far away and on opposite sides: soft limits give way, with an exact penalty."""
    limits = (
        Limit(signal="map", low=150.0, high=160.0),
        Limit(signal="pump_flow", high=0.5),
        Limit(signal="suction_margin", low=60.0),
    )
    therapy = THERAPY.model_copy(update={"limits": limits})
    for scheme in ("real-time", "converged"):
        course = closed_loop(
            NmpcController(NmpcSettings(scheme=scheme)), briefing(therapy=therapy), duration=10.0
        )
        outcomes = {status.outcome for status in course.statuses}
        assert outcomes <= {Outcome.SOLVED, Outcome.LATE}


def test_an_upper_limit_is_kept_in_closed_loop():
    """Goals ask for a flow that the limit forbids."""
    reached = {}
    for high in (3.0, 6.0):
        therapy = THERAPY.model_copy(
            update={
                "goals": (Goal(signal="map", low=90.0, weight=1.0, scale=10.0),),
                "limits": (Limit(signal="pump_flow", high=high),),
            }
        )
        settings = NmpcSettings(penalty=200.0)
        course = closed_loop(
            NmpcController(settings), briefing("full", therapy=therapy), duration=25.0
        )
        reached[high] = float(course.rollout["pump_flow_mean"][-5:].mean())
    assert reached[3.0] == pytest.approx(3.0, abs=0.1)
    assert reached[6.0] > 3.4


def test_directions_from_the_start_do_not_touch_those_of_the_plan():
    controller = ready(briefing())
    estimator, speed = controller.estimator, controller._speed
    horizon: Horizon = controller._horizon
    plan = np.full(4, 40_000.0)
    alone = horizon.predict(estimator.state, {}, plan, speed)
    beside = horizon.predict(estimator.state, {}, plan, speed, start=estimator.directions())
    np.testing.assert_allclose(beside.residual_slope, alone.residual_slope, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(beside.margin_slope, alone.margin_slope, rtol=1e-12, atol=1e-12)
