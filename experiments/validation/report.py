"""Tables of the validation, and what each of its studies is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.runs import PrintedTable
from experiments.statistics import DataFrame, data_frame, fields_of
from experiments.validation.bands import Described, PublishedStudy, published
from experiments.validation.parts import HEAD_FLOW, PRESETS, VARIANTS, Part
from experiments.validation.row import MISS, Row

# The first column is never wrapped.
_HEADINGS = ("verdict", "measure", "published", "model", "without reflex", "unit", "band")


def printed(rows: Sequence[Row]) -> list[PrintedTable]:
    """A table for each study."""
    return [
        PrintedTable(study, _HEADINGS, [_cells(row) for row in rows if row.study == study])
        for study in dict.fromkeys(row.study for row in rows)
    ]


def printed_variants(tables: Mapping[str, DataFrame]) -> list[PrintedTable]:
    """A table of the flows by another reading of the displayed ranges, if there is any."""
    if VARIANTS not in tables:
        return []
    headings = {str(name): str(name).replace("_", " ") for name in tables[VARIANTS]}
    return [PrintedTable.of("other readings of the displayed flows", tables[VARIANTS], headings)]


def highest_levels(tables: Mapping[str, DataFrame]) -> list[dict[str, Any]]:
    """The rows of :data:`~experiments.validation.parts.VARIANTS` of each device's highest level."""
    if VARIANTS not in tables:
        return []
    table = tables[VARIANTS]
    highest = table.groupby("device")["level"].transform("last")
    return [
        {str(name): value for name, value in row.items()}
        for row in table[table["level"] == highest].to_dict("records")
    ]


def _cells(row: Row) -> list[Any]:
    word = "MISS" if row.verdict == MISS else row.verdict
    without = "" if row.without_reflex is None else row.without_reflex
    return [word, row.measure, row.published, row.model, without, row.unit, row.band]


def sources(parts: Sequence[Part]) -> list[dict[str, str]]:
    """What each study is and what stands for it."""
    described = [
        _described(part.name.name, part.cases[0].published) for part in parts if part.cases
    ]
    told = {part.name.name for part in parts}
    others = {HEAD_FLOW: published().head_flow, PRESETS: published().patients}
    return described + [_described(name, text) for name, text in others.items() if name in told]


def _described(name: str, study: PublishedStudy | Described) -> dict[str, str]:
    return {"name": name} | fields_of(study, "study", "title", "source", "condition")


def validation_tables(parts: Sequence[Part]) -> dict[str, DataFrame]:
    """The tables behind the rows: how the patients were identified, flows, presets, conditions."""
    cases = [case for part in parts for case in part.cases]
    rows: dict[str, list[dict[str, Any]]] = {
        "identified": [
            {
                "study": case.published.study,
                "signal": row.signal,
                "unit": row.unit,
                "value": row.target,
                "model": row.model,
                "tag": case.published.before[row.signal].tag,
                "source": case.published.before[row.signal].source,
            }
            for case in cases
            for row in case.targets
        ]
    }
    for part in parts:
        for name, of_part in part.tables.items():
            rows.setdefault(name, []).extend(of_part)
    rows["conditions"] = [
        {
            "study": case.published.study,
            "patient": condition.patient,
            "condition": name,
            "pump": condition.pump,
            "why": case.published.supports[name].reason if name in case.published.supports else "",
            **{f"disturbance {key}": value for key, value in condition.disturbances.items()},
        }
        for case in cases
        for name, condition in case.conditions.items()
    ]
    return {name: data_frame(of_table) for name, of_table in rows.items() if of_table}
