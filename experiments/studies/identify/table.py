"""Targets of the built-in patients beside what the model gives, with the reason of each miss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from plants import Patient, Plant, TargetRow, compare, steady_state
from plants.cohorts import TOLERANCE

if TYPE_CHECKING:
    import pandas

#: File name of the reference results, below ``results/patients``.
NAME = "targets"
_BELOW = 0.01  # relative deviation that needs no word


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

    rows = []
    for name in Patient.names() if names is None else names:
        patient = Patient.load(name)
        for row in compare(patient):
            rows.append(
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
            )
    return pandas.DataFrame(rows)


def _reason(patient: Patient, row: TargetRow) -> str:
    if abs(row.deviation) < _BELOW:
        return ""
    if row.signal == "lvedp":
        return _atrial_kick(patient, row)
    targets = {name: goal.value for name, goal in patient.targets.items()}
    if row.signal in ("cvp", "mpap", "pcwp") and targets.get("cvp", 0.0) > targets.get("mpap", 1e9):
        return (
            f"the targets ask for a CVP ({targets['cvp']:g} mmHg) above the mean pulmonary "
            f"pressure ({targets['mpap']:g} mmHg), more than this right ventricle's passive "
            "stiffness, which is not fitted, allows; the fit shares the deviation between the two "
            "and the wedge pressure"
        )
    return "not known"


def _atrial_kick(patient: Patient, row: TargetRow) -> str:
    """The target is the wedge pressure; what the atrial contraction adds is computed."""
    metrics = steady_state(Plant(patient)).metrics
    still = steady_state(Plant(patient.replace(la_ees=_no_kick(patient)))).metrics
    without = still["lvedp"] - still["pcwp"]
    return (
        f"the target is the PCWP ({row.target:g} mmHg); the atrial contraction puts the "
        f"end-diastolic pressure {metrics['lvedp'] - metrics['pcwp']:+.1f} mmHg from the mean "
        f"left-atrial pressure, with a tenth of the atrial contractility it is {without:+.1f} mmHg"
    )


def _no_kick(patient: Patient) -> float:
    return max(0.02, 0.1 * patient["la_ees"])


def patients_summary(table: pandas.DataFrame) -> str:
    """The outcome in words, in Markdown."""
    fitted = table[table["fitted"]]
    missed = table[~table["met"]]
    lines = [
        f"{int(table['met'].sum())} of {len(table)} targets are met within "
        f"{100 * TOLERANCE:g} %; of the {len(fitted)} that are fitted, "
        f"{int(fitted['met'].sum())}. The largest deviation of a fitted one is "
        f"{fitted['deviation_percent'].abs().max():.1f} %.",
        "",
    ]
    lines += [
        f"- {row['patient']}, {row['signal']}: {row['model']:.3g} {row['unit']} for "
        f"{row['target']:g} ({row['deviation_percent']:+.0f} %); {row['reason']}."
        for row in missed.to_dict("records")
    ]
    return "\n".join(lines)


def write_patients_results(runs: Path) -> Path:
    """Renew ``results/patients``; a run folder is made in `runs` as well.

    Returns
    -------
    Path
        The run folder.
    """
    from experiments.runs import write_study

    table = patients_table()
    return write_study(
        "patients",
        runs,
        {"patients": list(Patient.names())},
        title="Built-in patients and their targets",
        summary=patients_summary(table),
        tables={NAME: table},
        figures={},
        results=True,
        regenerate="impellab identify --all --results",
    )
