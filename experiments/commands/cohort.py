"""``impellab cohort``: virtual patients in shock on pumps, and what goes wrong."""

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
    path_text,
    print_table,
    progress,
    say,
)


def command(
    patients: Annotated[
        int | None, typer.Option(help="Number of patients.  [default: 1000]")
    ] = None,
    phenotype: Annotated[
        list[str] | None,
        typer.Option(
            help="Name or file of a profile; may be given several times.  "
            "[default: shock-c, shock-d, shock-e]"
        ),
    ] = None,
    device: Annotated[
        list[str] | None,
        typer.Option(help="A left pump; may be given several times.  [default: CP, 5.0]"),
    ] = None,
    contrasts: Annotated[
        int | None,
        typer.Option(
            help="Patients that also have held levels, other devices and every access.  "
            "[default: 40]"
        ),
    ] = None,
    spread: Annotated[
        float | None, typer.Option(help="Factor on the spread of the patients.  [default: 1]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the first patient.  [default: 0]")
    ] = None,
    evaluation: Annotated[
        bool, typer.Option("--evaluation", help="Allow the seeds kept for evaluation.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; by default one for each core.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Folder of an interrupted cohort to go on with.")
    ] = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Complications of virtual patients; exit code 1 if an incidence is not where expected."""
    from experiments.studies.cohort import Plan, cohort, printed
    from plants import InputError

    given = {
        "patients": patients,
        "first_seed": seed,
        "phenotypes": tuple(phenotype) if phenotype else None,
        "devices": tuple(device) if device else None,
        "contrasts": contrasts,
        "spread": spread,
        "evaluation": evaluation or None,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    if resume is not None and chosen:
        allowed = "the folder alone: it knows its plan"
        raise InputError("resume", ", ".join(chosen), allowed)
    with progress("patients", 1.0) as done:
        found = cohort(
            None if resume is not None else Plan(**chosen),  # type: ignore[arg-type]
            runs=runs,
            resume=resume,
            workers=workers,
            results=results,
            progress=done,
        )
    if as_json:
        emit(found.document())
    else:
        for title, columns, rows in printed(found.tables):
            print_table(title, columns, rows)
        say(f"tables, figures and report: {path_text(found.folder)}")
    return 0 if found.held else 1
