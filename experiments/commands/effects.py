"""``impellab effects``: each physical effect switched off, what it changes and what it does not."""

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
    effect: Annotated[
        list[str] | None,
        typer.Option(help="Only this effect; may be given several times. By default all."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes at once; by default one for each core.", min=1)
    ] = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Switch each physical effect off; exit code 1 if it does not do what physiology expects."""
    from experiments.runs import write_study
    from experiments.studies.effects import report, study

    chosen = effect or list(study.EFFECTS)
    with progress("effects", len(chosen)) as done:
        found = study.study(chosen, workers=workers, progress=done)
    table = study.table(found)
    held, summary = report.summary(found)
    folder = write_study(
        "effects",
        runs,
        {"effects": chosen, "workers": workers},
        title="Each physical effect switched off one by one",
        summary=summary,
        tables={"effects": table},
        figures={"effects": report.effects_figure(found)},
        results=results,
    )
    if as_json:
        emit({"rows": table.to_dict("records"), "held": held, "run": folder})
        return 0 if held else 1
    # What stayed is in the table of the run folder; here, what moved and what is wrong.
    shown = table[~table["expected"].str.startswith("stays") | ~table["holds"]]
    columns = ["effect", "signal", "without", "with", "unit", "holds"]
    print_table("with the effect against without it", columns, shown[columns].values.tolist())
    say(summary)
    say(f"table, figure and report: {path_text(folder)}")
    return 0 if held else 1
