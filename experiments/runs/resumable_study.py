"""Running a study: plan, keep what is done, go on after a kill, and leave a run folder."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from controllers import user_file
from experiments.runs.errors import RunError
from experiments.runs.files import check_folder
from experiments.runs.folder import RUNS, RunFolder
from experiments.runs.kept_results import KeptResults
from experiments.runs.output import note, path_text
from experiments.runs.pool import run_each
from experiments.runs.results import results_folder, write_findings
from experiments.runs.settings import Settings
from experiments.runs.study import Findings, Study
from experiments.runs.work_folder import WorkFolder, is_work_folder, read_config
from plants import InputError
from plants.quantities import file_names

#: What is asked of a resumed study that is given settings.
KNOWS_SETTINGS = "the folder alone: it knows its settings"
_S = TypeVar("_S", bound=Settings)
_Case = TypeVar("_Case")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class StudyRun(Generic[_S]):
    """A study that was run.

    Attributes
    ----------
    settings : Settings
        With which settings.
    findings : Findings
        What it shows.
    folder : Path
        The run folder.
    study : Study
        Which.
    """

    settings: _S
    findings: Findings
    folder: Path
    study: Study[Any, Any, Any]

    def document(self) -> dict[str, Any]:
        """The JSON document: ``rows``, ``units``, ``held``, what is the study's own, ``run``."""
        own = dict(self.findings.document)
        rows: list[dict[str, Any]] = own.pop("rows", self.findings.rows.to_dict("records"))
        units = {name: self.study.unit_of(name) for row in rows[:1] for name in row}
        return {
            "rows": rows,
            "units": {name: unit for name, unit in units.items() if unit is not None},
            "held": self.findings.held,
            **own,
            "run": self.folder,
        }


def run_study(
    study: Study[_S, _Case, _Result],
    settings: _S | None,
    *,
    runs: Path = RUNS,
    resume: Path | None = None,
    controllers: Sequence[str] = (),
    workers: int | None = None,
    cluster: str | None = None,
    results: bool = False,
    progress: Callable[[float], None] | None = None,
) -> StudyRun[_S]:
    """Run a study, or go on with one that was interrupted.

    Parameters
    ----------
    study : Study
        What to do.
    settings : Settings, optional
        With which settings; None to go on with `resume`.
    runs : Path
        Where the run folder is made; that of a resumed study stays where it is.
    resume : Path, optional
        Folder of an interrupted study.
    controllers : sequence of str
        Controllers of a resumed study that are files of a user's own, as its plan names them. The
        plan alone runs no file: whoever wrote it may be somebody else.
    workers : int, optional
        Number of processes; by default one for each core.
    cluster : str, optional
        Address of a Dask scheduler.
    results : bool
        Whether the reference results are renewed as well.
    progress : callable, optional
        Called with the share of the cases that are done.

    Raises
    ------
    InputError
        There is nothing to go on with, a folder cannot be written to, there is no such cluster, or
        a user's controller of a resumed study is not named again.
    RunError
        A worker died; what was done can be resumed.
    """
    if settings is None:
        work = _resumed(study, resume)
        _check_named(study, work, controllers)
        check_folder(work.path, "resume")
        chosen, cases = _planned(study, work)
        _check_results(study, chosen, results)
    else:
        # Whatever is refused is refused before there is a folder.
        chosen = study.resolve(settings) if study.resolve is not None else settings
        _check_results(study, chosen, results)
        check_folder(runs, "runs")
        if study.prepare is not None:
            study.prepare(chosen, workers, progress)
        cases = _keyed(study, chosen)
        seeds = study.seeds(chosen) if study.seeds is not None else {}
        job = chosen.model_dump()
        work = WorkFolder.create(study.subcommand, runs, job, seeds=seeds, study=study.name)
    kept = KeptResults(study, work, tuple(cases))
    with work.locked():
        try:
            _do_what_is_left(study, cases, kept, workers, cluster, progress)
            with work.completed() as run:
                run.config["resumed"] = {"done_before": kept.before, study.unit: len(cases)}
                findings = study.findings(chosen, kept)
                write_findings(
                    run,
                    findings,
                    title=study.title(chosen),
                    results=study.name if results else None,
                    regenerate=f"{study.command_line(chosen)} --results",
                )
        except BaseException:
            if not work.discard_if_empty():
                note(_to_go_on(study, work))
            raise
    return StudyRun(chosen, findings, run.final, study)


def report_study(study: Study[_S, _Case, _Result], folder: Path) -> StudyRun[_S]:
    """Write tables, figures and report of what an interrupted study has done into its folder.

    The study can go on afterwards.

    Raises
    ------
    InputError
        It is no folder of an interrupted study of that kind, or nothing is done yet.
    RunError
        The findings of this study need all cases.
    """
    work = _resumed(study, folder)
    chosen, cases = _planned(study, work)
    with work.locked():
        done = set(KeptResults(study, work, tuple(cases)).done())
        keys = tuple(key for key in cases if key in done)
        how_many = f"{len(keys)} of {len(cases)} {study.unit}"
        if not keys:
            raise InputError(
                "folder", os.fspath(folder), f"one in which something is done ({how_many})"
            )
        if len(keys) < len(cases) and not study.partial:
            raise RunError(
                f"{how_many} are done, and the report needs all; {_to_go_on(study, work)}"
            )
        run = RunFolder(work.path, work.path.absolute(), dict(work.config))
        findings = study.findings(chosen, KeptResults(study, work, keys))
        title = study.title(chosen)
        write_findings(
            run,
            findings,
            title=title if len(keys) == len(cases) else f"{title} ({how_many})",
            regenerate=f"{study.command_line(chosen)} --results",
        )
    return StudyRun(chosen, findings, run.final, study)


@dataclass(frozen=True)
class StudyStatus:
    """How far a study is.

    Attributes
    ----------
    done, total : int
        Cases that are done, and all of them.
    complete : bool
        Whether its results are written.
    """

    done: int
    total: int
    complete: bool


def study_status(study: Study[Any, Any, Any], folder: Path) -> StudyStatus:
    """How far a study is whose run folder, complete or not, is given.

    Raises
    ------
    InputError
        It is no folder of a study of that kind.
    """
    if not is_work_folder(folder):
        total = read_config(folder)["resumed"][study.unit]
        return StudyStatus(total, total, True)
    work = WorkFolder.resumed(folder, study.subcommand, f"an interrupted {study.subcommand}")
    _, cases = _planned(study, work)
    done = sum(1 for _ in KeptResults(study, work, tuple(cases)).done())
    return StudyStatus(done, len(cases), False)


def _planned(study: Study[_S, _Case, Any], work: WorkFolder) -> tuple[_S, dict[str, _Case]]:
    """The settings of a run that has begun, and its cases."""
    settings = study.settings.read(work.job, source=os.fspath(work.path))
    return settings, _keyed(study, settings)


def _keyed(study: Study[_S, _Case, Any], settings: _S) -> dict[str, _Case]:
    """The cases by the names of their files."""
    keyed = {
        study.key(case) if study.key is not None else f"{number:05d}": case
        for number, case in enumerate(study.cases(settings))
    }
    return dict(zip(file_names(keyed), keyed.values(), strict=True))


def _check_results(study: Study[_S, Any, Any], settings: _S, results: bool) -> None:
    if not results:
        return
    if study.check_results is not None:
        study.check_results(settings)
    check_folder(results_folder(study.name), "results")


def _to_go_on(study: Study[Any, Any, Any], work: WorkFolder) -> str:
    words = [path_text(work.path)]
    words += [f"--controller {shlex.quote(spec)}" for spec in _user_controllers(work.job)]
    return f"to go on: impellab {study.subcommand} --resume {' '.join(words)}"


def _user_controllers(job: Any) -> tuple[str, ...]:
    """The controllers in a plan, wherever they stand, that are files of a user's own."""
    if isinstance(job, str):
        return (job,) if user_file(job) is not None else ()
    parts = job.values() if isinstance(job, Mapping) else job if isinstance(job, list) else ()
    return tuple(dict.fromkeys(spec for part in parts for spec in _user_controllers(part)))


def _check_named(study: Study[Any, Any, Any], work: WorkFolder, named: Sequence[str]) -> None:
    """Refuse to run files that a plan names and the user does not."""
    planned = _user_controllers(work.job)
    if set(planned) - set(named):
        allowed = (
            "the folder and every file of controllers that its plan runs, named again, so that no "
            f"plan of somebody else's runs code unasked ({_to_go_on(study, work)})"
        )
        raise InputError("resume", os.fspath(work.path), allowed)
    for spec in named:
        if spec not in planned:
            raise InputError("resume", f"--controller {spec}", KNOWS_SETTINGS)


def _resumed(study: Study[Any, Any, Any], folder: Path | None) -> WorkFolder:
    work = WorkFolder.resumed(folder, study.subcommand, f"an interrupted {study.subcommand}")
    if changed := work.changed():
        note(f"impellab: {changed}; {study.unit} from before and after are mixed")
    return work


def _do_what_is_left(
    study: Study[Any, _Case, _Result],
    cases: dict[str, _Case],
    kept: KeptResults[_Result],
    workers: int | None,
    cluster: str | None,
    progress: Callable[[float], None] | None,
) -> None:
    done = set(kept.done())
    kept.before = len(done)
    left = [(key, case) for key, case in cases.items() if key not in done]
    work = _Keyed(study.work)
    if not study.parallel:  # What takes times runs here, one case after the other.
        workers, cluster = 1, None
    for key, result in run_each(work, left, workers=workers, cluster=cluster):
        kept.write(key, result)
        done.add(key)
        if progress is not None:
            progress(len(done) / len(cases))


@dataclass(frozen=True)
class _Keyed(Generic[_Case, _Result]):
    """The work on a case, which hands on the case's key."""

    work: Callable[[_Case], _Result]

    def __call__(self, item: tuple[str, _Case]) -> tuple[str, _Result]:
        key, case = item
        return key, self.work(case)
