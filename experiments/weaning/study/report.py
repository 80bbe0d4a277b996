"""What the weaning study leaves behind: words, tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from experiments.figures import Drawing
from experiments.runs import Findings, ReferenceResults, ReportPage
from experiments.statistics import DataFrame
from experiments.weaning.course import Course
from experiments.weaning.study.cells import printed
from experiments.weaning.study.estimate_figures import contractility_figure, gate_figure
from experiments.weaning.study.figures import incidence_figure, outcomes_figure, trade_off_figure
from experiments.weaning.study.rows import StudyRows
from experiments.weaning.study.summary import summary
from experiments.weaning.study.tables import StudyTables
from plants.bedside import CASES

if TYPE_CHECKING:
    from experiments.weaning.study.settings import WeaningStudySettings

TITLE = "Weaning virtual patients from a left pump"
#: Units of the columns of the table of policies, by what their names have; others are numbers.
_UNITS = {"hours": "h", "seconds": "s"}


def weaning_findings(
    settings: WeaningStudySettings,
    rows: StudyRows,
    tables: StudyTables,
    targets: DataFrame,
    worked: Mapping[str, Course],
) -> Findings:
    """What a study shows.

    Parameters
    ----------
    settings, rows, tables, targets
        Of the study.
    worked : mapping of str to Course
        A typical course by case, drawn as a figure each.
    """
    main = settings.policies[0]
    published = {
        name: table
        for name, table in (*tables._asdict().items(), ("targets", targets))
        if not table.empty
    }
    of_patients = {name: table for name, table in rows._asdict().items() if not table.empty}
    own = policy_targets(targets, main)
    shown = printed(tables, targets, settings.policies)
    return Findings(
        tables={"policies": tables.policies} | of_patients | published,
        summary=summary(settings, tables, targets, worked),
        # A target on which nobody can be judged is neither met nor missed.
        held=all(row["met"] is not False for row in own),
        figures=figures(rows, tables, worked, main),
        printed=shown,
        printed_text="",
        document={
            "targets": own,
            "baselines": [
                row for policy in settings.policies[1:] for row in policy_targets(targets, policy)
            ],
            **{
                name: table.to_dict("records")
                for name, table in tables._asdict().items()
                if name not in ("policies", "incidence")
            },
        },
        report=ReportPage(shown),
        reference=ReferenceResults(tuple(published)),
    )


def policy_targets(targets: DataFrame, policy: str) -> list[dict[str, Any]]:
    """The rows of a policy; whether a target is met is true, false or None."""
    if targets.empty:
        return []
    rows = targets[targets["policy"] == policy].to_dict("records")
    return [
        {str(name): value for name, value in row.items()}
        | {"met": None if row["met"] is None else bool(row["met"])}
        for row in rows
    ]


def unit_of(column: str) -> str | None:
    """Unit of a column of the table of policies, which its name tells."""
    if column == "policy":
        return None
    return next((unit for part, unit in _UNITS.items() if part in column), "1")


def worked_patients(courses: DataFrame, policy: str) -> dict[str, int]:
    """By case, the seed of the first patient who ends as most of the case do under a policy.

    One whose relapse came in mid-wean goes before others.
    """
    if courses.empty:
        return {}
    own = courses[courses["policy"] == policy]
    seeds = {}
    for case in CASES:
        rows = own[own["case"] == case]
        if len(rows):
            typical = rows["outcome"].value_counts().index[0]
            likely = rows[rows["outcome"] == typical]
            relapsed = likely[likely["relapse_level"].notna()]
            seeds[case] = int((relapsed if len(relapsed) else likely)["seed"].iloc[0])
    return seeds


def figures(
    rows: StudyRows, tables: StudyTables, worked: Mapping[str, Course], main: str
) -> dict[str, Drawing]:
    """The figures by file name; those that would be empty are left out."""
    from experiments.weaning.course import course_figure

    drawn: dict[str, Drawing] = {}
    if not tables.policies.empty:
        drawn["trade_off"] = partial(trade_off_figure, tables.policies)
        drawn["incidence"] = partial(incidence_figure, tables.incidence)
        drawn["outcomes"] = partial(outcomes_figure, tables.outcomes)
    if not tables.gate.empty:
        drawn["gate"] = partial(gate_figure, rows.probes, tables.gate)
    if (rows.estimates["policy"] == main).any():
        drawn["contractility"] = partial(contractility_figure, rows.estimates, main)
    for case, course in worked.items():
        drawn[f"case_{case.replace('-', '_')}"] = partial(course_figure, course)
    return drawn
