"""Displayed flows and presets against what is published of them."""

from __future__ import annotations

import pandas
import pytest

from experiments.runs import render
from experiments.studies.support import head_flow_rmse, head_flow_table
from experiments.validation.displayed import head_flow_rows, preset_rows, variant_rows
from experiments.validation.parts import VARIANTS
from experiments.validation.report import highest_levels
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
    published = rows["5.5 P-5 at 30 mmHg"]
    assert (published.low, published.high) == (pytest.approx(2.75), pytest.approx(3.75))
    assert "5.5 P-5 at 100 mmHg" not in rows
    total = rows["CP: RMSE of the mean flow against every range"]
    assert total.high == pytest.approx(0.37)
    assert total.verdict == WITHIN


def test_a_variant_stands_beside_the_law_at_the_heads_of_both():
    rows = {(row["level"], row["head_mmHg"]): row for row in variant_rows("CP")}
    assert {head for _, head in rows} == {30.0, 60.0, 100.0}
    assert len(rows) == 3 * 9
    top = rows["P-9", 60.0]
    assert (round(top["flow"], 2), round(top["variant_flow"], 2)) == (3.62, 3.28)
    assert all(row["difference"] < 0 for row in rows.values())


def test_the_summary_tells_the_variants_of_the_highest_level():
    table = pandas.DataFrame(variant_rows("CP"))
    highest = highest_levels({VARIANTS: table})
    assert [(row["level"], row["head_mmHg"]) for row in highest] == [
        *(("P-9", 30.0), ("P-9", 60.0), ("P-9", 100.0))
    ]
    text = render("validation.md", rows=[], miss=MISS, variants=highest)
    assert "CP P-9 at 60 mmHg: 3.62 L/min, and 3.28 with the ranges at 30-60 mmHg" in text
    assert highest_levels({}) == []


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
