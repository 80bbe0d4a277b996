"""The tables of the weaning study as cells: for the terminal, the report and the page."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from experiments.runs import PrintedTable
from experiments.statistics import DataFrame
from experiments.weaning.settings import study_settings
from experiments.weaning.study.figures import policy_label
from experiments.weaning.study.tables import StudyTables
from experiments.weaning.study.targets import VALUES

Cells = list[list[object]]
MET = {True: "met", False: "MISSED", None: "not judged"}
#: What a table of policies shows besides the targets: column, words (with the lowest
#: pressure of the settings), factor, decimals.
SECONDARY_MEASURES: tuple[tuple[str, str, float, int], ...] = (
    ("hours_median", "median time on support of who could be weaned [h]", 1, 1),
    ("excess_hours_weaned_median", "above the oracle's, of those weaned [h]", 1, 1),
    ("map_low_weaning_share", "time with MAP < {map_low:g} below full support [%]", 100, 3),
    ("suction_seconds_mean", "suction a course [s]", 1, 0),
    ("relapse_answer_hours_median", "relapse to step up, median [h]", 1, 2),
    ("died_share", "died on the pump [%]", 100, 1),
    ("complicated_share", "with a complication [%]", 100, 1),
    ("hidden_regurgitation_false_alarms", "false alarms: hidden regurgitation", 1, 0),
    ("inotrope_masked_false_alarms", "false alarms: masked by an inotrope", 1, 0),
    ("rv_failure_false_alarms", "false alarms: right ventricular failure", 1, 0),
    ("error_median", "error of contractility, median [%]", 100, 1),
    ("error_p90", "error of contractility, 90th percentile [%]", 100, 1),
    ("weaning_score", "CORMPO weaning score a course", 1, 2),
    ("action_change_penalty", "CORMPO action-change penalty a course", 1, 2),
    ("unstable_raised_share", "CORMPO unstable hours followed by a rise [%]", 100, 1),
    ("unstable_share", "unstable hours [%]", 100, 1),
)


def printed(tables: StudyTables, targets: DataFrame, policies: Sequence[str]) -> list[PrintedTable]:
    """The tables that a reader of the terminal sees."""
    shown: list[PrintedTable] = []
    if not tables.policies.empty:
        title = "targets; x: missed; shares without their intervals"
        shown.append(PrintedTable(title, *target_cells(targets, policies, brief=True)))
        others = [row for row in records(targets) if row["name"] not in VALUES]
        if others:
            cells: Cells = [[row["measure"], row["text"], MET[row["met"]]] for row in others]
            shown.append(PrintedTable("comparisons", ("measure", "values", "met"), cells))
        shown.append(PrintedTable("every policy", *policy_cells(tables.policies, policies)))
        shown.append(PrintedTable("outcomes", *_cells(tables.outcomes)))
        brief = _cells(tables.recognition, drop=("_low", "_high"))
        shown.append(PrintedTable("recognition", *brief))
    for name in ("gate", "contractility", "patients", "refusals"):
        table = getattr(tables, name)
        if not table.empty:
            shown.append(PrintedTable(name, *_cells(table)))
    return shown


def _cells(table: DataFrame, drop: tuple[str, ...] = ()) -> tuple[tuple[str, ...], Cells]:
    names = [name for name in table.columns if not str(name).endswith(drop or ("\0",))]
    words = tuple(str(name).replace("_", " ") for name in names)
    rows = table[names].values.tolist()
    for row in rows:
        row[:] = [policy_label(value) if isinstance(value, str) else value for value in row]
    return words, rows


def records(table: DataFrame) -> list[dict[Hashable, Any]]:
    return table.to_dict("records")


def target_cells(
    targets: DataFrame, policies: Sequence[str], *, brief: bool = False
) -> tuple[tuple[str, ...], Cells]:
    """A row a target, a column a policy; missed ones are marked.

    Parameters
    ----------
    targets : DataFrame
        Of the study.
    policies : sequence of str
        In the order of columns.
    brief : bool
        Whether intervals are left out.
    """
    by_place = {(row["name"], row["policy"]): row for row in records(targets)}
    judged = {policy for _, policy in by_place}
    known = [policy for policy in policies if policy in judged]
    cells: Cells = []
    for name in VALUES:
        rows = [by_place[name, policy] for policy in known]
        texts = [_without_interval(row) if brief else _with_interval(row) for row in rows]
        cells.append([rows[0]["measure"], rows[0]["target"], *texts])
    return ("measure", "target", *(policy_label(policy) for policy in known)), cells


def _with_interval(row: Mapping[Hashable, Any]) -> str:
    text = str(row["text"])
    if row["of"] is not None and not is_missing(row["of"]) and not is_missing(row["low"]):
        low, high = 100 * row["low"], 100 * row["high"]
        text += f" of {int(row['of'])} ({low:.0f} to {high:.0f})"
    return text + (" MISSED" if row["met"] is False else "")


def _without_interval(row: Mapping[Hashable, Any]) -> str:
    of = row["of"]
    text = str(row["text"])
    if of is not None and not is_missing(of) and of:
        text += f" of {int(of)}"
    return text + (" x" if row["met"] is False else "")


def is_missing(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def policy_cells(policies: DataFrame, names: Sequence[str]) -> tuple[tuple[str, ...], Cells]:
    by_name = {row["policy"]: row for row in records(policies)}
    known = [name for name in names if name in by_name]
    low = study_settings().number("map_low")
    cells: Cells = [
        [
            words.format(map_low=low),
            *(_number(factor * float(by_name[name][column]), digits) for name in known),
        ]
        for column, words, factor, digits in SECONDARY_MEASURES
    ]
    return ("", *(policy_label(policy) for policy in known)), cells


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else "-"
