"""Errors of schemes in their order, of steps too long, and of smoothing."""

from __future__ import annotations

import math

import pandas
import pytest

from experiments.studies.convergence import errors
from experiments.studies.convergence.step_choice import chosen_step
from plants import PhysicsError


def worst_errors(table: pandas.DataFrame, scheme: str, step_ms: float) -> tuple[float, float]:
    row = table[(table["scheme"] == scheme) & (table["step_ms"] == step_ms)].iloc[0]
    return row["mean_error"], row["extreme_error"]


def test_higher_order_is_more_accurate(table):
    for step in (1.0, 2.0):
        euler, heun, runge_kutta = (
            worst_errors(table, scheme, step)[0] for scheme in ("Euler", "Heun", "RK4")
        )
        assert runge_kutta < 0.5 * heun < 0.2 * euler
    for scheme in ("Euler", "Heun", "RK4"):
        assert worst_errors(table, scheme, 1.0)[0] < worst_errors(table, scheme, 4.0)[0]


def test_an_unstable_step_is_said_to_be_unstable():
    case = errors.Case("healthy", None, None, "the stiffest valve")
    rows = errors.integration_errors(case, steps=(0.02,), schemes=("Euler",))
    table = pandas.DataFrame(rows)
    row = table.iloc[0]
    assert math.isnan(row["mean_error"])
    assert row["mean_metric"] == "unstable"
    assert not row["within_limits"]
    with pytest.raises(PhysicsError, match="no studied step"):
        chosen_step(table, "Euler")


def test_smoothing_matters_less_the_narrower_it_is(case):
    table = pandas.DataFrame(errors.smoothing_changes(case, widths=(0.1, 0.05, 0.02)))
    assert table["mean_change"].is_monotonic_decreasing
    assert table["map_change_mmHg"].abs().max() < 0.2


def test_errors_of_flows_are_relative_to_the_circulating_flow():
    reference = dict.fromkeys((*errors.MEANS, *errors.EXTREMES), 10.0) | {"pump_flow_min": 0.0}
    off = reference | {"pump_flow_min": 0.1, "map": 10.1}
    relative = errors.relative_errors(off, reference)
    assert relative["pump_flow_min"] == pytest.approx(0.01)
    assert relative["map"] == pytest.approx(0.01)
    assert relative["pcwp"] == 0.0
