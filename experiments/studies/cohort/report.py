"""What the cohort study leaves behind: words, tables and figures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from experiments.studies.cohort.figures import (
    TITLES,
    contrasts_figure,
    days_figure,
    incidence_figure,
)
from experiments.studies.cohort.settings import COMPLICATIONS, cohort_settings
from experiments.studies.cohort.tables import CohortTables

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

    from experiments.runs import RunFolder

Headings = tuple[str, ...]
Cells = list[list[object]]

TITLE = "Complications of virtual patients in shock on a pump"
_REGENERATE = "impellab cohort --patients {patients} --contrasts {contrasts} --results"
#: Tables of the reference results; that of all courses stays in the run folder.
_SHOWN = ("incidence", "contrasts", "by_day", "outcomes", "refusals")


def write_cohort(run: RunFolder, tables: CohortTables, *, results: bool) -> None:
    """Write everything of a study but its configuration, which says how many patients it had."""
    from experiments.figures import save_figure
    from experiments.runs import ReportTable, provenance, write_report, write_results

    for name in (*_SHOWN, "courses"):
        run.write_table(name, getattr(tables, name))
    shown = figures(tables)
    pictures = [
        (name.replace("_", " "), save_figure(figure, run.path / f"{name}.png"))
        for name, figure in shown.items()
    ]
    pages = [
        ReportTable(name.replace("_", " "), list(table.columns), table.values.tolist())
        for name in _SHOWN
        if not (table := getattr(tables, name)).empty
    ]
    plan = run.config["options"]
    words = summary(plan["patients"], tables)
    introduction = words.partition("\n\n")[0]
    write_report(run, TITLE, introduction=introduction, tables=pages, figures=pictures)
    if results:
        again = provenance(run.config, _REGENERATE.format(**plan))
        kept = {name: getattr(tables, name) for name in _SHOWN}
        page = f"# {TITLE}\n\n{words}\n\n{again}"
        write_results("cohort", page, run, kept, shown)


def figures(tables: CohortTables) -> dict[str, Figure]:
    """The figures by file name."""
    judged = list(dict.fromkeys(tables.incidence["support"]))
    found = {
        "incidence": incidence_figure(tables.incidence),
        "days": days_figure(tables.by_day, judged),
    }
    groups = contrast_groups(tables.contrasts, judged)
    if groups:
        found["contrasts"] = contrasts_figure(tables.contrasts, groups)
    return found


def contrast_groups(contrasts: pandas.DataFrame, judged: list[str]) -> dict[str, list[str]]:
    """Supports that differ by one thing, by what that is."""
    if contrasts.empty:
        return {}
    names = list(dict.fromkeys(contrasts["support"]))
    groups = {}
    for device in judged:
        held = [name for name in names if name.startswith(f"{device}, P-")]
        if held and device in names:
            groups[f"level, {device}"] = [device, *held]
    days = [name for name in names if name.endswith(" d")]
    if days:
        groups["device, 4 d"] = [*(["CP"] if "CP" in judged else []), *days]
    ways = [name for name in names if name.startswith("5.0, ") and name not in (*days,)]
    ways = [name for name in ways if ", P-" not in name]
    if ways:
        groups["access, 5.0"] = ways
    return groups


def summary(patients: int, tables: CohortTables) -> str:
    """The outcome in words, in Markdown."""
    days = "the duration on the label (CP 4 d, 5.0 6 d)"
    text = (
        f"{patients} virtual patients in shock (SCAI C, D and E in equal parts), each on every "
        f"pump over {days}, at levels by the clinical rule. Events are drawn from the cumulative "
        "hazards with the patient's own luck, the same on every pump; hemolysis is what samples "
        "of plasma-free hemoglobin show (above 40 mg/dL twice within 24 h)."
    )
    lines = [_incidence_line(row) for row in tables.incidence.to_dict("records")]
    judged = set(tables.incidence["support"])
    lines += [
        _outcome_line(row) for row in tables.outcomes.to_dict("records") if row["support"] in judged
    ]
    caveat = (
        "The levels of the hazards of bleeding, lasting malposition and the limb are calibrated to "
        "the expected ranges, so that these incidences are no prediction. How they move with "
        "speed, device, access and days follows from the equations. A death is a circulation that "
        "fails: infection, stroke and the failure of other organs are not modelled, so that "
        "far fewer die than in a clinic."
    )
    return text + "\n\n" + "\n".join(lines) + "\n\n" + caveat


def _incidence_line(row: Mapping[Hashable, Any]) -> str:
    source = cohort_settings().bands[str(row["complication"])].source.partition(",")[0]
    return (
        f"- {row['support']}, {source}: {row['percent']:.1f} % of {row['patients']} "
        f"({row['percent_low']:.1f} to {row['percent_high']:.1f}); expected "
        f"{row['band_low']:g} to {row['band_high']:g} %: {row['verdict']}."
    )


def _outcome_line(row: Mapping[Hashable, Any]) -> str:
    return (
        f"- {row['support']}: {row['completed']} completed, {row['died']} died, {row['refused']} "
        f"refused by anatomy; mean level P-{row['mean_level']:.1f}."
    )


def printed(tables: CohortTables) -> list[tuple[str, Headings, Cells]]:
    """Title, headings and cells of the tables that a reader of the terminal sees."""
    found = [("incidence over the label's duration", *_incidence_cells(tables.incidence))]
    if not tables.contrasts.empty:
        found.append(
            (
                "chance by the hazards, in the patients that had every support",
                *_contrast_cells(tables.contrasts),
            )
        )
    shown = {
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
    found.append(("outcomes", *_cells(tables.outcomes, shown)))
    shown = {"what": "what", "reason": "reason", "count": "count"}
    found.append(("refusals", *_cells(tables.refusals, shown)))
    return found


def _cells(table: pandas.DataFrame, shown: Mapping[str, str]) -> tuple[Headings, Cells]:
    return tuple(shown.values()), table[list(shown)].values.tolist()


def _incidence_cells(incidence: pandas.DataFrame) -> tuple[Headings, Cells]:
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


def _contrast_cells(contrasts: pandas.DataFrame) -> tuple[Headings, Cells]:
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
