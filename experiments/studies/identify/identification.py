"""The job behind ``impellab identify``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.runs import PrintedTable, replace_file, run_folder, write_report
from plants import InputError, Patient, TargetRow, identify

_COLUMNS = ("patient", "signal", "unit", "target", "model", "deviation", "fitted", "met")


@dataclass(frozen=True)
class IdentifiedPatients:
    """What an identification gave.

    Attributes
    ----------
    rows : tuple of TargetRow
        Every target of every patient beside the model's value.
    written : tuple of Path
        The files written, where that was asked for.
    folder : Path
        The run folder.
    """

    rows: tuple[TargetRow, ...]
    written: tuple[Path, ...]
    folder: Path

    @property
    def met(self) -> bool:
        """Whether every target that was fitted is met."""
        return all(row.met for row in self.rows if row.fitted)

    def document(self) -> dict[str, Any]:
        """The JSON document of the command."""
        return {"rows": _records(self.rows), "written": list(self.written), "run": self.folder}

    def table(self) -> tuple[tuple[str, ...], list[list[object]]]:
        """Headings and cells."""
        return _COLUMNS, [list(record.values()) for record in _records(self.rows)]


def identify_patients(
    names: Sequence[str],
    *,
    runs: Path,
    write: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> IdentifiedPatients:
    """Identify patients to the targets of their files.

    Parameters
    ----------
    names : sequence of str
        Names or paths.
    runs : Path
        Where the run folder is made.
    write : Path, optional
        Folder in which each identified patient is written as ``NAME.toml``, once all are found;
        a file is replaced as a whole.
    progress : callable, optional
        Called with the number of patients that are done.

    Raises
    ------
    InputError
        A patient is unknown or has no targets, or a folder cannot be written to.
    PhysicsError
        An identified patient has no periodic beat.
    """
    import pandas

    patients = [Patient.load(name) for name in names]
    identified = []
    with run_folder("identify", runs, {"patients": list(names), "write": write}) as run:
        for k, patient in enumerate(patients):
            identified.append(identify(patient))
            if progress is not None:
                progress(k + 1)
        rows = tuple(row for fit in identified for row in fit.rows)
        records = _records(rows)
        run.write_table("targets", pandas.DataFrame(records, columns=list(_COLUMNS)))
        for fit in identified:
            path = run.path / f"{fit.patient.name}.toml"
            path.write_text(fit.patient.to_toml(), encoding="utf-8")
        shown = [list(record.values()) for record in records]
        write_report(
            run, "Identification", tables=[PrintedTable("Targets and model", _COLUMNS, shown)]
        )
        written = () if write is None else tuple(_write(fit.patient, write) for fit in identified)
    return IdentifiedPatients(rows, written, run.final)


def _records(rows: Sequence[TargetRow]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in _COLUMNS} for row in rows]


def _write(patient: Patient, folder: Path) -> Path:
    """Write a patient's file as a whole."""
    path = folder / f"{patient.name}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(path, patient.to_toml().encode())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        allowed = f"a folder that can be written to ({reason})"
        raise InputError("write", os.fspath(folder), allowed) from None
    return path
