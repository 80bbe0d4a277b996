"""Four days by outer steps and beat by beat."""

from __future__ import annotations

from experiments.speed.days import day_rows


def test_days_are_extrapolated_openly_and_compared():
    cost, pressure, states = day_rows(1, span=0.02)
    assert "extrapolated" in cost.note
    assert "over 0.02 h" in cost.other_by
    assert cost.ratio > 10
    assert pressure.ours < 1.0  # both follow the same patient; the drug has only just begun
    assert states.unit == "%"
