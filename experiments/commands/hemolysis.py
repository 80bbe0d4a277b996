"""``impellab hemolysis``: how far the published laws of hemolysis disagree."""

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

_HEADINGS = (
    "law",
    "blood",
    "stress [Pa]",
    "time [s]",
    "index [1e-6]",
    "over measured",
    "needed [Pa]",
)


def command(
    patient: Annotated[
        str, typer.Option(help="Patient whose release is computed by each law at every level.")
    ] = "shock-d",
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Published power laws against the measured index; exit code 1 if an expectation fails."""
    import pandas

    from experiments.runs import write_study
    from experiments.studies import hemolysis as study
    from plants import Patient, Pump
    from plants.pumps import HEMOLYSIS_LAWS

    pump, loaded = Pump.load(study.DEVICE), Patient.load(patient)
    absolute, relative = study.absolute_table(pump), study.relative_table(pump)
    with progress("laws", len(HEMOLYSIS_LAWS)) as done:
        beating = study.patient_table(pump, loaded, progress=done)
    found = study.checks(pump, absolute, relative, beating)
    summary = study.summary(absolute, beating)
    tables = {
        "absolute": absolute,
        "relative": relative,
        "patient": beating,
        "checks": pandas.DataFrame(found),
    }
    folder = write_study(
        "hemolysis",
        runs,
        {"patient": patient},
        title="Disagreement of the published laws of hemolysis",
        summary=summary,
        tables=tables,
        figures={"index": study.index_figure(pump), "scaling": study.scaling_figure(pump)},
        results=results,
    )
    held = all(check.met for check in found)
    if as_json:
        emit(
            {
                "rows": absolute.to_dict("records"),
                "relative": relative.to_dict("records"),
                "patient": beating.to_dict("records"),
                "checks": found,
                "run": folder,
            }
        )
        return 0 if held else 1
    print_table("modified index of hemolysis", _HEADINGS, absolute.values.tolist())
    headings = ["level", "speed [rpm]", "flow [L/min]", *HEMOLYSIS_LAWS, "spread"]
    print_table(f"release in {loaded.name} [mg/dL/h]", headings, beating.values.tolist())
    cells = [
        (check.expectation, "holds" if check.met else "FAILS", check.values) for check in found
    ]
    print_table("checks", ("expectation", "verdict", "values"), cells)
    say(summary)
    say(f"tables, figures and report: {path_text(folder)}")
    return 0 if held else 1
