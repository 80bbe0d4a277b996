"""``impellab benchmark``: controllers against one another, over patients and scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.runs import (
    RUNS,
    JsonOption,
    ResultsOption,
    RunsOption,
    emit,
    note,
    path_text,
    print_table,
    progress,
    say,
)


def command(
    suite: Annotated[
        str | None, typer.Option(help="Name of a suite, or path of a TOML file.  [default: quick]")
    ] = None,
    controller: Annotated[
        list[str] | None,
        typer.Option(help="A controller that takes part as well; may be given several times."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; by default one for each core.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler to run on instead.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Folder of an interrupted benchmark to go on with.")
    ] = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Compare controllers over patients and scenarios."""
    from experiments.benchmark import Suite, benchmark, summary_tables
    from plants import InputError

    if resume is not None and (suite is not None or controller):
        given = suite if suite is not None else ", ".join(controller or [])
        raise InputError("resume", given, "the folder alone: it knows its suite and controllers")
    chosen = None if resume is not None else Suite.load(suite or "quick")
    with progress("trials", 1.0) as done:
        result = benchmark(
            chosen,
            runs=runs,
            resume=resume,
            controllers=controller or [],
            workers=workers,
            cluster=cluster,
            progress=lambda number, total: done(number / total),
        )
    if results:
        from experiments.benchmark import write_benchmark_results

        write_benchmark_results(result)
    if as_json:
        emit(result.document())
    else:
        for title, columns, rows in summary_tables(result.tables):
            print_table(title, columns, rows)
        for text in result.notes:
            say(f"note: {text}")
        say(f"figures, data and report: {path_text(result.folder)}")
    if result.failed:
        note(f"impellab: {result.failed} trials could not be run; the column reason says why")
        return 1
    return 0
