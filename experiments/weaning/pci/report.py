"""The job behind ``impellab wean --indication high-risk-pci``: tables, figure and report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from controllers.weaning import pci_numbers
from experiments.runs import PrintedTable, RunFolder, run_folder, write_report
from experiments.statistics import data_frame
from experiments.weaning.course import PHASE_WORDS, reason_texts
from experiments.weaning.pci.course import run_pci
from experiments.weaning.pci.figure import OUTCOME_WORDS, pci_figure
from experiments.weaning.pci.outcome import PciCourse, measures
from experiments.weaning.pci.trial import PciTrial
from plants import SIGNALS
from plants.quantities import SECONDS_PER_HOUR, SECONDS_PER_MINUTE
from plants.scenarios import intervention_numbers

#: Unit and meaning of the measures, which end when the artery is told open.
MEASURES: dict[str, tuple[str, str]] = {
    "min_map": ("mmHg", "lowest mean arterial pressure"),
    "seconds_map_low": ("s", "time with a mean arterial pressure below {map_low:g} mmHg"),
    "min_cardiac_output": ("L/min", "lowest total flow"),
    "mean_cardiac_output": ("L/min", "mean total flow"),
    "mean_pump_flow": ("L/min", "mean pump flow"),
}
DECISION_COLUMNS = ("time [min]", "level", "decision", "why")


@dataclass(frozen=True)
class PciRun:
    """An intervention that was run and written down.

    Attributes
    ----------
    course : PciCourse
        What it gave.
    folder : Path
        The run folder.
    """

    course: PciCourse
    folder: Path

    @property
    def title(self) -> str:
        """In a line."""
        course = self.course
        return f"high-risk coronary intervention, {course.patient} on {course.trial.device}"

    def document(self) -> dict[str, Any]:
        """The JSON document of the command."""
        course = self.course
        last = {name: values[-1] for name, values in course.supported.items() if name in SIGNALS}
        supported, unsupported = compared(course)
        return {
            "outcome": course.outcome,
            "reason": course.reason,
            "hours": course.seconds / SECONDS_PER_HOUR,
            "patient": course.patient,
            "metrics": last,
            "units": {name: SIGNALS[name].unit for name in last},
            "supported": supported,
            "unsupported": unsupported,
            "measure_units": {name: unit for name, (unit, _) in MEASURES.items()},
            "unsupported_end": course.unsupported_end,
            "beyond_life": course.beyond_life,
            "unsupported_beyond_life": course.unsupported_beyond_life,
            "boosted_seconds": course.boosted,
            "inflations": [asdict(inflation) for inflation in course.intervention.inflations],
            "opened_seconds": course.intervention.opened,
            "decisions": course.decisions,
            "findings": {},
            "run": self.folder,
        }


def record_pci(
    trial: PciTrial, *, runs: Path, progress: Callable[[float], None] | None = None
) -> PciRun:
    """Run an intervention, and write decisions, records, figure and report into a run folder.

    Parameters
    ----------
    trial : PciTrial
        What to run.
    runs : Path
        Where the run folder is made.
    progress : callable, optional
        Called with the share that is done, about.

    Raises
    ------
    InputError
        A name is unknown, the controller cannot work here, or the folder cannot be made.
    PhysicsError
        The patient has no periodic beat to begin from.
    """
    with run_folder("wean", runs, asdict(trial), seeds={"seed": trial.seed}) as run:
        course = run_pci(trial, progress=progress)
        _write(run, course)
    return PciRun(course, run.final)


def _map_low() -> float:
    return intervention_numbers()["follow_up"]["map_low"]


def compared(course: PciCourse) -> tuple[dict[str, float], dict[str, float]]:
    """The measures with and without a pump, until the artery is told open."""
    low = _map_low()
    until = course.intervention.opened
    return measures(course.supported, until, low), measures(course.unsupported, until, low)


def outcome_rows(course: PciCourse) -> list[tuple[object, ...]]:
    """Rows (measure, supported, unsupported, unit) until the artery is told open, and the rest."""
    supported, unsupported = compared(course)
    low = _map_low()
    rows: list[tuple[object, ...]] = [
        (
            MEASURES[name][1].format(map_low=low),
            supported[name],
            unsupported[name],
            MEASURES[name][0],
        )
        for name in MEASURES
    ]
    whole = measures(course.supported, course.seconds, low)
    rows += [
        ("lowest mean arterial pressure until the pump is out", whole["min_map"], None, "mmHg"),
        ("time on the pump", course.seconds / SECONDS_PER_MINUTE, None, "min"),
        ("time at the boost level", course.boosted, None, "s"),
        ("outcome", OUTCOME_WORDS[course.outcome], course.unsupported_end or "lives", ""),
    ]
    beyond = (course.beyond_life, course.unsupported_beyond_life)
    return (
        [*rows, ("beyond life", *(each or "nothing" for each in beyond), "")]
        if any(beyond)
        else rows
    )


def decision_rows(course: PciCourse) -> list[tuple[object, ...]]:
    """Rows (minutes, level, decision, why): the reasons against, or those for going on."""
    rows: list[tuple[object, ...]] = []
    for decision in course.decisions:
        against, favour = (reason_texts(decision, met=met) for met in (False, True))
        why = "; ".join(against or favour)
        rows.append(
            (
                decision["seconds"] / SECONDS_PER_MINUTE,
                decision["level"],
                PHASE_WORDS[decision["phase"]],
                why,
            )
        )
    return rows


def _write(run: RunFolder, course: PciCourse) -> None:
    decisions = data_frame(course.decisions).drop(columns=["met", "texts"])
    decisions["reasons"] = ["; ".join(texts) for texts in decisions["reasons"]]
    run.write_table("decisions", decisions)
    run.write_table("supported", data_frame(course.supported))
    run.write_table("unsupported", data_frame(course.unsupported))
    run.write_json("course.json", asdict(course))
    caption = "Supported, and the same patient and inflations without a pump."
    picture = run.write_figure("course", partial(pci_figure, course), caption)
    with run.optional("the report"):
        numbers = [
            (name, quantity.value, quantity.unit, quantity.source, quantity.tag)
            for name, quantity in pci_numbers().items()
        ]
        write_report(
            run,
            f"High-risk coronary intervention, {course.patient} on a {course.trial.device}",
            introduction=f"{OUTCOME_WORDS[course.outcome]}: {course.reason}.",
            tables=[
                PrintedTable(
                    "Until the artery is open, supported and unsupported",
                    ("measure", "supported", "unsupported", "unit"),
                    outcome_rows(course),
                ),
                PrintedTable(
                    "Balloon inflations",
                    ("begin [min]", "length [s]", "contractility left"),
                    [
                        (inflation.onset / SECONDS_PER_MINUTE, inflation.seconds, inflation.factor)
                        for inflation in course.intervention.inflations
                    ],
                ),
                PrintedTable("Decisions", DECISION_COLUMNS, decision_rows(course)),
                PrintedTable(
                    "Limits and times of the controller",
                    ("name", "value", "unit", "source", "tag"),
                    numbers,
                ),
            ],
            figures=[picture],
        )
