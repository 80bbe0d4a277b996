"""``impellab suction``: how well suction is found from what the console shows."""

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
    seeds: Annotated[
        int, typer.Option(help="How many seeds are scored, a course of every cause for each.")
    ] = 10,
    first_seed: Annotated[int, typer.Option(help="The first of them.")] = 8000,
    fit: Annotated[
        bool, typer.Option("--fit", help="Fit the detector anew, and renew the file it is kept in.")
    ] = False,
    fit_seeds: Annotated[int, typer.Option(help="How many seeds are fitted, from 0 on.")] = 40,
    workers: Annotated[
        int | None, typer.Option(help="Number of processes; by default one for each core.")
    ] = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Sensitivity, specificity and delay of the detector; exit code 1 if the aim is missed."""
    from controllers import DetectorSettings
    from controllers.suction import FITTED
    from experiments.runs import replace_file, write_study
    from experiments.studies.suction import figures, report, study
    from experiments.studies.suction import fit as fit_detector

    scored = study.scored_seeds(seeds, first_seed, fit_seeds)
    if fit:
        with progress("courses to fit", fit_seeds * study.N_CAUSES) as done:
            settings = fit_detector(range(fit_seeds), workers=workers, progress=done)
        replace_file(FITTED, settings.to_toml().encode())
    settings = DetectorSettings.load()
    with progress("courses to score", seeds * study.N_CAUSES) as done:
        watched, shown = study.watch_all(scored, settings, workers=workers, progress=done)
    table, causes = study.score_table(watched), study.cause_table(watched)
    found = study.score(watched, study.AIM_NOISE)
    aim = study.meets_aim(found)
    summary = report.summary(found, aim, causes, settings.provenance)
    folder = write_study(
        "suction",
        runs,
        {"seeds": seeds, "first_seed": first_seed, "fit": fit, "fit_seeds": fit_seeds},
        title="Suction found from the console's signals",
        summary=summary,
        tables={
            "scores": table,
            "causes": causes,
            "detector": report.coefficients(settings),
        },
        figures={
            "traces": figures.trace_figure(shown, study.AIM_NOISE, settings),
            "roc": figures.roc_figure(watched),
        },
        results=results,
        regenerate=f"impellab suction --seeds {seeds} --first-seed {first_seed} --results",
    )
    if as_json:
        emit(
            {
                "rows": table.to_dict("records"),
                "causes": causes.to_dict("records"),
                "aim": aim,
                "provenance": settings.provenance,
                "run": folder,
            }
        )
        return 0 if all(aim.values()) else 1
    print_table("noise", report.SCORE_HEADINGS, report.score_cells(table))
    at = f"{study.AIM_NOISE.snr:g} dB"
    print_table(f"causes at {at}", report.CAUSE_HEADINGS, causes.values.tolist())
    print_table(
        f"aim at {at}", ("part", "wanted", "found", "verdict"), report.aim_cells(found, aim)
    )
    say(f"tables, figures and report: {path_text(folder)}")
    return 0 if all(aim.values()) else 1
