"""The plant against published measurements: everything that ``impellab validate`` compares.

The bands were fixed in ``experiments/data/validation_bands.toml`` before the model was seen. A
study's patient is identified to what was published of the patients before support, so that the
values on support are predictions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from experiments.runs import IN_ROW, Findings, Settings, Study, render
from experiments.statistics import data_frame
from experiments.validation.figures import validation_figures
from experiments.validation.parts import HEAD_FLOW, Part, PartName, chosen_parts, run_part
from experiments.validation.report import (
    highest_levels,
    printed,
    printed_variants,
    sources,
    validation_tables,
)
from experiments.validation.row import MISS
from plants import InputError
from plants.quantities import usable


def _part(name: str) -> None:
    chosen_parts((name,))


class ValidationSettings(Settings):
    """Settings of the validation."""

    study: tuple[Annotated[str, usable(_part)], ...] = Field(
        (), description="Only this study, or head-flow or presets; may be given more than once."
    )


def _cases(settings: ValidationSettings) -> list[PartName]:
    """The parts, the longest first, so that no core waits for the last."""
    return sorted(chosen_parts(settings.study), key=lambda part: part.name != HEAD_FLOW)


def _findings(settings: ValidationSettings, results: Sequence[Part]) -> Findings:
    order = chosen_parts(settings.study)
    parts = sorted(results, key=lambda part: order.index(part.name))
    rows = [row for part in parts for row in part.rows]
    tables = validation_tables(parts)
    return Findings(
        tables={"validation": data_frame(rows)} | tables,
        figures=validation_figures(parts),
        summary=render("validation.md", rows=rows, miss=MISS, variants=highest_levels(tables)),
        held=all(row.verdict != MISS for row in rows),
        printed=[*printed(rows), *printed_variants(tables)],
        document={"studies": sources(parts)},
    )


def _refuse_partial_results(settings: ValidationSettings) -> None:
    if settings.study:
        allowed = "no --study with --results: the reference results are of all studies"
        raise InputError("study", list(settings.study), allowed)


STUDY = Study(
    name="validation",
    title=lambda settings: "The plant against published measurements",
    settings=ValidationSettings,
    cases=_cases,
    work=run_part,
    units=dict.fromkeys(("model", "low", "high", "without_reflex"), IN_ROW),
    findings=_findings,
    result=Part,
    key=lambda part: "-".join(filter(None, part)),
    unit="studies",
    command="validate",
    check_results=_refuse_partial_results,
)
