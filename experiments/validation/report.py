"""The validation in words and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from experiments.validation.bands import content
from experiments.validation.job import Part
from experiments.validation.row import MISS, Row

if TYPE_CHECKING:
    import pandas

# The first column is never wrapped.
_HEADINGS = ("verdict", "measure", "published", "model", "unit", "band")


def printed(rows: Sequence[Row]) -> Iterator[tuple[str, Sequence[str], list[list[Any]]]]:
    """A table for each study: title, headings and cells."""
    for study in dict.fromkeys(row.study for row in rows):
        cells: list[list[Any]] = [
            [_verdict(row), row.measure, row.published, row.model, row.unit, row.band]
            for row in rows
            if row.study == study
        ]
        yield study, _HEADINGS, cells


def _verdict(row: Row) -> str:
    return "MISS" if row.verdict == MISS else row.verdict


def summary(rows: Sequence[Row]) -> str:
    """How many bands are held, by study, and each miss with its explanation; in Markdown."""
    missed = [row for row in rows if row.verdict == MISS]
    lines = [f"{len(rows) - len(missed)} of {len(rows)} values lie in their bands.", ""]
    for study in dict.fromkeys(row.study for row in rows):
        of = [row for row in rows if row.study == study]
        good = sum(row.verdict != MISS for row in of)
        lines.append(f"- {study}: {good} of {len(of)}")
    if missed:
        lines += ["", "Misses:", ""]
    for row in missed:
        unit = "" if row.unit == "1" else f" {row.unit}"
        lines.append(
            f"- {row.study}, {row.measure}: {row.model:.3g}{unit}, band {row.band}, published "
            f"{row.published}: {row.explanation}."
        )
    return "\n".join(lines)


def sources(parts: Sequence[Part]) -> list[dict[str, str]]:
    """What each study is and what stands for it."""
    found = []
    for part in parts:
        for case in part.cases[:1]:
            study = case.study
            found.append(
                {
                    "name": study.name,
                    "study": study.study,
                    "title": study.title,
                    "source": study.source,
                    "condition": study.condition,
                }
            )
    for name, key in (("head-flow", "head_flow"), ("presets", "patients")):
        if any(part.name.startswith(name) for part in parts):
            table = content()[key]
            texts = {k: table[k] for k in ("study", "title", "source", "condition")}
            found.append({"name": name} | texts)
    return found


def validation_tables(parts: Sequence[Part]) -> dict[str, pandas.DataFrame]:
    """The tables behind the rows: how the patients were identified, flows, presets."""
    import pandas

    found: dict[str, pandas.DataFrame] = {}
    names = dict.fromkeys(name for part in parts for name in part.tables)
    for name in names:
        found[name] = pandas.concat(
            [part.tables[name] for part in parts if name in part.tables], ignore_index=True
        )
    before = [
        {
            "study": case.study.study,
            "signal": row.signal,
            "unit": row.unit,
            "value": row.target,
            "model": row.model,
            "tag": case.study.before[row.signal].tag,
            "source": case.study.before[row.signal].source,
        }
        for part in parts
        for case in part.cases
        for row in case.targets
    ]
    if before:
        found = {"identified": pandas.DataFrame(before)} | found
    supports = [
        {
            "study": case.study.study,
            "patient": condition.patient.name,
            "condition": name,
            "pump": condition.pump,
            "why": case.study.supports[name].reason if name in case.study.supports else "",
            **{f"disturbance {key}": value for key, value in condition.disturbances.items()},
        }
        for part in parts
        for case in part.cases
        for name, condition in case.conditions.items()
    ]
    if supports:
        found["conditions"] = pandas.DataFrame(supports)
    return found
