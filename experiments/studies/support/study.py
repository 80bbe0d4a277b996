"""What support does to the circulation: a table over patients and levels, and the trends expected.

Each row is the periodic beat of a built-in patient without a pump, on the CP at three levels and
on the 5.5 at its highest, with the baroreflex in equilibrium: the literature reports patients,
whose vessels and heart answer to the pressure that the pump brings. The same beats without a reflex
stand in a second table. The checks are what the literature reports of percutaneous left-sided
support; a check that fails is reported with the reason, and makes the command's exit code 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, NamedTuple

from pydantic import Field

from experiments.runs import Findings, PrintedTable, Settings, Study, render
from experiments.statistics import DataFrame, data_frame
from experiments.studies.support.beats import PATIENTS, SHOWN, UNSUPPORTED, Loop, support_beats
from experiments.studies.support.checks import checks, head_flow_checks
from experiments.studies.support.figures import loop_figure, trend_figure
from experiments.studies.support.head_flow import head_flow_rmse, head_flow_rows
from plants import METRICS, SIGNALS, Pump


class SupportSettings(Settings):
    """Settings of the support study."""

    head_flow: bool = Field(
        True, description="Also compare the flow of every level with its displayed range."
    )


#: Whose change by support is told with the baroreflex settled and without one.
CHANGES = ("map", "pcwp", "cardiac_output", "stroke_work")


class Case(NamedTuple):
    """A patient on every support, or a device whose displayed flows are compared."""

    kind: Literal["patient", "device"]
    name: str


@dataclass(frozen=True)
class Measured:
    """Rows of a case by the name of their table, and a patient's loops by support."""

    rows: dict[str, list[dict[str, Any]]]
    loops: dict[str, Loop] = field(default_factory=dict)


def _cases(settings: SupportSettings) -> list[Case]:
    devices = Pump.names() if settings.head_flow else ()
    return [
        *(Case("patient", name) for name in PATIENTS),
        *(Case("device", name) for name in devices),
    ]


def measure(case: Case) -> Measured:
    """The rows of a case."""
    if case.kind == "device":
        return Measured({"head_flow": head_flow_rows(case.name)})
    beats, without = support_beats(case.name), support_beats(case.name, reflex=False)
    rows = {
        "support": [beat.row() for beat in beats],
        "support_without_reflex": [beat.row() for beat in without],
    }
    return Measured(rows, {beat.support: beat.loop() for beat in beats})


def _findings(settings: SupportSettings, results: Sequence[Measured]) -> Findings:
    measured = list(results)
    tables = {
        name: data_frame([row for part in measured for row in part.rows.get(name, ())])
        for name in dict.fromkeys(name for part in measured for name in part.rows)
    }
    table, flows = tables["support"], tables.get("head_flow")
    checked = checks(table)
    if flows is not None:
        checked += head_flow_checks(flows)
        tables["head_flow_rmse"] = head_flow_rmse(flows)
    tables["reflex"] = reflex_table(table, tables["support_without_reflex"])
    tables["checks"] = data_frame(checked)
    written = {name: with_units(content) for name, content in tables.items()}
    verdicts = [
        (check.subject, check.expectation, check.verdict, check.values) for check in checked
    ]
    return Findings(
        tables=written,
        figures={
            "pressure_volume_loops": partial(
                loop_figure, [part.loops for part in measured if part.loops]
            ),
            "trends": partial(trend_figure, table),
        },
        summary=render("support.md", checks=checked, reflex=tables["reflex"].to_dict("records")),
        held=all(check.met for check in checked),
        printed=[
            _printed(table),
            _printed_reflex(tables["reflex"]),
            PrintedTable("checks", ("of", "expectation", "verdict", "values"), verdicts),
        ],
        document={
            "rows": table.to_dict("records"),  # without units in the names
            "checks": checked,
            "reflex": tables["reflex"].to_dict("records"),
            "head_flow": [] if flows is None else flows.to_dict("records"),
        },
    )


def _printed(table: DataFrame) -> PrintedTable:
    headings = {"patient": "patient", "support": "support"}
    for name, short in SHOWN.items():
        if short:
            headings[name] = f"{short} [{SIGNALS[name].unit}]"
    return PrintedTable.of("support of shock", table, headings)


def reflex_table(settled: DataFrame, without: DataFrame) -> DataFrame:
    """What support changes against no pump, with the baroreflex settled and without one.

    Parameters
    ----------
    settled, without : DataFrame
        The same rows of both tables.

    Returns
    -------
    DataFrame
        A row for each patient on each support: the change of every one of :data:`CHANGES`, and the
        same without the reflex, in the units of the signals.
    """
    rows = []
    for (_, on), (_, off) in zip(settled.iterrows(), without.iterrows(), strict=True):
        if on["support"] == UNSUPPORTED.name:
            bare = on
            continue
        row: dict[str, Any] = {"patient": on["patient"], "support": on["support"]}
        for name in CHANGES:
            row |= {name: on[name] - bare[name], f"{name}_without": off[name] - bare[name]}
        rows.append(row)
    return data_frame(rows)


def _printed_reflex(table: DataFrame) -> PrintedTable:
    headings = {"patient": "patient", "support": "support"}
    for name in CHANGES:
        headings[name] = f"{SHOWN[name]} [{SIGNALS[name].unit}]"
        headings[f"{name}_without"] = "no reflex"
    return PrintedTable.of("changes by support, baroreflex settled and none", table, headings)


def with_units(table: DataFrame) -> DataFrame:
    """The table with units in the headings of signals."""
    units = {name: f"{name} [{SIGNALS[name].unit}]" for name in METRICS.names}
    return table.rename(columns=units)


STUDY = Study(
    name="support",
    title=lambda settings: "Support of cardiogenic shock at rising levels",
    settings=SupportSettings,
    cases=_cases,
    work=measure,
    findings=_findings,
    result=Measured,
    key=lambda case: f"{case.kind}-{case.name}",
    unit="patients and devices",
)
