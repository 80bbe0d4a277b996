"""How accurate the integration is: schemes, steps and valve smoothing against a tight reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import Field

from experiments.runs import Findings, PrintedTable, Settings, Study, render
from experiments.statistics import data_frame
from experiments.studies.convergence.errors import (
    CASES,
    EXTREME_LIMIT,
    MEAN_LIMIT,
    Case,
    integration_errors,
    smoothing_changes,
)
from experiments.studies.convergence.figure import convergence_figure
from experiments.studies.convergence.step_choice import chosen_step, worst_table
from plants import Patient
from plants.beat import DEFAULT_STEP

_UNITS = {"step_ms": "ms", "stability_limit_ms": "ms", "mean_error": "1", "extreme_error": "1"}


class ConvergenceSettings(Settings):
    """Settings of the convergence study."""

    cases: int | None = Field(
        None, ge=1, description="Only the first so many cases; by default all."
    )


@dataclass(frozen=True)
class CaseErrors:
    """Rows of both tables that belong to a case."""

    integration: list[dict[str, Any]]
    smoothing: list[dict[str, Any]]


def case_errors(case: Case) -> CaseErrors:
    """Errors of every scheme and step in a case, and what the valve smoothing changes."""
    return CaseErrors(integration_errors(case), smoothing_changes(case))


def _findings(settings: ConvergenceSettings, results: Sequence[CaseErrors]) -> Findings:
    of_cases = list(results)
    integration = data_frame([row for case in of_cases for row in case.integration])
    smoothing = data_frame([row for case in of_cases for row in case.smoothing])
    chosen, worst = chosen_step(integration), worst_table(integration)
    own_step = 1e3 * DEFAULT_STEP
    own = integration[(integration["scheme"] == "RK4") & (integration["step_ms"] == own_step)]
    own_width = Patient.load("healthy")["valve_smoothing"]
    return Findings(
        tables={"integration": integration, "smoothing": smoothing},
        summary=render(
            "convergence.md",
            chosen=chosen,
            step_ms=own_step,
            errors=own,
            mean_limit=MEAN_LIMIT,
            extreme_limit=EXTREME_LIMIT,
            width_mmHg=own_width,
            smoothing=smoothing[smoothing["width_mmHg"] == own_width],
        ),
        held=bool(len(own) and own["within_limits"].all() and chosen.step >= DEFAULT_STEP),
        figures={"convergence": partial(convergence_figure, integration, smoothing)},
        printed=[PrintedTable.of("worst relative error over all cases", worst)],
        document={"smoothing": smoothing.to_dict("records"), "choice": chosen},
    )


STUDY = Study(
    name="convergence",
    title=lambda settings: "Accuracy of the integration",
    settings=ConvergenceSettings,
    cases=lambda settings: CASES[: settings.cases],
    work=case_errors,
    units=_UNITS,
    findings=_findings,
    result=CaseErrors,
)
