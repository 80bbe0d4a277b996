"""Days between events: cost and accuracy by tolerance."""

from __future__ import annotations

from experiments.studies.multirate import hours


def test_days_get_cheaper_with_a_larger_tolerance_and_stay_accurate(trade):
    loose, tight = trade
    assert (loose["tolerance"], tight["tolerance"]) == (1e-2, 1e-3)
    assert all(row["worst_error"] < hours.LIMIT for row in trade)
    assert loose["beats_found"] <= tight["beats_found"]
