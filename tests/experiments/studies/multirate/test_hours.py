"""Hours beat by beat and by outer steps agree; a run that does not is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.studies.multirate import hours
from plants import SLOW_STATES


def test_both_cases_agree_in_every_slow_state_and_metric(comparisons):
    assert [comparison.case.name for comparison in comparisons] == ["without reflex", "with reflex"]
    for comparison in comparisons:
        errors = dict(zip(hours.names(), comparison.errors, strict=True))
        assert comparison.holds, {
            name: error for name, error in errors.items() if error > hours.LIMIT
        }
        assert set(SLOW_STATES) < set(errors)
        assert {"map", "cardiac_power_output", "lvedp"} < set(errors)


def test_the_compared_states_move(comparisons):
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
        assert comparison.beat_by_beat.beats > 1400
        assert comparison.multirate.beats < comparison.beat_by_beat.beats / 10


def test_the_reflex_makes_the_two_cases_differ(comparisons):
    column = hours.names().index("map")
    pressures = [comparison.beat_by_beat.values[-1, column] for comparison in comparisons]
    assert abs(pressures[0] - pressures[1]) > 1.0


def test_a_run_with_a_large_error_is_reported(comparisons):
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
    values[0, column] = 1e-5
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
