"""``impellab identify``: fit patients to the targets of their files."""

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
    patient: Annotated[
        str | None, typer.Option(help="Name of a patient, or path of a TOML file.")
    ] = None,
    all_patients: Annotated[
        bool, typer.Option("--all", help="Every patient that comes with the package.")
    ] = False,
    write: Annotated[
        Path | None, typer.Option(help="Folder in which the identified patients are written.")
    ] = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Identify patients to their targets; exit code 1 if a fitted target is not met."""
    from experiments.studies.identify import identify_patients
    from plants import InputError, Patient

    if (patient is None) != all_patients:
        given = "--all and --patient" if all_patients else "(missing)"
        choices = ", ".join(Patient.names())
        raise InputError("patient", given, f"--patient ({choices}, or a TOML file) or --all")
    if results and not all_patients:
        raise InputError("results", patient, "--all: the reference results are of every patient")
    names = Patient.names() if patient is None else (patient,)
    with progress("patients", len(names)) as done:
        identified = identify_patients(names, runs=runs, write=write, progress=done)
    if results:
        from experiments.runs import run_study
        from experiments.studies.identify import STUDY, PatientsSettings

        run_study(STUDY, PatientsSettings(all=True), runs=runs, results=True)
    if as_json:
        emit(identified.document())
    else:
        print_table("targets and what the model gives", *identified.table())
        for path in identified.written:
            say(f"written: {path_text(path)}")
        say(f"data and report: {path_text(identified.folder)}")
    return 0 if identified.met else 1
