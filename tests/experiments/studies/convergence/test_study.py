"""The convergence study: a reference to trust, schemes in their order, and an honest choice."""

from __future__ import annotations

import functools
import math

import pandas
import pytest

from experiments.runs import Findings
from experiments.studies.convergence import RightHandSide, errors, study
from experiments.studies.convergence.schemes import SchemeMap, reference_beat, scheme_kernel
from experiments.studies.convergence.step_choice import chosen_step
from plants import BeatMap, PhysicsError, Plant, Simulator, plant_model, steady_state
from plants.beat import beat_kernel

CASE = errors.Case("shock-d", "CP", "P-5", "aortic valve opens briefly")


@pytest.fixture(scope="module")
def table() -> pandas.DataFrame:
    return pandas.DataFrame(errors.integration_errors(CASE, steps=(0.001, 0.002, 0.004)))


def worst_errors(table: pandas.DataFrame, scheme: str, step_ms: float) -> tuple[float, float]:
    row = table[(table["scheme"] == scheme) & (table["step_ms"] == step_ms)].iloc[0]
    return row["mean_error"], row["extreme_error"]


def findings_of(table: pandas.DataFrame) -> Findings:
    """What the study shows of errors of integration."""
    smoothing = errors.smoothing_changes(CASE, widths=(0.02,))
    result = study.CaseErrors(table.to_dict("records"), smoothing)
    return study.STUDY.findings(study.ConvergenceSettings(), [result])


def test_the_right_hand_side_is_the_plants():
    plant = Plant("shock-d", "CP")
    values, state = plant.values(40_000, None, 0.002), plant.rest()
    expected = plant_model().derivative(state, values)[0]
    rhs = RightHandSide(values)
    assert rhs(0.0, state) == pytest.approx(expected.full().ravel(), rel=1e-12, abs=1e-12)
    assert rhs.size == len(state)
    assert RightHandSide(values, integrals=True).size > rhs.size


def test_without_a_compiler_the_right_hand_side_is_the_same(monkeypatch):
    plant = Plant("shock-d", "CP")
    values, state = plant.values(40_000, None, 0.002), plant.rest()
    compiled = RightHandSide(values)(0.0, state)
    monkeypatch.setenv("CC", "/nonexistent")
    other = RightHandSide(values)
    assert not other.compiled
    assert other(0.0, state) == pytest.approx(compiled, rel=1e-12, abs=1e-12)


def test_two_ways_of_high_accuracy_agree():
    """DOP853 at 1e-10 and Runge-Kutta at 0.1 ms are independent of each other; with suction."""
    plant, speed = Plant("rv-failure", "5.0"), 33_000.0
    reference = reference_beat(plant, speed)
    assert reference.change < 1e-6
    beats = BeatMap(plant, step=1e-4)
    fine = steady_state(plant, speed, start=reference.state, beats=beats).metrics
    worst = errors.relative_errors(fine, reference.metrics)
    assert max(worst[name] for name in errors.MEANS) < 1e-7
    assert max(worst[name] for name in errors.EXTREMES) < 2e-6


def test_the_scheme_of_the_plant_is_the_plants_own_kernel():
    plant = Plant("shock-d", "CP")
    ours = steady_state(plant, 37_000).metrics
    own_kernel = steady_state(plant, 37_000, beats=SchemeMap(plant, "RK4", 0.002)).metrics
    assert own_kernel == pytest.approx(ours, rel=1e-9)
    assert type(scheme_kernel("RK4")) is type(beat_kernel())


def test_higher_order_is_more_accurate(table):
    for step in (1.0, 2.0):
        euler, heun, runge_kutta = (
            worst_errors(table, scheme, step)[0] for scheme in ("Euler", "Heun", "RK4")
        )
        assert runge_kutta < 0.5 * heun < 0.2 * euler
    for scheme in ("Euler", "Heun", "RK4"):
        assert worst_errors(table, scheme, 1.0)[0] < worst_errors(table, scheme, 4.0)[0]


def test_the_plants_step_meets_both_limits(table):
    mean, extreme = worst_errors(table, "RK4", 2.0)
    assert mean < errors.MEAN_LIMIT / 10
    assert extreme < errors.EXTREME_LIMIT
    chosen = chosen_step(table)
    assert chosen.step == pytest.approx(0.002)
    # A plant whose limit is lower runs at its limit, which is hardly shorter.
    assert chosen.stable_step >= 0.95 * 0.002
    stiff = Plant("shock-d", "5.0")
    assert Simulator(stiff).step == min(0.002, stiff.largest_step())
    assert BeatMap(stiff).step == min(0.002, stiff.largest_step())
    findings = findings_of(table)
    assert findings.held is True
    assert "RK4 at 2 ms" in findings.summary
    inaccurate = table.assign(within_limits=table["within_limits"] & (table["step_ms"] != 2.0))
    with pytest.raises(PhysicsError, match="no studied step"):
        findings_of(inaccurate[inaccurate["step_ms"] == 2.0])


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


def test_smoothing_matters_less_the_narrower_it_is():
    table = pandas.DataFrame(errors.smoothing_changes(CASE, widths=(0.1, 0.05, 0.02)))
    assert table["mean_change"].is_monotonic_decreasing
    assert table["map_change_mmHg"].abs().max() < 0.2


def test_errors_of_flows_are_relative_to_the_circulating_flow():
    reference = dict.fromkeys((*errors.MEANS, *errors.EXTREMES), 10.0) | {"pump_flow_min": 0.0}
    off = reference | {"pump_flow_min": 0.1, "map": 10.1}
    relative = errors.relative_errors(off, reference)
    assert relative["pump_flow_min"] == pytest.approx(0.01)
    assert relative["map"] == pytest.approx(0.01)
    assert relative["pcwp"] == 0.0


def test_the_command_writes_what_it_says(impellab, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "CASES", (CASE, CASE))
    brief = functools.partial(errors.integration_errors, steps=(0.002,), schemes=("Heun", "RK4"))
    monkeypatch.setattr(study, "integration_errors", brief)
    result = impellab("convergence", "--cases", 1, "--results", "--json")
    assert result.code == 0
    document = result.document
    assert document["held"] is True
    assert document["choice"]["scheme"] == "RK4"
    assert [row["scheme"] for row in document["rows"]] == ["Heun", "RK4"]
    names = {path.name for path in (tmp_path / "results" / "convergence").iterdir()}
    assert names == {"README.md", "convergence.png", "integration.csv", "smoothing.csv"}
    page = (tmp_path / "results" / "convergence" / "README.md").read_text(encoding="utf-8")
    assert "impellab convergence --cases 1 --results" in page
    assert "Python" in page
    assert str(tmp_path) not in page
