"""The job behind ``impellab wean --patient``: one course, and what it leaves in its run folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from controllers import DecisionLog, WeaningCriteria
from experiments.runs import PrintedTable, RunFolder, run_folder, write_report
from experiments.statistics import data_frame, fields_of
from experiments.weaning.course.figure import OUTCOME_WORDS, course_figure
from experiments.weaning.course.job import run_course
from experiments.weaning.course.live_view import Watch
from experiments.weaning.course.record import Course
from experiments.weaning.course.tables import (
    DECISION_COLUMNS,
    FORECAST_COLUMNS,
    MEASURES,
    decision_rows,
    final_metrics,
    finding_rows,
    forecast_rows,
    measures,
    outcome_rows,
    reason_text,
    units,
)
from experiments.weaning.course.trial import WeaningTrial


@dataclass(frozen=True)
class WeaningRun:
    """A course that was run and written down.

    Attributes
    ----------
    course : Course
        What it gave.
    folder : Path
        The run folder.
    """

    course: Course
    folder: Path

    @property
    def title(self) -> str:
        """In a line."""
        trial = self.course.trial
        return f"{self.course.patient} on {trial.device}, weaned by {trial.policy}"

    def document(self) -> dict[str, Any]:
        """The JSON document of the command."""
        course = self.course
        metrics = final_metrics(course)
        own = (
            "outcome",
            "hours",
            "patient",
            "case",
            "decisions",
            "findings",
            "true_events",
            "alarms",
            "beyond_life",
        )
        return {
            **fields_of(course, *own),
            "reason": reason_text(course),
            "policy": course.trial.policy,
            "metrics": metrics,
            "units": units(metrics),
            "course": measures(course),
            "course_units": {name: unit for name, (unit, _) in MEASURES.items()},
            "run": self.folder,
        }


def wean(trial: WeaningTrial, *, runs: Path, watch: Watch | None = None) -> WeaningRun:
    """Wean one patient, and write decisions, records, figure and report into a run folder.

    Parameters
    ----------
    trial : WeaningTrial
        Whom, with what and how.
    runs : Path
        Where the run folder is made.
    watch : callable, optional
        Called after every decision; see :func:`experiments.weaning.course.live`.

    Raises
    ------
    InputError
        A name is unknown, no access of the pump fits the patient, or the folder cannot be made.
    PhysicsError
        The patient has no periodic beat without support.
    """
    with run_folder("wean", runs, asdict(trial), seeds={"seed": trial.seed}) as run:
        # Written line by line, so that a course that breaks off can be looked into.
        log = DecisionLog(run.file("decisions.jsonl"))
        course = run_course(trial, watch=watch, log=log)
        _write(run, course, log)
    return WeaningRun(course, run.final)


def _write(run: RunFolder, course: Course, log: DecisionLog) -> None:
    decisions = data_frame(course.decisions).drop(columns=["met", "texts"])
    for name in ("findings", "reasons"):
        decisions[name] = ["; ".join(reasons) for reasons in decisions[name]]
    run.write_table("decisions", decisions)
    run.write_table("records", data_frame(course.records))
    run.write_json("course.json", asdict(course))
    caption = "The course; numbers are those of the table of decisions."
    picture = run.write_figure("course", partial(course_figure, course), caption)
    with run.optional("the report"):
        write_report(
            run,
            f"Weaning of {course.patient} from a {course.trial.device}: "
            f"{OUTCOME_WORDS[course.outcome]}",
            introduction=(
                f"Step policy {course.trial.policy}, sensors {course.trial.tier}, "
                f"case {course.case}, access {course.access}. {reason_text(course)}."
            ),
            tables=report_tables(course, log),
            figures=[picture],
        )


def report_tables(course: Course, log: DecisionLog) -> list[PrintedTable]:
    """Outcome, findings, decisions, forecasts held against what came, and the criteria.

    Findings and forecasts are left out where there are none.
    """
    criteria = [
        (
            part,
            name,
            limit.low if limit.low > float("-inf") else None,
            limit.high if limit.high < float("inf") else None,
            "yes" if limit.needed else "shown only",
            limit.source,
        )
        for part, entries in WeaningCriteria.load().parts.items()
        for name, limit in entries.items()
    ]
    tables = (
        PrintedTable("Outcome", ("what", "value", "unit"), outcome_rows(course)),
        PrintedTable(
            "What was recognised and what happened",
            ("what", "time [h]", "kind"),
            finding_rows(course),
        ),
        PrintedTable(
            "Decisions, with the reasons for and against going on with weaning",
            DECISION_COLUMNS,
            decision_rows(course, all_of_them=True),
        ),
        PrintedTable(
            "What was expected of a level, and what came an hour later",
            FORECAST_COLUMNS,
            forecast_rows(course, log),
        ),
        PrintedTable(
            "Criteria in force",
            ("part", "signal", "at least", "at most", "needed", "source"),
            criteria,
        ),
    )
    return [table for table in tables if table.rows]
