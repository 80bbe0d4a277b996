"""``impellab multirate``: long runs by outer steps against beat by beat, accuracy and cost."""

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
    hours: Annotated[
        float, typer.Option(help="Length of the runs that are compared, h.", min=0.1, max=48.0)
    ] = 6.0,
    days: Annotated[
        float, typer.Option(help="Length of the runs between events, d.", min=0.01, max=30.0)
    ] = 4.0,
    workers: Annotated[
        int | None, typer.Option(help="Processes at once; by default one for each core.", min=1)
    ] = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Compare multirate runs with beat-by-beat ones; exit code 1 if an error exceeds 1 %."""
    from experiments.runs import write_study
    from experiments.studies.multirate import days as long
    from experiments.studies.multirate import report, study

    with progress("hours, beat by beat", len(study.cases(hours))) as done:
        found = study.compare(hours, workers=workers, progress=done)
    with progress("days", len(long.DAY_CASES)) as done:
        trade = long.day_table(days, progress=done)
    errors, cost = study.error_table(found), study.cost_table(found)
    held, summary = report.verdict(found, trade)
    folder = write_study(
        "multirate",
        runs,
        {"hours": hours, "days": days, "workers": workers},
        title="Long runs: multirate against beat by beat",
        summary=summary,
        tables={"errors": errors, "cost": cost, "days": trade},
        figures={"multirate": report.multirate_figure(found, trade)},
        results=results,
    )
    if as_json:
        emit(
            {
                "rows": errors.to_dict("records"),
                "cost": cost.to_dict("records"),
                "days": trade.to_dict("records"),
                "held": held,
                "run": folder,
            }
        )
        return 0 if held else 1
    worst = errors.sort_values("error", ascending=False).groupby("case", sort=False).head(5)
    for title, table in (
        ("largest errors over the size", worst[["case", "quantity", "error", "holds"]]),
        ("cost of the same hours", cost[["case", "beat_by_beat_s", "multirate_s", "speed_up"]]),
        ("days between events", trade[["case", "tolerance", "seconds", "worst_error"]]),
    ):
        print_table(title, list(table.columns), table.values.tolist())
    say(summary)
    say(f"tables, figure and report: {path_text(folder)}")
    return 0 if held else 1
