"""``impellab validate``: the plant against published measurements."""

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
    study: Annotated[
        list[str] | None,
        typer.Option(help="Only this study, or head-flow or presets; may be given more than once."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; by default one for each core.")
    ] = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Published values beside the model's, with bands; exit code 1 if a band is missed."""
    import pandas

    from experiments.runs import write_study
    from experiments.validation import job as validation
    from experiments.validation import (
        printed,
        sources,
        summary,
        unit_of,
        validation_figures,
        validation_tables,
    )

    if results and study:
        raise typer.BadParameter("the reference results are of all studies", param_hint="--results")
    names = validation.work(study)
    with progress("studies", len(names)) as done:
        parts = validation.validate(study, workers=workers, progress=done)
    rows = validation.rows_of(parts)
    text = summary(rows)
    folder = write_study(
        "validation",
        runs,
        {"study": study or list(validation.part_names())},
        title="The plant against published measurements",
        summary=text,
        tables={"validation": pandas.DataFrame(rows)} | validation_tables(parts),
        figures=validation_figures(parts),
        results=results,
        regenerate="impellab validate --results",
    )
    code = 0 if validation.held(rows) else 1
    if as_json:
        units = {row.signal: unit_of(row.signal) for row in rows}
        emit({"rows": rows, "units": units, "studies": sources(parts), "run": folder})
        return code
    for title, headings, cells in printed(rows):
        print_table(title, headings, cells)
    say(text)
    say(f"tables, figures and report: {path_text(folder)}")
    return code
