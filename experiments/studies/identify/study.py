"""Patients identified to the targets of their files, and how far those of the package meet them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field, ValidationInfo, field_validator

from experiments.runs import (
    IN_ROW,
    Findings,
    PrintedTable,
    ReferenceResults,
    ReportPage,
    Settings,
    Study,
    check_folder,
    csv_text,
    not_writable,
    path_text,
    render,
    replace_file,
)
from experiments.statistics import DataFrame, data_frame
from plants import (
    BEAT_METRICS,
    PATIENT_PARAMETERS,
    InputError,
    Patient,
    Plant,
    TargetRow,
    compare_with_targets,
    identify,
    steady_state,
)
from plants.cohorts import TOLERANCE, Estimate
from plants.quantities import MISSING, file_names, one_of, usable

_BELOW = 0.01  # relative deviation that needs no word
_KICKLESS, _LEAST_KICK = 0.1, 0.02  # share of the atrial contractility; mmHg/mL
_COLUMNS = ("patient", "signal", "unit", "target", "model", "deviation", "fitted", "met")
_NUMBERS = ("before", "value", "standard_error")
_ESTIMATE = ("patient", "parameter", "unit", *_NUMBERS, "at_bound")
_UNITS = dict.fromkeys(("target", "model", *_NUMBERS), IN_ROW) | {"deviation": "1"}
_HEADINGS = {
    "patient": "patient",
    "parameter": "parameter",
    "unit": "unit",
    "before": "before",
    "value": "value",
    "standard_error": "standard error",
    "told_with": "told together with",
    "at_bound": "at the end of its range",
}


class IdentificationSettings(Settings):
    """Settings of the identification."""

    patient: Annotated[str, usable(Patient.load)] | None = Field(
        None, description="Name of a patient, or path of a TOML file."
    )
    all: bool = Field(
        False, validate_default=True, description="Every patient that comes with the package."
    )
    write: str | None = Field(
        None, description="Folder in which the identified patients are written."
    )
    fitted: tuple[Annotated[str, one_of(BEAT_METRICS)], ...] = Field(
        (), description="Targets that are fitted; by default all but lvedp."
    )
    free: tuple[Annotated[str, one_of(PATIENT_PARAMETERS)], ...] = Field(
        (), description="Parameters that may move; by default those that the targets tell."
    )

    @field_validator("all")
    @classmethod
    def _either_one_or_all(cls, every: bool, info: ValidationInfo) -> bool:
        if every == (info.data.get("patient", "") is not None):
            allowed = f"without a patient; else one of {', '.join(Patient.names())}, or a TOML file"
            raise InputError("", every if every else MISSING, allowed)
        return every

    @property
    def patients(self) -> tuple[str, ...]:
        """Names or paths of the patients."""
        return Patient.names() if self.patient is None else (self.patient,)


@dataclass(frozen=True)
class IdentifiedPatient:
    """A patient identified to the targets.

    Attributes
    ----------
    name, file : str
        Of the patient, and the patient as a file.
    rows : list of dict
        Every target beside the value of the patient found.
    preset_rows : list of dict
        The same of a patient of the package as it comes, see :func:`target_rows`.
    parameters : list of dict
        Every parameter that moved, with its standard error.
    notes : list of str
        What a reader has to know of the fit.
    condition : float or None
        Condition number, see :class:`plants.cohorts.Identifiability`; None where it is infinite.
    """

    name: str
    file: str
    rows: list[dict[str, Any]]
    preset_rows: list[dict[str, Any]]
    parameters: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    condition: float | None = None


class Case(NamedTuple):
    """A patient, whether the one of the package is looked at as it comes, and what is chosen."""

    patient: str
    preset: bool
    options: dict[str, tuple[str, ...]]


def identified(case: Case) -> IdentifiedPatient:
    """The patient of a case, identified."""
    fit = identify(Patient.load(case.patient), **case.options)
    rows = [{name: getattr(row, name) for name in _COLUMNS} for row in fit.rows]
    return IdentifiedPatient(
        name=fit.patient.name,
        file=fit.patient.to_toml(),
        rows=rows,
        preset_rows=target_rows(case.patient) if case.preset else [],
        parameters=[_estimate_row(each) for each in fit.told.estimates],
        notes=[f"{fit.patient.name}: {note}" for note in fit.notes],
        condition=_finite(fit.told.condition),
    )


def _estimate_row(estimate: Estimate) -> dict[str, Any]:
    row = {name: getattr(estimate, name) for name in _ESTIMATE}
    row["standard_error"] = _finite(estimate.standard_error)
    return row | {"told_with": ", ".join(estimate.told_with)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _cases(settings: IdentificationSettings) -> list[Case]:
    options = {"fitted": settings.fitted, "free": settings.free}
    given = {name: names for name, names in options.items() if names}
    return [Case(patient, settings.all, given) for patient in settings.patients]


def patients_table(names: Sequence[str] | None = None) -> DataFrame:
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
    names = Patient.names() if names is None else names
    return data_frame([row for name in names for row in target_rows(name)])


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


def patients_summary(table: DataFrame) -> str:
    """The outcome in words, in Markdown."""
    fitted = table[table["fitted"]]
    return render(
        "patients.md",
        rows=table.to_dict("records"),
        tolerance=100 * TOLERANCE,
        largest=fitted["deviation_percent"].abs().max(),
    )


def _findings(settings: IdentificationSettings, results: Sequence[IdentifiedPatient]) -> Findings:
    patients = list(results)
    table = data_frame([row for patient in patients for row in patient.rows])
    written = [] if settings.write is None else _write(patients, Path(settings.write))
    presets = data_frame([row for patient in patients for row in patient.preset_rows])
    parameters = [row for patient in patients for row in patient.parameters]
    notes = [note for patient in patients for note in patient.notes]
    moved = data_frame(parameters, columns=list(_HEADINGS))
    printed = [
        PrintedTable.of("targets and what the model gives", table),
        PrintedTable.of("parameters that moved", moved, _HEADINGS),
    ]
    return Findings(
        tables={"targets": table, "parameters": moved},
        summary=render("identified.md", notes=notes),
        held=bool(table[table["fitted"]]["met"].all()),
        printed=printed,
        printed_text="\n".join([*notes, *(f"written: {path_text(path)}" for path in written)]),
        document={
            "units": _UNITS,
            "parameters": parameters,
            "conditions": {patient.name: patient.condition for patient in patients},
            "notes": notes,
            "written": written,
        },
        report=ReportPage(printed),
        write=lambda run: [run.write_text(*file) for file in _files(patients)],
        reference=_reference(presets) if settings.all else None,
    )


def _reference(presets: DataFrame) -> ReferenceResults:
    """The patients of the package as they come: ``results/patients``."""
    page = f"# Built-in patients and their targets\n\n{patients_summary(presets)}"
    text = csv_text(presets, float_format="%.6g")
    return ReferenceResults(("parameters",), page=page, files={"targets.csv": text})


def _files(patients: Sequence[IdentifiedPatient]) -> list[tuple[str, str]]:
    """Name and text of each patient's file; names that are no file names are changed into some."""
    names = file_names(patient.name for patient in patients)
    return [(f"{name}.toml", each.file) for name, each in zip(names, patients, strict=True)]


def _write(patients: Sequence[IdentifiedPatient], folder: Path) -> list[Path]:
    """Write each patient's file as a whole."""
    files = _files(patients)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files:
            replace_file(folder / name, text)
    except OSError as error:
        raise not_writable("write", folder, error) from None
    return [folder / name for name, _ in files]


def _with_folder(settings: IdentificationSettings) -> IdentificationSettings:
    """Refuse a folder that cannot be written to before the work begins."""
    if settings.write is not None:
        check_folder(Path(settings.write), "write")
    return settings


def _refuse_partial_results(settings: IdentificationSettings) -> None:
    if not settings.all:
        raise InputError("results", settings.patient, "--all: they are of every patient")


STUDY = Study(
    name="patients",
    title=lambda settings: f"Identification of {', '.join(settings.patients)}",
    settings=IdentificationSettings,
    cases=_cases,
    work=identified,
    findings=_findings,
    result=IdentifiedPatient,
    units=_UNITS,
    unit="patients",
    command="identify",
    check_results=_refuse_partial_results,
    resolve=_with_folder,
)
