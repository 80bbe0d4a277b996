"""``impellab speed``: the plant against other ways to do the same work."""

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
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="Part to run; may be given more than once: patient, batch, periodic, days, "
            "learning, scaling, start, peers, roofline."
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(help="Simulated time of a course [s].", min=0.1)] = 10.0,
    repeats: Annotated[int, typer.Option(help="Turns of each comparison.", min=1)] = 5,
    span: Annotated[
        float,
        typer.Option(
            help="Time over which every beat of the four days is integrated [h].", min=0.01, max=96
        ),
    ] = 1.0,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> None:
    """Measure speed on one core, side by side; rates are medians of interleaved runs."""
    from dataclasses import asdict

    import pandas

    from experiments.runs import processor, write_study
    from experiments.speed import job as study
    from experiments.speed import report

    parts = study.chosen_parts(only or ())
    with progress("comparisons", len(parts)) as done:
        found = study.speed_study(
            only=parts, seconds=seconds, repeats=repeats, span=span, progress=done
        )
    rows = found.rows
    missed = [row for row in rows if row.met is False]
    aimed = [row for row in rows if row.target]
    met = sum(row.met is True for row in aimed)
    summary = (
        f"One core of {processor()}; medians of {repeats} turns (3 at the most where a turn is "
        "long) in which all ran one after the other, in processor time. `ratio` is how many times "
        "faster ours is, with the smallest and largest of a turn; errors are the largest relative "
        "error of a volume at the end of a course, against a solution at a tolerance of 1e-10. "
        f"Of {len(aimed)} targets {met} are met, {len(missed)} not, "
        f"{len(aimed) - met - len(missed)} not measured."
    )
    told = "\n".join(f"- {report.in_words(row)}" for row in rows)
    figures = {"speed": report.speed_figure(rows), "roofline": report.roofline_figure(rows)}
    if found.scaling is not None:
        figures["scaling"] = report.scaling_figure(found.scaling)
    folder = write_study(
        "speed",
        runs,
        {"only": parts, "seconds": seconds, "repeats": repeats, "span": span},
        title="Speed",
        summary=f"{summary}\n\n{told}",
        tables={"speed": pandas.DataFrame([asdict(row) for row in rows])},
        figures={name: figure for name, figure in figures.items() if figure is not None},
        results=results,
    )
    if as_json:
        emit({"rows": rows, "run": folder})
        return
    columns = ("ratio", "target", "", "ours", "other", "unit", "work")
    cells = [
        (row.ratio, row.target, report.verdict(row), row.ours, row.other, row.unit, row.work)
        for row in rows
    ]
    print_table("Speed on one core: medians of interleaved runs", columns, cells)
    for row in rows:
        if row.note:
            say(f"{row.work}: {row.note}")
    say(summary)
    say(f"table, figures and report: {path_text(folder)}")
