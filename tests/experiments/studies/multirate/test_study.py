"""The multirate study: both runs agree, a run that does not is found, and costs are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.studies.multirate import days, hours, study
from experiments.studies.multirate.figure import multirate_figure
from plants import SLOW_STATES


@pytest.fixture(scope="module")
def comparisons() -> list[hours.HourComparison]:
    return [hours.compared(case) for case in hours.hour_cases(0.35)]


@pytest.fixture(scope="module")
def trade() -> list[dict]:
    return days.day_rows(days.day_cases(0.1)[1], tolerances=(1e-2, 1e-3))


def test_both_cases_agree_in_every_slow_state_and_metric(comparisons):
    assert [comparison.case.name for comparison in comparisons] == ["without reflex", "with reflex"]
    for comparison in comparisons:
        errors = dict(zip(hours.names(), comparison.errors, strict=True))
        assert comparison.holds, {
            name: error for name, error in errors.items() if error > hours.LIMIT
        }
        assert set(SLOW_STATES) < set(errors)
        assert {"map", "cardiac_power_output", "lvedp"} < set(errors)


def test_what_is_compared_moves(comparisons):
    # An agreement about nothing would prove nothing.
    for comparison in comparisons:
        course = dict(zip(hours.names(), comparison.beat_by_beat.values.T, strict=True))
        start = dict(zip(SLOW_STATES, comparison.case.clock().state, strict=True))
        for name in (
            "renal_injury",
            "recovery_onset_1",
            "lactate",
            "functional_leak",
            "inotrope_effect",
            "pfhb",
        ):
            assert abs(course[name][-1] - start[name]) > 1e-4, name
        assert np.ptp(course["blood_volume"]) > 1.0
        assert comparison.beat_by_beat.beats > 1500
        assert comparison.multirate.beats < comparison.beat_by_beat.beats / 10


def test_the_reflex_makes_the_two_cases_differ(comparisons):
    column = hours.names().index("map")
    pressures = [comparison.beat_by_beat.values[-1, column] for comparison in comparisons]
    assert abs(pressures[0] - pressures[1]) > 1.0


def test_a_run_that_is_off_is_found(comparisons):
    comparison = comparisons[0]
    wrong = comparison.multirate.values.copy()
    wrong[:, hours.names().index("lactate")] *= 1.02
    spoiled = replace(comparison, multirate=replace(comparison.multirate, values=wrong))
    assert not spoiled.holds
    table = hours.error_table([spoiled])
    assert table[~table["holds"]]["quantity"].tolist() == ["lactate"]


def test_an_error_counts_against_the_size_that_a_state_reaches():
    n = len(hours.names())
    exact = np.zeros((3, n))
    exact[:, 0] = (1.0, 2.0, 4.0)
    values = exact.copy()
    values[0, 0] += 0.04
    assert hours.relative_errors(values, exact)[0] == pytest.approx(0.01)
    # What is nothing counts by its range.
    column = list(SLOW_STATES).index("stunned")
    values[0, column] = 1e-6
    assert hours.relative_errors(values, exact)[column] == pytest.approx(1.0)


def test_doses_change_at_half_time_and_samples_keep_off_the_change():
    case = hours.hour_cases(6.0)[0]
    assert len(case.times) == 12
    assert case.inputs(2.9) != case.inputs(3.0)
    assert case.times[-1] == 6.0
    short = hours.hour_cases(0.4)[0]
    assert min(np.diff([0.0, *short.times])) >= 1 / 6
    assert 0.2 in short.times.tolist()


def test_costs_are_told_side_by_side(comparisons):
    table = hours.cost_table(comparisons)
    assert (table["speed_up"] == table["beat_by_beat_s"] / table["multirate_s"]).all()
    assert (table["worst_error"] <= hours.LIMIT).all()


def test_days_get_cheaper_with_a_larger_tolerance_and_stay_accurate(trade):
    loose, tight = trade
    assert (loose["tolerance"], tight["tolerance"]) == (1e-2, 1e-3)
    assert all(row["worst_error"] < hours.LIMIT for row in trade)
    assert loose["beats_found"] <= tight["beats_found"]


def scaled(comparison, factor):
    """The comparison with a multirate run that is off."""
    values = factor * comparison.multirate.values
    return replace(comparison, multirate=replace(comparison.multirate, values=values))


def test_the_outcome_in_words_and_in_a_figure(comparisons, trade):
    settings = study.MultirateSettings(hours=0.35, days=0.1)
    findings = study.STUDY.findings(settings, [*comparisons, trade])
    assert findings.held is True
    assert "without reflex: worst error" in findings.summary
    assert "recovery " in findings.summary
    figure = multirate_figure(comparisons, findings.tables["days"])
    assert len(figure.axes) == 5
    spoiled = [scaled(comparisons[0], 2.0), comparisons[1], trade]
    assert study.STUDY.findings(settings, spoiled).held is False
    late = [*comparisons, [row | {"worst_error": 2 * hours.LIMIT} for row in trade]]
    assert study.STUDY.findings(settings, late).held is False


def test_the_command(impellab, monkeypatch, comparisons, trade):
    results = [*comparisons, trade]
    known = replace(
        study.STUDY, cases=lambda settings: range(len(results)), work=lambda n: results[n]
    )
    monkeypatch.setattr(study, "STUDY", known)
    arguments = ("multirate", "--hours", 0.35, "--days", 0.1, "--workers", 1, "--json")
    result = impellab(*arguments)
    assert result.code == 0
    document = result.document
    assert document["held"] is True
    assert {row["case"] for row in document["cost"]} == {"without reflex", "with reflex"}
    assert document["cost"][0]["worst_error"] == comparisons[0].errors.max()
    assert len(document["days"]) == len(trade)
    results[0] = scaled(comparisons[0], 0.0)
    assert impellab(*arguments).code == 1


@pytest.mark.parametrize("option", [("--hours", 0), ("--days", -1), ("--workers", 0)])
def test_bad_options_are_refused(impellab, option):
    assert impellab("multirate", *option).code == 2
