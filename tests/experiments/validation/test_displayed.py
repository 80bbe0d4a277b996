"""Displayed flows and presets against what is published of them."""

from __future__ import annotations

import pandas
import pytest

from experiments.studies.support import head_flow_rmse, head_flow_table
from experiments.validation.displayed import head_flow_rows, preset_rows
from experiments.validation.row import MISS, WITHIN


@pytest.fixture(scope="module")
def flows() -> pandas.DataFrame:
    return head_flow_table(["CP", "5.5"], pulsatile=False)


def test_levels_are_judged_by_their_widened_range(flows):
    rows = {row.measure: row for row in head_flow_rows(flows, head_flow_rmse(flows))}
    seen = rows["CP P-9 at 60 mmHg"]
    assert (seen.low, seen.high) == (pytest.approx(3.25), pytest.approx(3.75))
    recalled = rows["CP P-4 at 60 mmHg"]
    assert (recalled.low, recalled.high) == (pytest.approx(1.7), pytest.approx(2.875))
    assert "5.5 P-5 at 60 mmHg" not in rows
    assert rows["5.5 P-9 at 100 mmHg"].low is None
    total = rows["CP: RMSE of the mean flow against every range"]
    assert total.high == pytest.approx(0.37)
    assert total.verdict == WITHIN


def test_a_flow_out_of_its_range_is_a_miss(flows):
    wrong = flows.copy()
    wrong["steady_flow"] += 2.0
    wrong["steady_miss"] += 2.0
    rows = head_flow_rows(wrong, head_flow_rmse(wrong))
    by_name = {row.measure: row for row in rows}
    assert by_name["CP P-9 at 60 mmHg"].verdict == MISS
    assert by_name["CP P-9 at 60 mmHg"].explanation
    assert by_name["CP: RMSE of the mean flow against every range"].verdict == MISS


def test_the_worse_error_of_law_and_patient_counts(flows):
    highest = flows[flows["level"] == "P-9"].copy()
    highest["pulsatile_flow"] = 0.2
    rows = head_flow_rows(highest, head_flow_rmse(flows))
    assert rows[0].model == 0.2
    assert rows[0].verdict == MISS


def test_presets_are_judged_by_the_tolerance_of_their_kind(presets):
    verdicts = [(row.verdict, row.explanation) for row in preset_rows(presets)]
    assert verdicts == [(WITHIN, ""), (MISS, "because"), (WITHIN, "")]
