"""What the weaning study leaves behind: words, tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from experiments.weaning.course import Course
from experiments.weaning.study.cells import printed
from experiments.weaning.study.figures import (
    contractility_figure,
    gate_figure,
    incidence_figure,
    outcomes_figure,
    trade_off_figure,
)
from experiments.weaning.study.rows import StudyRows
from experiments.weaning.study.summary import summary
from experiments.weaning.study.tables import StudyTables
from plants.bedside import CASES

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

    from experiments.runs import RunFolder
    from experiments.weaning.study.plan import Plan

TITLE = "Weaning virtual patients from a left pump"
NAME = "weaning"


def write_weaning(
    run: RunFolder,
    plan: Plan,
    rows: StudyRows,
    tables: StudyTables,
    targets: pandas.DataFrame,
    worked: Mapping[str, Course],
    *,
    results: bool,
) -> None:
    """Write everything of a study but its configuration.

    Parameters
    ----------
    run : RunFolder
        Where to.
    plan, rows, tables, targets
        Of the study.
    worked : Mapping of str to Course
        A typical course by case, drawn as a figure each.
    results : bool
        Whether ``results/weaning`` is renewed as well.
    """
    from experiments.figures import save_figure
    from experiments.runs import ReportTable, provenance, write_report, write_results

    kept = {
        name: table
        for name, table in (*tables._asdict().items(), ("targets", targets))
        if not table.empty
    }
    own = {name: table for name, table in rows._asdict().items() if not table.empty}
    for name, table in (own | kept).items():
        run.write_table(name, table)
    shown = figures(rows, tables, worked, plan.policies[0])
    pictures = [
        (_caption(name), save_figure(figure, run.path / f"{name}.png"))
        for name, figure in shown.items()
    ]
    words = summary(plan, tables, targets, worked)
    pages = [
        ReportTable(title, list(columns), cells)
        for title, columns, cells in printed(tables, targets, plan.policies)
    ]
    write_report(
        run, TITLE, introduction=words.partition("\n\n")[0], tables=pages, figures=pictures
    )
    if results:
        page = f"# {TITLE}\n\n{words}\n\n{provenance(run.config, regenerate(plan))}"
        write_results(NAME, page, run, kept, shown)


def regenerate(plan: Plan) -> str:
    """The command line that makes the study again.

    Examples
    --------
    >>> from experiments.weaning.study.job import Plan
    >>> from experiments.weaning.study.report import regenerate
    >>> regenerate(Plan(patients=5, first_seed=3, device="5.5"))
    'impellab wean --cohort 5 --seed 3 --device 5.5 --results'
    """
    from experiments.weaning.study.plan import default_policies

    words = ["impellab wean --cohort", str(plan.patients)]
    for option, value, usual in (
        ("--seed", plan.first_seed, 0),
        ("--device", plan.device, "CP"),
        ("--tier", plan.tier, "icu"),
        ("--case", plan.case, ""),
    ):
        words += [option, str(value)] if value != usual else []
    if plan.policies != default_policies():
        words += [word for policy in plan.policies for word in ("--policy", policy)]
    return " ".join([*words, *(["--evaluation"] if plan.evaluation else []), "--results"])


def worked_patients(courses: pandas.DataFrame, policy: str) -> dict[str, int]:
    """By case, the seed of the first patient who ends as most of the case do under a policy.

    One whose relapse came in mid-wean goes before others.
    """
    if courses.empty:
        return {}
    own = courses[courses["policy"] == policy]
    found = {}
    for case in CASES:
        rows = own[own["case"] == case]
        if len(rows):
            typical = rows["outcome"].value_counts().index[0]
            likely = rows[rows["outcome"] == typical]
            relapsed = likely[likely["relapse_level"].notna()]
            found[case] = int((relapsed if len(relapsed) else likely)["seed"].iloc[0])
    return found


def figures(
    rows: StudyRows, tables: StudyTables, worked: Mapping[str, Course], main: str
) -> dict[str, Figure]:
    """The figures by file name; those that would be empty are left out."""
    from experiments.weaning.course import course_figure

    found: dict[str, Figure] = {}
    if not tables.policies.empty:
        found["trade_off"] = trade_off_figure(tables.policies)
        found["incidence"] = incidence_figure(tables.incidence)
        found["outcomes"] = outcomes_figure(tables.outcomes)
    if not tables.gate.empty:
        found["gate"] = gate_figure(rows.probes, tables.gate)
    if (rows.estimates["policy"] == main).any():
        found["contractility"] = contractility_figure(rows.estimates, main)
    for case, course in worked.items():
        found[f"case_{case.replace('-', '_')}"] = course_figure(course)
    return found


def _caption(name: str) -> str:
    return name.replace("_", " ")
