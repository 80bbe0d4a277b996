"""``impellab support``: what support does, checked against what is known of it."""

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

_PRINTED = (
    "patient",
    "support",
    "cardiac_output",
    "pump_flow",
    "native_flow",
    "map",
    "pulse_pressure",
    "pcwp",
    "lvedp",
    "stroke_work",
    "pressure_volume_area",
    "cardiac_power_output",
    "aortic_valve_open_fraction",
)
_SHORT = {
    "cardiac_output": "CO",
    "pump_flow": "pump",
    "native_flow": "native",
    "map": "MAP",
    "pulse_pressure": "PP",
    "pcwp": "PCWP",
    "lvedp": "LVEDP",
    "stroke_work": "SW",
    "pressure_volume_area": "PVA",
    "cardiac_power_output": "CPO",
    "aortic_valve_open_fraction": "open",
}


def command(
    head_flow: Annotated[
        bool, typer.Option(help="Also compare the flow of every level with its displayed range.")
    ] = True,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Support of shock at rising levels; exit code 1 if an expected trend fails."""
    import pandas

    from experiments.runs import write_study
    from experiments.studies.support import head_flow_rmse, head_flow_table, report, study
    from plants import SIGNALS, Pump

    total = len(study.PATIENTS) + (len(Pump.names()) if head_flow else 0)
    with progress("patients and devices", total) as done:
        table = study.support_table(progress=done)
        without = study.support_table(reflex=False)
        found = study.checks(table)
        tables = {
            "support": study.with_units(table),
            "support_without_reflex": study.with_units(without),
        }
        if head_flow:
            before = len(study.PATIENTS)
            flows = head_flow_table(progress=lambda count: done(before + count))
            found += report.head_flow_checks(flows)
            tables["head_flow"] = flows
            tables["head_flow_rmse"] = head_flow_rmse(flows)
    tables["checks"] = pandas.DataFrame(found)
    summary = report.summary(found)
    folder = write_study(
        "support",
        runs,
        {"head_flow": head_flow},
        title="Support of cardiogenic shock at rising levels",
        summary=summary,
        tables=tables,
        figures={
            "pressure_volume_loops": report.loop_figure(),
            "trends": report.trend_figure(table),
        },
        results=results,
    )
    held = all(check.met for check in found)
    if as_json:
        units = {name: SIGNALS[name].unit for name in study.SHOWN}
        emit(
            {
                "rows": table.to_dict("records"),
                "units": units,
                "checks": found,
                "head_flow": tables["head_flow"].to_dict("records") if head_flow else [],
                "run": folder,
            }
        )
        return 0 if held else 1
    headings = [
        f"{_SHORT[name]} [{SIGNALS[name].unit}]" if name in _SHORT else name for name in _PRINTED
    ]
    print_table("support of shock", headings, table[list(_PRINTED)].values.tolist())
    cells = [
        (check.subject, check.expectation, "holds" if check.met else "FAILS", check.values)
        for check in found
    ]
    print_table("checks", ("of", "expectation", "verdict", "values"), cells)
    for check in found:
        if check.reason:
            say(f"{check.subject}: {check.expectation}: {check.reason}")
    say(f"tables, figures and report: {path_text(folder)}")
    return 0 if held else 1
