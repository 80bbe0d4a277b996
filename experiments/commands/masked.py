"""``impellab masked``: failure that full support or a drug hides, and what reveals it."""

from __future__ import annotations

from experiments.runs import (
    RUNS,
    JsonOption,
    ResultsOption,
    RunsOption,
    emit,
    path_text,
    print_table,
    say,
)


def command(
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """A hidden mitral leak and an inotrope-masked failure; exit code 1 if either is not shown."""
    import pandas

    from experiments.runs import write_study
    from experiments.studies.masked import DEVICE, PATIENT, hidden_course, report, study

    hidden, masked = hidden_course(), study.masked_test()
    expected = study.expectations(hidden, masked)
    held, summary = report.summary(hidden, masked, expected)
    checks = pandas.DataFrame({"expectation": list(expected), "met": list(expected.values())})
    folder = write_study(
        "masked",
        runs,
        {"patient": PATIENT, "device": DEVICE},
        title="Failure that is masked: by full support, and by a drug",
        summary=summary,
        tables={
            "hidden": hidden.stages,
            "masked": masked.stages,
            "doses": masked.doses,
            "hidden_course": hidden.course,
            "masked_course": masked.course,
            "checks": checks,
        },
        figures={
            "hidden": report.hidden_figure(hidden),
            "masked": report.masked_figure(masked),
        },
        results=results,
    )
    if as_json:
        emit(
            {
                "rows": masked.stages.to_dict("records"),
                "hidden": hidden.stages.to_dict("records"),
                "doses": masked.doses.to_dict("records"),
                "checks": checks.to_dict("records"),
                "held": held,
                "run": folder,
            }
        )
        return 0 if held else 1
    shown = ["level", "mitral_regurgitant_fraction", "orifice_cm2", "grade", "pcwp"]
    print_table("hidden regurgitation", shown, hidden.stages[shown].values.tolist())
    shown = ["heart", "stage", "cardiac_power_output", "map", "pcwp", "weanable"]
    print_table("masked failure", shown, masked.stages[shown].values.tolist())
    say(summary)
    say(f"tables, figures and report: {path_text(folder)}")
    return 0 if held else 1
