"""The slow equations over a step: those of the clock, with metrics through known beats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from plants import METRICS, PhysicsError, Plant, SlowClock, SlowParameters, steady_state
from plants.slow.clock import metric_vector
from plants.slow.response import drive_vector, drives
from plants.slow.trajectory import MetricModel, slow_trajectory

N_DRIVES = len(drives()) + 1


@pytest.fixture
def clock() -> SlowClock:
    values = {"recoverable": 1.0, "recovery_delay": 0.2, "baroreflex_gain": 1.0}
    return SlowClock("shock-d", SlowParameters.load().replace(**values))


def constant(clock: SlowClock, speed: float = 42_000.0) -> MetricModel:
    """Metrics of one beat, whatever the drives."""
    beat = steady_state(Plant("shock-d", "CP"), speed)
    slope = np.zeros((len(METRICS), N_DRIVES))
    return MetricModel(
        metric_vector(beat.metrics), drive_vector(clock.effects(), 5000.0), slope, True
    )


def test_it_solves_the_equations_of_the_clock(clock):
    clock.give(inotrope=5.0, bleeding=80.0)
    model = constant(clock)
    metrics = METRICS.as_dict(model.metrics)
    path = slow_trajectory(clock, {}, 5000.0, 6.0, model)
    exact = solve_ivp(
        lambda t, s: clock.rates(s, metrics)[0],
        (0.0, 6.0),
        clock.state,
        method="BDF",
        rtol=1e-8,
        atol=1e-10,
    ).y[:, -1]
    size = np.abs(exact) + 1e-3
    assert np.max(np.abs(path.end[0] - exact) / size) < 1e-4
    assert path.end[1] == pytest.approx(5000.0 - 480.0, abs=1e-6)
    assert len(path.states) == len(path.volumes) > 5
    assert clock.hours == 0.0


@pytest.mark.parametrize("fresh", [True, False])
def test_the_model_passes_through_the_beats_that_it_was_told(fresh):
    rng = np.random.default_rng(5)
    slope = rng.normal(size=(len(METRICS), N_DRIVES))
    begin, way = rng.normal(size=N_DRIVES), rng.normal(size=N_DRIVES)
    first, middle, last = rng.normal(size=(3, len(METRICS)))
    model = MetricModel(first, begin, slope, fresh)
    assert model.at(begin) == pytest.approx(first)
    assert model.at(begin + way) == pytest.approx(first + slope @ way)
    ended = model.with_defect(begin + way, last)
    assert ended.at(begin) == pytest.approx(first)
    assert ended.at(begin + way) == pytest.approx(last)
    bent = ended.with_curvature(begin + 0.4 * way, middle)
    for place, expected in ((0.0, first), (0.4, middle), (1.0, last)):
        assert bent.at(begin + place * way) == pytest.approx(expected)
    # Right slopes are kept at the begin.
    if fresh:
        step = 1e-7
        moved = (bent.at(begin + step * way) - first) / step
        assert moved == pytest.approx(slope @ way, rel=1e-4, abs=1e-4)


def test_a_place_at_the_end_of_the_way_tells_nothing_about_its_middle():
    model = MetricModel(
        np.zeros(len(METRICS)), np.zeros(N_DRIVES), np.ones((len(METRICS), N_DRIVES)), True
    )
    ended = model.with_defect(np.ones(N_DRIVES), np.ones(len(METRICS)))
    assert ended.with_curvature(np.ones(N_DRIVES), 5.0 * np.ones(len(METRICS))) is ended


def test_a_way_of_no_length_has_no_defect(clock):
    model = constant(clock)
    ended = model.with_defect(model.drives, model.metrics + 1.0)
    assert np.all(ended.share_by_drive == 0.0)
    assert ended.at(model.drives + 1.0) == pytest.approx(model.metrics)


def test_the_solver_follows_the_model():
    # What recovers lowers the filling, and so recovers faster.
    clock = SlowClock("shock-d", SlowParameters.load().replace(recoverable=1.0))
    model = constant(clock)
    plain = slow_trajectory(clock, {}, 5000.0, 96.0, model).end[0]
    slope = model.slope.copy()
    slope[METRICS.index["lvedp"], drives().index("lv_contractility")] = -40.0
    helped = slow_trajectory(clock, {}, 5000.0, 96.0, replace(model, slope=slope)).end[0]
    stunned = list(clock.states()).index("stunned")
    assert helped[stunned] < plain[stunned] - 1e-3


def test_equations_without_a_solution_are_reported_quietly(clock, capfd):
    model = constant(clock)
    with pytest.raises(PhysicsError, match="shock-d"):
        slow_trajectory(
            clock, {}, 5000.0, 1.0, replace(model, metrics=np.full(len(METRICS), np.nan))
        )
    assert capfd.readouterr().err == ""


def test_a_state_that_leaves_its_range_is_reported(clock):
    model = constant(clock)
    metrics = model.metrics.copy()
    metrics[METRICS.index["hemolysis_rate"]] = 1e4
    with pytest.raises(PhysicsError, match="pfhb"):
        slow_trajectory(clock, {}, 5000.0, 5.0, replace(model, metrics=metrics))
