"""Long runs: multirate against beat by beat, over hours and between events over days."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pydantic import Field

from experiments.runs import IN_ROW, Findings, PrintedTable, Settings, Study, render
from experiments.statistics import data_frame
from experiments.studies.multirate.days import DAYS, DayCase, day_cases, day_rows
from experiments.studies.multirate.figure import multirate_figure
from experiments.studies.multirate.hours import (
    HOURS,
    LIMIT,
    METRICS,
    HourCase,
    HourComparison,
    compared,
    cost_table,
    error_table,
    hour_cases,
    names,
)
from plants.slow import RELATIVE_TOLERANCE

#: Of hours both runs, of days a row for each tolerance.
Result = HourComparison | list[dict[str, Any]]


class MultirateSettings(Settings):
    """Settings of the multirate study."""

    hours: float = Field(
        HOURS, ge=0.1, le=48.0, description="Length of the runs that are compared, h."
    )
    days: float = Field(DAYS, ge=0.01, le=30.0, description="Length of the runs between events, d.")


def _cases(settings: MultirateSettings) -> tuple[HourCase | DayCase, ...]:
    return (*hour_cases(settings.hours), *day_cases(settings.days))


def measured(case: HourCase | DayCase) -> Result:
    """What a case is measured for: hours against beat by beat, days against a small tolerance."""
    return compared(case) if isinstance(case, HourCase) else day_rows(case)


def _findings(settings: MultirateSettings, results: Sequence[Result]) -> Findings:
    comparisons, trade = [], []
    for result in results:
        if isinstance(result, HourComparison):
            comparisons.append(result)
        else:
            trade += result
    errors, cost, days = error_table(comparisons), cost_table(comparisons), data_frame(trade)
    usual = days[days["tolerance"] == RELATIVE_TOLERANCE]
    worst = errors.sort_values("error", ascending=False).groupby("case", sort=False).head(5)
    return Findings(
        tables={"errors": errors, "cost": cost, "days": days},
        summary=render(
            "multirate.md",
            hours=settings.hours,
            days=settings.days,
            limit=LIMIT,
            comparisons=[
                (comparison, dict(zip(names(), comparison.errors, strict=True)))
                for comparison in comparisons
            ],
            listed=METRICS[:3],
            day_rows=usual.to_dict("records"),
        ),
        held=all(comparison.holds for comparison in comparisons)
        and bool((usual["worst_error"] <= LIMIT).all()),
        figures={"multirate": partial(multirate_figure, comparisons, days)},
        printed=[
            PrintedTable.of(title, table[["case", *columns]])
            for title, table, columns in (
                ("largest errors over the size", worst, ("quantity", "error", "holds")),
                ("cost of the same hours", cost, ("beat_by_beat_s", "multirate_s", "speed_up")),
                ("days between events", days, ("tolerance", "seconds", "worst_error")),
            )
        ],
        document={"cost": cost.to_dict("records"), "days": days.to_dict("records")},
    )


STUDY = Study(
    name="multirate",
    title=lambda settings: "Long runs: multirate against beat by beat",
    settings=MultirateSettings,
    cases=_cases,
    work=measured,
    units={"beat_by_beat": IN_ROW, "multirate": IN_ROW, "error": "1"},
    findings=_findings,
    result=Result,
)
