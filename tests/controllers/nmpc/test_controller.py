"""Model-predictive control: what it plans, what it keeps to, and how it fails."""

from __future__ import annotations

import itertools
import math
import time
from functools import partial

import numpy as np
import pytest

import controllers.nmpc.controller as nmpc
from controllers import NmpcController, NmpcSettings, Outcome, speed_limits
from controllers.nmpc.horizon import Horizon
from controllers.nmpc.quadratic_programme import PlanBounds, plan_step
from plants import BeatMap, InputError, Plant, Pump, Sensors, Simulator, individual, steady_state

from .. import conftest as shared
from ..conftest import THERAPY, earlier, steady_truth, unmeasured

PUMP = Pump.load("CP")
START = PUMP.speed("P-5")


briefing = partial(shared.briefing, pump=PUMP)


def closed_loop(patient, scenario, tier="icu", *, duration=40.0, dropout=0.0, seed=0):
    """The rollout and the statuses on an individual."""
    course = shared.closed_loop(
        NmpcController(),
        briefing(tier, patient=patient),
        individual_seed=seed,
        scenario=scenario,
        duration=duration,
        dropout=dropout,
    )
    return course.rollout, course.statuses


def cost(rollout, last=15):
    rows = [
        {goal.signal: float(rollout[goal.signal][k]) for goal in THERAPY.goals}
        for k in range(-last, 0)
    ]
    return float(np.mean([THERAPY.cost(row) for row in rows]))


@pytest.fixture(scope="module")
def horizon():
    plant = Plant("shock-d", PUMP)
    beats = BeatMap(plant, step=0.004)
    return Horizon(beats, THERAPY, (2, 3), 1.0), steady_state(plant, START, beats=beats).state


def test_slopes_are_those_of_the_prediction(horizon):
    model, state = horizon
    factors, plan = {"lv_contractility": 0.8}, np.array([37_500.0, 39_000.0])
    exact = model.predict(state, factors, plan, START)
    for block in range(2):
        nudge = np.zeros(2)
        nudge[block] = 2.0
        up = model.predict(state, factors, plan + nudge, START, slopes=False)
        down = model.predict(state, factors, plan - nudge, START, slopes=False)
        slope = (up.residuals - down.residuals) / 4e-3
        np.testing.assert_allclose(exact.residual_slope[:, block], slope, atol=2e-5, rtol=1e-4)
        slope = (up.margins - down.margins) / 4e-3
        np.testing.assert_allclose(exact.margin_slope[..., block], slope, atol=2e-4, rtol=1e-4)


def test_a_later_speed_does_not_act_earlier(horizon):
    model, state = horizon
    prediction = model.predict(state, {}, np.array([38_000.0, 38_000.0]), START)
    assert np.all(prediction.margin_slope[:2, :, 1] == 0)
    assert np.any(prediction.margin_slope[2:, :, 1] != 0)


def test_step_keeps_range_and_rate(horizon):
    model, state = horizon
    plan = np.array([37.0, 37.0])
    prediction = model.predict(state, {}, plan * 1e3, 37_000.0)
    bounds = PlanBounds(31.0, 38.0, 0.5)
    step = plan_step(prediction, plan, 37.0, bounds, penalty=5.0, damping=1e-4)
    moved = plan + step
    assert np.all(moved <= 38.0 + 1e-6)
    assert np.all(np.abs(np.diff(np.concatenate([[37.0], moved]))) <= 0.5 + 1e-6)
    assert moved[0] > 37.1  # a shocked patient at P-5 needs more


@pytest.mark.parametrize("tier", ["icu", "console"])
@pytest.mark.parametrize("patient", ["shock-c", "shock-d", "shock-e"])
def test_improves_on_the_level_it_takes_over(patient, tier):
    seed = 1  # the first whose individuals all lack something at that level
    held = Simulator(Plant(individual(patient, seed=seed), PUMP))
    held.reset(speed=START)
    before = THERAPY.cost(held.metrics())
    assert before > 0.1
    rollout, statuses = closed_loop(patient, "none", tier, seed=seed)
    assert rollout.attrs["ended"] == ""
    assert cost(rollout) < before
    assert all(s.outcome in (Outcome.SOLVED, Outcome.LATE) for s in statuses)


def test_commands_stay_in_range_and_within_the_rate():
    rollout, _ = closed_loop("shock-e", "contractility-loss")
    speeds = rollout["speed_command"].to_numpy()
    low, high = speed_limits(PUMP)
    assert speeds.min() >= low - 1e-6
    assert speeds.max() <= high + 1e-6
    assert np.abs(np.diff(speeds)).max() <= 3000 + 1e-6


def is_no_failure(statuses):
    return all(s.outcome in (Outcome.SOLVED, Outcome.LATE) for s in statuses)


@pytest.mark.parametrize(
    ("scenario", "duration"), [("pulmonary-resistance-up", 20.0), ("preload-drop", 24.0)]
)
def test_sudden_loss_of_preload_is_no_failure(scenario, duration):
    """Soft limits: where hard ones would be infeasible there is still a plan."""
    _, statuses = closed_loop("healthy", earlier(scenario, 12.0), duration=duration)
    assert is_no_failure(statuses)


def test_it_keeps_a_reserve_of_the_suction_margin():
    """Its patient sucks at a margin at which the believed one does not yet."""
    rollout, _ = closed_loop("rv-failure", "none", duration=20.0)
    assert rollout["suction"].to_numpy().max() < 0.01


def test_backs_off_where_the_ventricle_runs_empty():
    rollout, statuses = closed_loop("healthy", earlier("hemorrhage-severe", 12.0), duration=38.0)
    speeds = rollout["speed_command"].to_numpy()
    assert speeds[-6:].mean() < speeds[:8].max() - 4000
    assert is_no_failure(statuses[:28])  # 20 s of bleeding


def seen(time):
    return Sensors("icu", seed=0).measure(time, steady_truth(briefing()))


def test_without_measurements_it_coasts_then_falls_back_then_recovers():
    controller = NmpcController()
    controller.reset(briefing())
    controller.act(seen(0.0))
    first, second = controller.act(unmeasured(1.0)), controller.act(unmeasured(2.0))
    assert first.status.outcome is not Outcome.FALLBACK
    assert second.status.outcome is Outcome.FALLBACK
    assert second.speed == PUMP.speed(THERAPY.fallback_level)
    assert controller.act(seen(3.0)).status.outcome is not Outcome.FALLBACK


def test_failed_step_is_never_applied(monkeypatch):
    controller = NmpcController()
    controller.reset(briefing())
    for k in range(3):
        good = controller.act(seen(float(k)))
    planned = controller._plan.copy()
    monkeypatch.setattr(nmpc, "plan_step", lambda *a, **k: None)
    shifted = controller.act(seen(3.0))
    assert shifted.status.outcome is Outcome.FAILED
    assert shifted.speed == pytest.approx(planned[1] * 1e3)
    controller.act(seen(4.0))
    safe = controller.act(seen(5.0))
    assert safe.status.outcome is Outcome.FALLBACK
    assert safe.speed == PUMP.speed(THERAPY.fallback_level)
    monkeypatch.undo()
    again = controller.act(seen(6.0))
    assert again.status.outcome in (Outcome.SOLVED, Outcome.LATE)
    assert math.isfinite(good.speed)


def test_nan_from_the_solver_is_a_failure(horizon, monkeypatch):
    model, state = horizon
    prediction = model.predict(state, {}, np.array([37_000.0, 37_000.0]), 37_000.0)
    broken = type(prediction)(
        prediction.residuals * np.nan,
        prediction.residual_slope,
        prediction.margins,
        prediction.margin_slope,
        prediction.metrics,
    )
    assert not broken.finite
    controller = NmpcController()
    controller.reset(briefing())
    monkeypatch.setattr(controller, "_predict", lambda *a, **k: broken)
    command = controller.act(seen(0.0))
    assert command.status.outcome is Outcome.FAILED
    assert math.isfinite(command.speed)


def test_dropouts_do_not_stop_it():
    rollout, statuses = closed_loop("shock-d", "none", dropout=0.4, duration=40.0)
    assert np.all(np.isfinite(rollout["speed_command"]))
    assert sum(s.outcome is Outcome.FAILED for s in statuses) == 0


def test_too_little_time_gives_an_improved_plan():
    controller = NmpcController(NmpcSettings(time_limit=1e-6, max_iterations=4))
    controller.reset(briefing())
    command = controller.act(seen(0.0))
    assert command.status.outcome is Outcome.LATE
    assert command.status.iterations == 1
    assert command.speed > START


@pytest.mark.parametrize(
    ("field", "value"), [("blocks", ()), ("rate_limit", -1.0), ("max_iterations", 0)]
)
def test_settings_refuse_nonsense(field, value):
    with pytest.raises(InputError, match=field):
        NmpcSettings(**{field: value})


def test_the_clock_ends_a_solve_only_when_asked(monkeypatch):
    """However slow the machine seems to be, the result is that of the iterations."""

    def commands(settings):
        controller = NmpcController(settings)
        controller.reset(briefing())
        return [controller.act(seen(float(k))) for k in range(3)]

    usual = commands(NmpcSettings())
    now = itertools.count(0.0, 1000.0)
    monkeypatch.setattr(time, "perf_counter", lambda: next(now))
    slow, limited = commands(NmpcSettings()), commands(NmpcSettings(time_limit=0.8))
    assert [c.speed for c in slow] == [c.speed for c in usual]
    assert [c.status.iterations for c in slow] == [c.status.iterations for c in usual]
    assert {c.status.iterations for c in limited} == {1}


@pytest.mark.parametrize("far", [-15.0, 0.5, 40.0])
def test_a_step_of_the_solver_out_of_its_bounds_is_clipped_and_told(monkeypatch, far):
    controller = NmpcController()
    controller.reset(briefing())
    low, high = speed_limits(PUMP)
    real, last, outcomes = nmpc.plan_step, START, []

    def wild(*arguments, **options):
        return real(*arguments, **options) + far

    monkeypatch.setattr(nmpc, "plan_step", wild)
    for k in range(6):
        command = controller.act(seen(float(k)))
        assert low <= command.speed <= high
        assert abs(command.speed - last) <= 3000 + 1e-6
        last = command.speed
        outcomes.append(command.status.outcome)
    assert set(outcomes[:1]) == {Outcome.CLIPPED}


def test_a_level_below_the_range_is_left_at_once():
    controller = NmpcController()
    controller.reset(briefing(start=0.0))
    command = controller.act(seen(0.0))
    assert command.speed >= speed_limits(PUMP)[0] - 1e-6


def test_a_therapy_without_limits_works():
    free = THERAPY.model_copy(update={"limits": ()})
    controller = NmpcController()
    controller.reset(briefing(therapy=free))
    assert controller.act(seen(0.0)).status.outcome in (Outcome.SOLVED, Outcome.LATE)
