"""The page of the validation: what it counts is what the results hold."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas
import pytest

from experiments.credibility.page import GOAL, USES, validation_page, validation_rows
from experiments.credibility.tables import SOURCES
from experiments.runs import csv_text, read_table
from experiments.validation import MISS, published
from plants import InputError

CHANGED = [study for study in published().studies.values() if study.changed_after_miss]
RESULTS = Path(__file__).parents[3] / "results"


@pytest.fixture
def results(tmp_path):
    """The reference results without their figures, to be changed."""
    for folder in SOURCES:
        shutil.copytree(
            RESULTS / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.png", "*.svg")
        )
    return tmp_path


def change(path, edit):
    table = read_table(path)
    edit(table)
    path.write_text(csv_text(table, float_format="%.6g"), encoding="utf-8")


def hold_all(table):
    table["verdict"] = "within"
    table["explanation"] = ""


def line(page: str, start: str) -> str:
    (match,) = [text for text in page.splitlines() if text.startswith(start)]
    return match


def test_the_page_has_the_parts_of_the_standard_in_their_order(results):
    headings = re.findall(r"^## (.+)$", validation_page(results), flags=re.MULTILINE)
    assert headings == [
        "Question of interest",
        "Context of use",
        "Model risk",
        "The model",
        "Code verification",
        "Calculation verification",
        "Validation evidence",
        "Uncertainty quantification",
        "Applicability",
        "Limits and assumptions",
        "Adequacy assessment",
    ]


def test_rows_are_read_as_they_were_written():
    table = read_table(RESULTS / "validation" / "validation.csv")
    rows = validation_rows(table)
    assert len(rows) == len(table)
    assert {row.tag for row in rows} == set(table["tag"])
    for row, (_, written) in zip(rows, table.iterrows(), strict=True):
        assert row.verdict == written["verdict"]
        assert (row.low is None) == pandas.isna(written["low"])
        assert row.band
        assert not row.published.startswith("'")


def test_a_row_that_misses_is_counted_and_told(results):
    path = results / "validation" / "validation.csv"
    change(path, hold_all)
    total = len(pandas.read_csv(path))
    page = validation_page(results)
    assert f"\n{total} of {total} rows within their bands (100.0 %).\n" in page
    assert f"{total} of {total} (100.0 %), met." in page
    assert "adequate for comparisons within the model" in line(page, "- Weaning studies")

    def spoil(table):
        spoiled = table["study"] == "Tedford 2012"
        table.loc[spoiled, "verdict"] = MISS
        table["explanation"] = ["it was tampered with" if each else "" for each in spoiled]

    change(path, spoil)
    page = validation_page(results)
    missed = len([study for study in pandas.read_csv(path)["study"] if study == "Tedford 2012"])
    assert f"\n{total - missed} of {total} rows within" in page
    assert page.count("| it was tampered with |") == missed
    assert line(page, "| Tedford 2012 | reference").endswith(f"| 0 | {missed} |")


def test_a_share_below_the_aim_is_not_met(results):
    path = results / "validation" / "validation.csv"
    change(path, hold_all)

    def spoil(table):
        right = table["signal"].isin(["cvp", "papi", "mpap", "right_pump_flow"])
        assert right.mean() > 1 - GOAL
        table.loc[right, "verdict"] = MISS

    change(path, spoil)
    page = validation_page(results)
    assert ", not met." in page
    for use, topics in USES.items():
        told = line(page, f"- {use.capitalize()}")
        assert ("only for" in told) == ("right heart and lungs" in topics), use


def test_numbers_of_the_other_results_are_theirs(results):
    def longer(table):
        table.loc[0, "value"] = 0.5
        table.loc[0, "holds"] = False

    change(results / "invariants" / "invariants.csv", longer)

    def wider(table):
        of_ees = table["parameter"] == "lv_ees"
        table.loc[of_ees, "standard_error"] = 2.0 * table.loc[of_ees, "value"]

    change(results / "patients" / "parameters.csv", wider)
    page = validation_page(results)
    assert line(page, "| blood lost").endswith("| 5.0e-01 | 1e-06 | NO |")
    assert "| 200 to 200 % |" in line(page, "| `lv_ees` | 7")


def test_every_study_has_its_comparator(results):
    page = validation_page(results)
    for study in published().studies.values():
        told = line(page, f"| {study.study} | {study.source[:20]}")
        assert study.condition in told


def test_what_was_changed_after_a_miss_is_told(results):
    """No change of a condition is silent: the page tells of these two, and of no other study."""
    told = [
        text.removeprefix("- ").split(":")[0]
        for text in validation_page(results).split("after their rows had missed", 1)[1].splitlines()
        if text.startswith("- ") and any(text.endswith(f"{s.changed_after_miss}.") for s in CHANGED)
    ]
    assert told == ["Burkhoff reviews", "Hidden regurgitation"]
    assert [study.study for study in CHANGED] == told


@pytest.mark.parametrize("name", ["cohort/incidence.csv", "sensitivity/README.md"])
def test_a_missing_result_is_named(results, name):
    (results / name).unlink()
    with pytest.raises(InputError, match=re.escape(name)):
        validation_page(results)


def test_a_page_of_results_that_tells_no_command_is_refused(results):
    (results / "cohort" / "README.md").write_text("# Nothing", encoding="utf-8")
    with pytest.raises(InputError, match="how it was made"):
        validation_page(results)
