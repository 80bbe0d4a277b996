"""``impellab study``: run a study from a file, go on with one, or tell what one has done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.runs import (
    RUNS,
    ClusterOption,
    JsonOption,
    ResultsOption,
    RunsOption,
    Study,
    WorkersOption,
    emit,
    print_study,
    read_config,
    report_study,
    run_command_of,
    say,
    study_status,
)

_ACTIONS = ("run", "resume", "status", "report")


def command(
    action: Annotated[str, typer.Argument(help="run, resume, status or report.")],
    path: Annotated[
        Path, typer.Argument(help="run: a TOML file of settings; otherwise a run's folder.")
    ],
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    results: ResultsOption = False,
    runs: RunsOption = RUNS,
    as_json: JsonOption = False,
) -> int:
    """Run a study from a file, go on with one, or tell what one has done."""
    from plants import InputError, unknown_name

    if action not in _ACTIONS:
        raise unknown_name("action", action, _ACTIONS)
    running = {"workers": workers, "cluster": cluster, "results": results or None}
    given = [name for name, value in running.items() if value is not None]
    if action in ("status", "report") and given:
        raise InputError(given[0], running[given[0]], "run and resume only")
    if action != "run" and runs != RUNS:
        raise InputError("runs", str(runs), "run only: the folder stays where it is")
    study = _study_of_file(path) if action == "run" else _study_of_folder(path)
    if action in ("run", "resume"):
        where: dict[str, Any] = {"settings_file" if action == "run" else "resume": path}
        shared: dict[str, Any] = {"workers": workers, "cluster": cluster, "results": results}
        return run_command_of(study, {}, **where, **shared, runs=runs, as_json=as_json)
    if action == "report":
        return print_study(report_study(study, path), as_json=as_json)
    return _tell_status(study, path, as_json)


def _study_of_file(path: Path) -> Study[Any, Any, Any]:
    from experiments.studies import STUDIES, find_study
    from plants import InputError
    from plants.quantities import MISSING, load_toml

    content, source = load_toml(path, "", "path")
    if "study" not in content:
        raise InputError("study", MISSING, f"one of {', '.join(STUDIES)}", source=source)
    return find_study(content["study"], source=source)


def _study_of_folder(folder: Path) -> Study[Any, Any, Any]:
    from experiments.studies import find_study

    return find_study(read_config(folder)["study"], source=str(folder))


def _tell_status(study: Study[Any, Any, Any], folder: Path, as_json: bool) -> int:
    status = study_status(study, folder)
    if as_json:
        emit(
            {
                "study": study.name,
                "unit": study.unit,
                "done": status.done,
                "total": status.total,
                "complete": status.complete,
                "run": folder,
            }
        )
        return 0
    end = "complete" if status.complete else f"to go on: impellab study resume {folder}"
    say(f"{study.name}: {status.done} of {status.total} {study.unit} are done; {end}")
    return 0
