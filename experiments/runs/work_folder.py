"""Where a long job keeps what is done, so that it can go on after it was killed.

Each finished trial is a file, written under a temporary name and renamed. When all are there the
folder gets its results, loses the suffix ``.work`` and is a run folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments.runs.files import (
    lock_folder,
    missing_folders,
    naming_errors,
    not_writable,
    remove_empty,
    replace_file,
    temporary_folder,
)
from experiments.runs.folder import (
    CONFIG,
    RunFolder,
    configuration,
    finish,
    git_state,
    run_name,
    versions,
)
from experiments.runs.output import to_json
from plants import InputError
from plants.quantities import read_json

SUFFIX = ".work"
_PLAN, _TRIALS = "plan.json", "trials"


def is_work_folder(folder: Path) -> bool:
    """Whether a job is going on in a folder."""
    return (folder / _PLAN).is_file()


def read_config(folder: Path) -> dict[str, Any]:
    """The configuration of a study's run, complete or not.

    Raises
    ------
    InputError
        It is no run folder of a study.
    """
    if is_work_folder(folder) or (folder.name.endswith(SUFFIX) and folder.is_dir()):
        config = WorkFolder(folder).config
    else:
        try:
            config = read_json(folder / CONFIG, most=None)
        except (OSError, ValueError):
            config = {}
    if not isinstance(config, dict) or not config.get("study"):
        raise InputError("folder", os.fspath(folder), "the run folder of a study")
    return config


def _wanted(path: Path, error: Exception) -> str:
    """What is asked of a folder whose plan could not be read."""
    if path.name.endswith(SUFFIX) and path.is_dir():
        why = "is missing" if isinstance(error, FileNotFoundError) else "cannot be understood"
        return f"one that is whole: its {_PLAN} {why}, so that nobody can go on; begin anew"
    complete = " (this run is complete)" if (path / CONFIG).is_file() else ""
    return f"a folder of a job that was interrupted; its name ends in {SUFFIX}{complete}"


class WorkFolder:
    """The folder of a job that is going on.

    Attributes
    ----------
    path : Path
        The folder.
    config : dict
        Configuration of the run, as it was when the job began.
    job : dict
        What the job is, as given to :meth:`create`.
    """

    def __init__(self, path: Path):
        self.path = path
        try:
            plan = read_json(path / _PLAN, most=None)
            self.config: dict[str, Any] = plan["config"]
            self.job: dict[str, Any] = plan["job"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError("resume", os.fspath(path), _wanted(path, error)) from None

    @classmethod
    def create(
        cls,
        command: str,
        runs: Path,
        job: Mapping[str, Any],
        *,
        seeds: Mapping[str, int],
        study: str = "",
    ) -> WorkFolder:
        """Begin a job.

        Parameters
        ----------
        command : str
            Names the folder.
        runs : Path
            Where it is made.
        job : mapping
            What the job is: plain values.
        seeds : mapping of str to int
            Every seed that is used.
        study : str
            Name of the study that is done.

        Raises
        ------
        InputError
            The folder cannot be made.
        """
        config = configuration(command, job, seeds) | {"study": study}
        name = run_name(command, job)
        path, missing = runs / f"{name}{SUFFIX}", missing_folders(runs)
        try:
            runs.mkdir(parents=True, exist_ok=True)
            for number in range(2, 1000):
                if not path.exists():
                    break
                path = runs / f"{name}-{number}{SUFFIX}"
            # Under another name until it can be resumed.
            with temporary_folder(name, runs) as temporary:
                (temporary / _TRIALS).mkdir()
                replace_file(temporary / _PLAN, to_json({"config": config, "job": job}, indent=2))
                temporary.rename(path)
        except OSError as error:
            remove_empty(missing)
            raise not_writable("runs", runs, error) from None
        return cls(path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Refuse a second process that works in the same folder.

        Raises
        ------
        InputError
            Another process does.
        """
        try:
            handle = lock_folder(self.path)
        except OSError:
            allowed = "a folder that no other process works in"
            raise InputError("resume", os.fspath(self.path), allowed) from None
        try:
            yield
        finally:
            if handle is not None:
                os.close(handle)

    def changed(self) -> str:
        """What is not as it was when the job began, in words; empty if nothing is."""
        then, now = self.config, {"git": git_state(), "versions": versions()}
        if then["git"] != now["git"]:
            return "the checkout has changed since these trials began"
        if then["versions"] != now["versions"]:
            return "libraries have changed since these trials began"
        return ""

    @classmethod
    def resumed(cls, folder: Path | None, command: str, what: str) -> WorkFolder:
        """The folder of an interrupted job of a command.

        Raises
        ------
        InputError
            It is none; `what` says what is asked for.
        """
        if folder is None:
            raise InputError("resume", folder, f"the folder of {what}, or a plan")
        work = cls(folder)
        if work.config.get("command") != command:
            raise InputError("resume", os.fspath(folder), f"the folder of {what}")
        return work

    def read(self, key: str) -> Any:
        """What was kept under a key.

        Raises
        ------
        OSError, ValueError
            There is nothing, or it was cut off.
        """
        return read_json(self._kept(key), most=None)

    def kept_keys(self) -> list[str]:
        """The keys of what was kept."""
        return sorted(path.stem for path in (self.path / _TRIALS).glob("*.json"))

    def keep(self, key: str, text: str) -> None:
        """Keep something finished; `text` is JSON."""
        replace_file(self._kept(key), text)

    def _kept(self, key: str) -> Path:
        return self.path / _TRIALS / f"{key}.json"

    def discard_if_empty(self) -> bool:
        """Remove the folder if nothing was done in it; tells whether it was removed."""
        if any((self.path / _TRIALS).glob("*.json")):
            return False
        shutil.rmtree(self.path, ignore_errors=True)
        return True

    @contextlib.contextmanager
    def completed(self) -> Iterator[RunFolder]:
        """The run folder that this one becomes when the context is left without an error.

        What was written into it by an earlier attempt is overwritten.
        """
        final = self.path.with_name(self.path.name.removesuffix(SUFFIX)).absolute()
        run = RunFolder(self.path, final, dict(self.config))
        with naming_errors(final):
            yield run
            run.config["completed"] = datetime.now(UTC).isoformat(timespec="seconds")
            finish(run)
        # All of it is in the tables by now.
        shutil.rmtree(run.final / _TRIALS, ignore_errors=True)
        with contextlib.suppress(OSError):
            (run.final / _PLAN).unlink()
