"""``impellab invariants``: what must hold of the plant, measured."""

from __future__ import annotations

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
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Blood kept, work equal to loop area, exact slopes; exit code 1 if one fails."""
    import pandas

    from experiments.runs import write_study
    from experiments.studies import physics_invariants as study

    with progress("cases", len(study.CASES)) as done:
        found = study.invariants(progress=done)
    records = [
        {"case": x.case, "measure": x.measure, "value": x.value, "limit": x.limit, "holds": x.holds}
        for x in found
    ]
    held = all(x.holds for x in found)
    worst = {
        measure: max(x.value for x in found if x.measure == measure)
        for measure in dict.fromkeys(x.measure for x in found)
    }
    summary = "Worst relative errors: " + "; ".join(f"{k} {v:.1e}" for k, v in worst.items()) + "."
    folder = write_study(
        "invariants",
        runs,
        {"cases": len(study.CASES)},
        title="What must hold of the plant",
        summary=summary,
        tables={"invariants": pandas.DataFrame(records)},
        figures={},
        results=results,
    )
    if as_json:
        emit({"rows": records, "held": held, "run": folder})
        return 0 if held else 1
    cells = [list(record.values()) for record in records]
    print_table("invariants, relative errors", list(records[0]), cells)
    say(summary)
    say(f"table and report: {path_text(folder)}")
    return 0 if held else 1
