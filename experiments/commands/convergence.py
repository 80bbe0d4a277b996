"""``impellab convergence``: how accurate the integration is, and which step that asks for."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.runs import (
    RUNS,
    JsonOption,
    ResultsOption,
    RunsOption,
    emit,
    path_text,
    print_table,
    progress,
    say,
)


def command(
    cases: Annotated[
        int | None, typer.Option(help="Only the first so many cases; by default all.", min=1)
    ] = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Compare schemes, steps and valve smoothing; exit code 1 if the plant's own step fails."""
    from experiments.runs import write_study
    from experiments.studies.convergence import report, study

    chosen = study.CASES[:cases]
    with progress("cases", len(chosen)) as done:
        integration = study.integration_table(chosen, progress=done)
    smoothing = study.smoothing_table(chosen)
    choice = study.choice(integration)
    held, summary = report.verdict(integration, smoothing, choice)
    folder = write_study(
        "convergence",
        runs,
        {"cases": len(chosen)},
        title="Accuracy of the integration",
        summary=summary,
        tables={"integration": integration, "smoothing": smoothing},
        figures={"convergence": report.convergence_figure(integration, smoothing)},
        results=results,
    )
    if as_json:
        emit(
            {
                "rows": integration.to_dict("records"),
                "smoothing": smoothing.to_dict("records"),
                "choice": choice,
                "held": held,
                "run": folder,
            }
        )
        return 0 if held else 1
    worst = report.worst_table(integration)
    print_table("worst relative error over all cases", list(worst.columns), worst.values.tolist())
    say(summary)
    say(f"tables, figure and report: {path_text(folder)}")
    return 0 if held else 1
