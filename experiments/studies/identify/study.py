"""Targets of the built-in patients beside what the model gives, with the reason of each miss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from experiments.runs import Findings, Settings, Study, render
from plants import Patient, Plant, TargetRow, compare_with_targets, steady_state
from plants.cohorts import TOLERANCE

if TYPE_CHECKING:
    import pandas

_BELOW = 0.01  # relative deviation that needs no word
_KICKLESS, _LEAST_KICK = 0.1, 0.02  # share of the atrial contractility; mmHg/mL


class PatientsSettings(Settings):
    """Settings of the study of all presets; an option of ``impellab identify``."""

    all: bool = Field(False, description="Every patient that comes with the package.")


def patients_table(names: Sequence[str] | None = None) -> pandas.DataFrame:
    """Every target of every patient, without a pump.

    Parameters
    ----------
    names : sequence of str, optional
        Names or files; by default the built-in patients.

    Returns
    -------
    DataFrame
        Columns patient, signal, unit, target, model, deviation_percent, fitted, met (within 5 %)
        and reason (of a deviation of 1 % or more; empty below).

    Examples
    --------
    >>> from experiments.studies.identify import patients_table
    >>> table = patients_table(["shock-d"])
    >>> bool(table[table["fitted"]]["met"].all())
    True
    """
    import pandas

    names = Patient.names() if names is None else names
    return pandas.DataFrame([row for name in names for row in target_rows(name)])


def target_rows(name: str) -> list[dict[str, Any]]:
    """The rows of :func:`patients_table` for one patient."""
    patient = Patient.load(name)
    return [
        {
            "patient": row.patient,
            "signal": row.signal,
            "unit": row.unit,
            "target": row.target,
            "model": row.model,
            "deviation_percent": 100 * row.deviation,
            "fitted": row.fitted,
            "met": row.met,
            "reason": _reason(patient, row),
        }
        for row in compare_with_targets(patient)
    ]


def _reason(patient: Patient, row: TargetRow) -> str:
    """Why the model is off the target; empty where it is hardly."""
    if abs(row.deviation) < _BELOW:
        return ""
    targets = {name: goal.value for name, goal in patient.targets.items()}
    if row.signal == "lvedp":
        return render("target_missed.md", reason="atrial_kick", target=row.target, **_kick(patient))
    if row.signal in ("cvp", "mpap", "pcwp") and targets.get("cvp", 0.0) > targets.get("mpap", 1e9):
        return render("target_missed.md", reason="contradiction", **targets)
    return "not known"


def _kick(patient: Patient) -> dict[str, float]:
    """How far the end-diastolic lies from the mean atrial pressure, also with a weak atrium."""
    weak = patient.replace(la_ees=max(_LEAST_KICK, _KICKLESS * patient["la_ees"]))
    own, weaker = (steady_state(Plant(each)).metrics for each in (patient, weak))
    return {"own": own["lvedp"] - own["pcwp"], "weak": weaker["lvedp"] - weaker["pcwp"]}


def patients_summary(table: pandas.DataFrame) -> str:
    """The outcome in words, in Markdown."""
    fitted = table[table["fitted"]]
    return render(
        "patients.md",
        rows=table.to_dict("records"),
        tolerance=100 * TOLERANCE,
        largest=fitted["deviation_percent"].abs().max(),
    )


def _findings(settings: PatientsSettings, results: Sequence[list[dict[str, Any]]]) -> Findings:
    import pandas

    table = pandas.DataFrame([row for rows in results for row in rows])
    return Findings(
        tables={"targets": table}, summary=patients_summary(table), units={"deviation_percent": "%"}
    )


STUDY = Study(
    name="patients",
    title=lambda settings: "Built-in patients and their targets",
    settings=PatientsSettings,
    cases=lambda settings: Patient.names(),
    work=target_rows,
    findings=_findings,
    result=list[dict[str, Any]],
    key=str,
    unit="patients",
    command="identify",
)
