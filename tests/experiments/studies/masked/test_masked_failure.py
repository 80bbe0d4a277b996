"""A failure that a drug hides, and a test that tells it from a recovery."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.studies.masked import masked_failure


def test_both_hearts_pass_the_ramp_test_and_only_one_without_the_drug(tables):
    masked = tables["masked"]
    rows = {(row["heart"], row["stage"]): row for row in masked.to_dict("records")}
    drugged, recovered = masked["heart"].unique()
    on, off = "P-2, on the drug", "P-2, off the drug"
    power = {key: row["cardiac_power_output"] for key, row in rows.items()}
    assert power[drugged, on] == pytest.approx(power[recovered, on], rel=0.01)
    assert power[drugged, on] > masked_failure.WEANING_POWER
    assert power[drugged, off] < masked_failure.WEANING_POWER
    assert power[recovered, off] == pytest.approx(power[recovered, on], rel=0.02)
    # Without its drug the heart beats slower and weaker, and the body runs short of oxygen.
    assert rows[drugged, off]["heart_rate"] < rows[drugged, on]["heart_rate"] - 2.0
    assert rows[drugged, off]["ejection_fraction"] < rows[drugged, on]["ejection_fraction"] - 0.03
    assert rows[drugged, off]["lactate"] > rows[drugged, on]["lactate"] + 1.0
    assert rows[drugged, off]["svo2"] < rows[drugged, on]["svo2"] - 0.05


def test_the_recovered_heart_came_weaker_and_has_recovered():
    heart = masked_failure.recovered_heart()
    start = heart.run()
    start.hold(31_000.0)
    assert heart.share < 0.8
    assert heart.recoverable > 0.3
    assert start.metrics()["cardiac_power_output"] < heart.power_at_low() - 0.1


def test_the_more_of_the_drug_the_more_it_hides(tables):
    doses = tables["doses"]
    assert doses["on"].to_numpy() == pytest.approx(doses["on"].iloc[0], rel=1e-6)
    assert np.all(np.diff(doses["off"]) < 0.0)
    assert doses["off"].iloc[0] == pytest.approx(doses["on"].iloc[0], rel=1e-3)
