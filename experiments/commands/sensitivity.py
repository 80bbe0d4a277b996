"""``impellab sensitivity``: what moves the periodic beat of a supported patient, and how much."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.runs import (
    RUNS,
    JsonOption,
    ResultsOption,
    RunsOption,
    SeedOption,
    emit,
    path_text,
    print_table,
    progress,
    say,
)

_PRINTED = 5  # factors of each output


def command(
    patient: Annotated[str, typer.Option(help="Name or file of a patient.")] = "shock-d",
    device: Annotated[str, typer.Option(help="Name or file of a left pump, or none.")] = "CP",
    level: Annotated[str, typer.Option(help="P-level that is held.")] = "P-8",
    method: Annotated[
        str, typer.Option(help="sobol: shares of the variance; morris: effects, cheaper.")
    ] = "sobol",
    samples: Annotated[
        int | None,
        typer.Option(help="Base points of Sobol (a power of 2) or trajectories of Morris."),
    ] = None,
    seed: SeedOption = 0,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; by default one for each core.")
    ] = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> None:
    """Sensitivity of pressure, power, filling, suction and hemolysis to what is uncertain."""
    from experiments.runs import write_study
    from experiments.studies.sensitivity import report, study

    with progress("periodic beats", 1.0) as done:
        found = study.sensitivity(
            patient,
            device,
            level,
            method=method,
            samples=samples,
            seed=seed,
            workers=workers,
            progress=done,
        )
    without = device.lower() == "none"
    subject = f"{patient}, no pump" if without else f"{patient}, {device} {level}"
    summary = report.summary(found, subject)
    count = study.SAMPLES[method] if samples is None else samples
    options = {
        "patient": patient,
        "device": device,
        "level": None if without else level,
        "method": method,
        "samples": count,
        "seed": seed,
        "runs": found.runs,
        "failed": found.failed,
        "blocks": found.blocks,
        "dropped": found.dropped,
    }
    folder = write_study(
        "sensitivity",
        runs,
        options,
        title=f"Sensitivity of the periodic beat: {subject}",
        summary=summary,
        tables={f"sensitivity_{method}": found.table, f"spread_{method}": found.spread},
        figures={f"sensitivity_{method}": report.sensitivity_figure(found, subject)},
        results=results,
        regenerate=_command_line(patient, device, level, method, count, seed),
    )
    if as_json:
        emit(
            {
                "rows": found.table.to_dict("records"),
                "spread": found.spread.to_dict("records"),
                "method": method,
                "runs": found.runs,
                "failed": found.failed,
                "reasons": found.reasons,
                "blocks": found.blocks,
                "dropped": found.dropped,
                "run": folder,
            }
        )
        return
    columns = (
        ("output", "factor", "of", "ST [1]", "+- [1]", "S1 [1]")
        if method == "sobol"
        else ("output", "factor", "of", "effect", "+-", "deviation")
    )
    print_table(f"{subject}: leading factors", columns, report.top_rows(found, _PRINTED))
    say(report.runs_in_words(found))
    say(f"tables, figure and report: {path_text(folder)}")


def _command_line(
    patient: str, device: str, level: str, method: str, samples: int, seed: int
) -> str:
    return (
        f"impellab sensitivity --patient {patient} --device {device} --level {level} "
        f"--method {method} --samples {samples} --seed {seed} --results"
    )
