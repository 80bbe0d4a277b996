"""Running a study: plan, keep what is done, go on after a kill, and leave a run folder."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from experiments.runs.folder import RUNS
from experiments.runs.output import note, path_text
from experiments.runs.pool import run_each
from experiments.runs.results import write_findings
from experiments.runs.study import Findings, Settings, Study
from experiments.runs.work_folder import WorkFolder

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
    """

    settings: _S
    findings: Findings
    folder: Path

    def document(self) -> dict[str, Any]:
        """The JSON document: ``rows``, ``units``, ``held``, what is the study's own, ``run``."""
        return {
            "rows": self.findings.rows.to_dict("records"),
            "units": dict(self.findings.units),
            "held": self.findings.held,
            **self.findings.document,
            "run": self.folder,
        }


def run_study(
    study: Study[_S, _Case, _Result],
    settings: _S | None,
    *,
    runs: Path = RUNS,
    resume: Path | None = None,
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
        There is nothing to go on with, a folder cannot be written to, or there is no such cluster.
    RunError
        A worker died; what was done can be resumed.
    """
    work = _resumed(study, resume) if settings is None else None
    if work is not None:
        settings = study.settings.read(work.job, source=os.fspath(work.path))
    assert settings is not None
    if results and study.check_results is not None:
        study.check_results(settings)
    if work is None and study.prepare is not None:
        study.prepare(settings, workers, progress)
    cases = study.cases(settings)  # What is refused is refused before there is a folder.
    if work is None:
        seeds = study.seeds(settings) if study.seeds else {}
        work = WorkFolder.create(study.name, runs, settings.model_dump(), seeds=seeds)
    keys = [study.key(case) if study.key else f"{n:05d}" for n, case in enumerate(cases)]
    kept = KeptResults(study, work, keys)
    with work.locked():
        try:
            _do_what_is_left(
                study, dict(zip(keys, cases, strict=True)), kept, workers, cluster, progress
            )
            with work.completed() as run:
                run.config["resumed"] = {"done_before": kept.before, study.unit: len(cases)}
                findings = study.findings(settings, kept)
                write_findings(
                    run,
                    findings,
                    title=study.title(settings),
                    results=study.name if results else None,
                    regenerate=f"{study.command_line(settings)} --results",
                )
        except BaseException:
            if not work.discard_if_empty():
                command = study.command or study.name
                note(f"to go on: impellab {command} --resume {path_text(work.path)}")
            raise
    return StudyRun(settings, findings, run.final)


class KeptResults(Sequence[_Result]):
    """The results of a study in the order of its cases, read from the disk when they are asked for.

    All results together may be more than needs to be held at once.

    Attributes
    ----------
    before : int
        How many were done when the job went on.
    """

    def __init__(self, study: Study[Any, Any, _Result], work: WorkFolder, keys: Sequence[str]):
        self._study, self._work, self._keys = study, work, keys
        self._adapter = None if study.result is None else TypeAdapter(study.result)
        self.before = 0

    def done(self) -> Iterator[str]:
        """Keys of what is done; a file that cannot be read counts as not done."""
        wanted = set(self._keys)
        for key in self._work.kept_keys():
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                if key in wanted:
                    self.read(key)
                    yield key

    def read(self, key: str) -> _Result:
        """The result of a case."""
        plain = self._work.read(key)["result"]
        if self._study.restore is not None:
            return self._study.restore(plain)
        assert self._adapter is not None, f"the study {self._study.name} names no kind of result"
        return self._adapter.validate_python(plain)

    def write(self, key: str, result: _Result) -> None:
        """Keep the result of a case."""
        if self._study.keep is not None:
            plain = self._study.keep(result)
        else:
            assert self._adapter is not None, f"the study {self._study.name} names no result"
            plain = self._adapter.dump_python(result)
        self._work.keep_text(key, json.dumps({"result": plain}, default=_plain))

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self.read(key) for key in self._keys[index]]
        return self.read(self._keys[index])


def _plain(value: Any) -> Any:
    """What json.dumps does not know: numbers and arrays of NumPy, and paths."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _resumed(study: Study[Any, Any, Any], folder: Path | None) -> WorkFolder:
    work = WorkFolder.resumed(folder, study.name, f"an interrupted {study.command or study.name}")
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
