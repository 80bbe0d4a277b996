"""What the cohort study leaves behind: words, tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from experiments.figures import Drawing
from experiments.runs import Findings, PrintedTable, ReferenceResults, ReportPage, render
from experiments.statistics import DataFrame
from experiments.studies.cohort.figures import (
    TITLES,
    contrasts_figure,
    days_figure,
    incidence_figure,
)
from experiments.studies.cohort.outcome import CONTRASTS, RULE, Support
from experiments.studies.cohort.settings import COMPLICATIONS, cohort_settings
from experiments.studies.cohort.tables import OUTSIDE, CohortTables
from plants import Pump
from plants.quantities import HOURS_PER_DAY

Headings = tuple[str, ...]
Cells = list[list[object]]

TITLE = "Complications of virtual patients on a pump"
#: Tables of the reference results; that of all courses stays in the run folder.
_SHOWN = ("incidence", "contrasts", "by_day", "outcomes", "refusals")
#: Units of the table of incidences.
UNITS = {
    "patients": "1",
    "events": "1",
    **dict.fromkeys(("percent", "percent_low", "percent_high"), "%"),
    **dict.fromkeys(("percent_by_hazard", "percent_by_hazard_ci"), "%"),
    **dict.fromkeys(("band_low", "band_high"), "%"),
}


def cohort_findings(
    patients: int,
    tables: CohortTables,
    *,
    phenotypes: Sequence[str],
    devices: Sequence[str],
    reflex: bool,
) -> Findings:
    """What the tables of so many patients of these profiles show on these pumps."""
    content = {name: getattr(tables, name) for name in _SHOWN}
    shown = [(name, table) for name, table in content.items() if not table.empty]
    return Findings(
        tables=tables._asdict(),
        summary=summary(patients, tables, phenotypes=phenotypes, devices=devices, reflex=reflex),
        held=bool((tables.incidence["verdict"] != OUTSIDE).all()),
        figures=figures(tables),
        printed=printed(tables),
        printed_text="",
        document={
            name: table.to_dict("records") for name, table in content.items() if name != "incidence"
        },
        report=ReportPage(
            [PrintedTable.of(name.replace("_", " "), table) for name, table in shown]
        ),
        reference=ReferenceResults(_SHOWN),
    )


def figures(tables: CohortTables) -> dict[str, Drawing]:
    """The figures by file name."""
    judged = list(dict.fromkeys(tables.incidence["support"]))
    drawn: dict[str, Drawing] = {
        "incidence": partial(incidence_figure, tables.incidence),
        "days": partial(days_figure, tables.by_day, judged),
    }
    groups = contrast_groups(tables.contrasts, judged)
    if groups:
        drawn["contrasts"] = partial(contrasts_figure, tables.contrasts, groups)
    return drawn


def contrast_groups(contrasts: DataFrame, judged: list[str]) -> dict[str, list[str]]:
    """Supports that differ by one thing, by what that is."""
    if contrasts.empty:
        return {}
    names = list(dict.fromkeys(contrasts["support"]))
    compared = [support for support in CONTRASTS if support.name in names]
    groups = {}
    for device in judged:
        held = [each.name for each in compared if each.device == device and each.levels != RULE]
        if held and device in names:
            groups[f"level, {device}"] = [device, *held]
    timed = [support for support in compared if support.days]
    if timed:
        title = f"device, {timed[0].days:g} d"
        groups[title] = [*(["CP"] if "CP" in judged else []), *(each.name for each in timed)]
    ways = [support for support in compared if support.access]
    if ways:
        groups[f"access, {ways[0].device}"] = [support.name for support in ways]
    return groups


def summary(
    patients: int,
    tables: CohortTables,
    *,
    phenotypes: Sequence[str],
    devices: Sequence[str],
    reflex: bool,
) -> str:
    """The outcome in words, in Markdown."""
    judged = set(tables.incidence["support"])
    bands = cohort_settings().bands
    return render(
        "cohort_summary.md",
        patients=patients,
        phenotypes=phenotypes,
        reflex=reflex,
        label_days={
            device: Support(device).hours(Pump.load(device)) / HOURS_PER_DAY for device in devices
        },
        incidence=[
            {**row, "source": bands[str(row["complication"])].source.partition(",")[0]}
            for row in tables.incidence.to_dict("records")
        ],
        outcomes=[row for row in tables.outcomes.to_dict("records") if row["support"] in judged],
    )


def printed(tables: CohortTables) -> list[PrintedTable]:
    """The tables that a reader of the terminal sees."""
    title = "incidence over the label's duration"
    shown = [PrintedTable(title, *_incidence_cells(tables.incidence))]
    if not tables.contrasts.empty:
        title = "chance by the hazards, in the patients that had every support"
        shown.append(PrintedTable(title, *_contrast_cells(tables.contrasts)))
    headings = {
        "support": "support",
        "refused": "refused",
        "completed": "completed",
        "died": "died",
        "malposition": "malposition",
        "distal_perfusion": "catheter",
        "mean_level": "level [1]",
        "mean_map": "MAP [mmHg]",
        "mean_pfhb": "pfHb [mg/dL]",
    }
    shown.append(PrintedTable.of("outcomes", tables.outcomes, headings))
    return [*shown, PrintedTable.of("refusals", tables.refusals[["what", "reason", "count"]])]


def _incidence_cells(incidence: DataFrame) -> tuple[Headings, Cells]:
    rows: Cells = [
        [
            row["support"],
            TITLES[str(row["complication"])],
            row["patients"],
            row["events"],
            f"{row['percent']:.1f} ({row['percent_low']:.1f} to {row['percent_high']:.1f})",
            f"{row['percent_by_hazard']:.2f} +- {row['percent_by_hazard_ci']:.2f}",
            f"{row['band_low']:g} to {row['band_high']:g}",
            row["verdict"],
        ]
        for row in incidence.to_dict("records")
    ]
    return ("support", "", "n", "events", "[%]", "by hazard [%]", "expected [%]", "verdict"), rows


def _contrast_cells(contrasts: DataFrame) -> tuple[Headings, Cells]:
    by_name = contrasts.set_index(["support", "complication"])
    rows: Cells = []
    for name in dict.fromkeys(contrasts["support"]):
        own = by_name.loc[name]
        cells = [
            f"{own.loc[what, 'percent_by_hazard']:.2f} +- "
            f"{own.loc[what, 'percent_by_hazard_ci']:.2f}"
            for what in COMPLICATIONS
        ]
        rows.append([name, int(own["patients"].iloc[0]), *cells])
    return ("support", "n", *(f"{TITLES[what]} [%]" for what in COMPLICATIONS)), rows
