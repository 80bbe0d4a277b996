"""``impellab speed``: the plant against other ways to run the same equations."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.output import JsonOption, emit, path_text, print_table, progress, say
from experiments.run_folder import RUNS, RunsOption
from experiments.study_output import ResultsOption


def command(
    seconds: Annotated[float, typer.Option(help="Simulated time of a course [s].", min=0.1)] = 10.0,
    repeats: Annotated[int, typer.Option(help="Turns of each comparison.", min=1)] = 9,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> None:
    """Measure speed on one core, side by side; rates are medians of interleaved runs."""
    from dataclasses import asdict

    import pandas

    from experiments import speed as study
    from experiments import speed_report as report
    from experiments.study_output import processor, write_study

    with progress("comparisons", 2) as done:
        rows = study.speed_rows(seconds=seconds, repeats=repeats, progress=done)
    table = pandas.DataFrame([asdict(row) for row in rows])
    summary = (
        f"One core of {processor()}; medians of {repeats} turns in which all ran one after the "
        "other, in processor time. `ratio` is how many times faster; the errors are the largest "
        "relative error of a volume at the end of the course, against a solution at a tolerance "
        "of 1e-10."
    )
    found = "\n".join(f"- {report.in_words(row)}" for row in rows)
    folder = write_study(
        "speed",
        runs,
        {"seconds": seconds, "repeats": repeats},
        title="Speed",
        summary=f"{summary}\n\n{found}",
        tables={"speed": table},
        figures={"speed": report.speed_figure(rows)},
        results=results,
    )
    if as_json:
        emit({"rows": rows, "run": folder})
        return
    columns = ("against", "ours", "other", "times faster", "error of ours", "error of other")
    cells = [
        (report.short_name(row), row.ours, row.other, row.ratio, row.ours_error,
         row.other_error)
        for row in rows
    ]  # fmt: skip
    title = f"{', '.join(study.CASE)}: simulated s, and last periodic beats, per CPU s on one core"
    print_table(title, columns, cells)
    say(summary)
    say(f"table, figure and report: {path_text(folder)}")
