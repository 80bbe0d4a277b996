"""The multirate study: both runs agree, a run that does not is found, and costs are told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.studies.multirate import days, report, study
from plants import SLOW_STATES


@pytest.fixture(scope="module")
def found() -> list[study.Comparison]:
    return study.compare(0.35, workers=1)


@pytest.fixture(scope="module")
def trade():
    return days.day_table(0.1, tolerances=(1e-2, 1e-3), cases=days.DAY_CASES[1:2])


def test_both_cases_agree_in_every_slow_state_and_metric(found):
    assert [one.case.name for one in found] == ["without reflex", "with reflex"]
    for one in found:
        errors = dict(zip(study.names(), one.errors, strict=True))
        assert one.holds, {name: error for name, error in errors.items() if error > study.LIMIT}
        assert set(SLOW_STATES) < set(errors)
        assert {"map", "cardiac_power_output", "lvedp"} < set(errors)


def test_what_is_compared_moves(found):
    # An agreement about nothing would prove nothing.
    for one in found:
        course = dict(zip(study.names(), one.slow.values.T, strict=True))
        start = dict(zip(SLOW_STATES, one.case.clock().state, strict=True))
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
        assert one.slow.beats > 1500
        assert one.quick.beats < one.slow.beats / 10


def test_the_reflex_makes_the_two_cases_differ(found):
    pressures = [one.slow.values[-1, study.names().index("map")] for one in found]
    assert abs(pressures[0] - pressures[1]) > 1.0


def test_a_run_that_is_off_is_found(found):
    one = found[0]
    wrong = one.quick.values.copy()
    wrong[:, study.names().index("lactate")] *= 1.02
    spoiled = replace(one, quick=replace(one.quick, values=wrong))
    assert not spoiled.holds
    table = study.error_table([spoiled])
    assert table[~table["holds"]]["quantity"].tolist() == ["lactate"]


def test_an_error_counts_against_the_size_that_a_state_reaches():
    n = len(study.names())
    exact = np.zeros((3, n))
    exact[:, 0] = (1.0, 2.0, 4.0)
    values = exact.copy()
    values[0, 0] += 0.04
    assert study.relative_errors(values, exact)[0] == pytest.approx(0.01)
    # What is nothing counts by its range.
    column = list(SLOW_STATES).index("stunned")
    values[0, column] = 1e-6
    assert study.relative_errors(values, exact)[column] == pytest.approx(1.0)


def test_doses_change_at_half_time_and_samples_keep_off_the_change():
    case = study.cases(6.0)[0]
    assert len(case.times) == 12
    assert case.inputs(2.9) != case.inputs(3.0)
    assert case.times[-1] == 6.0
    short = study.cases(0.4)[0]
    assert min(np.diff([0.0, *short.times])) >= 1 / 6
    assert 0.2 in short.times.tolist()


def test_costs_are_told_side_by_side(found):
    table = study.cost_table(found)
    assert (table["speed_up"] == table["beat_by_beat_s"] / table["multirate_s"]).all()
    assert (table["worst_error"] <= study.LIMIT).all()


def test_days_get_cheaper_with_a_larger_tolerance_and_stay_accurate(trade):
    assert len(trade) == 2
    assert (trade["worst_error"] < study.LIMIT).all()
    for _, rows in trade.groupby("case"):
        loose, tight = (rows[rows["tolerance"] == x].iloc[0] for x in (1e-2, 1e-3))
        assert loose["beats_found"] <= tight["beats_found"]


def test_the_outcome_in_words_and_in_a_figure(found, trade):
    held, text = report.verdict(found, trade)
    assert held
    assert "without reflex" in text
    figure = report.multirate_figure(found, trade)
    assert len(figure.axes) == 5
    spoiled = replace(found[0], quick=replace(found[0].quick, values=2 * found[0].quick.values))
    assert not report.verdict([spoiled, found[1]], trade)[0]


def test_the_command(impellab, monkeypatch, found, trade):
    monkeypatch.setattr(study, "compare", lambda *_args, **_options: found)
    monkeypatch.setattr(days, "day_table", lambda *_args, **_options: trade)
    result = impellab("multirate", "--hours", 0.35, "--days", 0.1, "--json")
    assert result.code == 0
    document = result.document
    assert document["held"] is True
    assert {row["case"] for row in document["cost"]} == {"without reflex", "with reflex"}
    assert len(document["days"]) == len(trade)
    wrong = replace(found[0], quick=replace(found[0].quick, values=0 * found[0].quick.values))
    monkeypatch.setattr(study, "compare", lambda *_args, **_options: [wrong])
    assert impellab("multirate", "--json").code == 1


@pytest.mark.parametrize("option", [("--hours", 0), ("--days", -1), ("--workers", 0)])
def test_bad_options_are_refused(impellab, option):
    assert impellab("multirate", *option).code == 2
