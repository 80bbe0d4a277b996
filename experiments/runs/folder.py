"""The folder a run leaves behind: complete, or not there at all.

It is built under a temporary name beside its final one and renamed at the end.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from experiments.figures import Drawing, save_figure
from experiments.runs.files import (
    csv_text,
    missing_folders,
    naming_errors,
    not_writable,
    remove_empty,
    replace_file,
    temporary_folder,
)
from experiments.runs.output import note, to_json
from experiments.statistics import DataFrame
from plants import InputError
from plants.quantities import file_name

#: Option of every command that writes a run folder: ``runs: RunsOption = RUNS``.
RunsOption = Annotated[Path, typer.Option("--runs", help="Folder in which run folders are made.")]
RUNS = Path("runs")
#: The file that says how a run came about.
CONFIG = "config.json"
#: Set to print the traceback of an error that is a defect of the program.
DEBUG = "IMPELLAB_DEBUG"

_LIBRARIES = (
    *("impellab", "casadi", "control", "gymnasium", "matplotlib", "numpy", "pandas", "pyarrow"),
    *("scipy", "xarray", "torch", "stable-baselines3", "sb3-contrib", "distributed", "SALib"),
)
_ROOT = Path(__file__).resolve().parents[2]
_GIT_TIMEOUT = 10.0  # s


class RunFolder:
    """A run folder in the making.

    Attributes
    ----------
    path : Path
        Where it is now; what is written goes through the methods.
    final : Path
        Where everything will be once the run is complete; absolute.
    config : dict
        What ``config.json`` will hold; may be added to.
    """

    def __init__(self, path: Path, final: Path, config: dict[str, Any]):
        self.path, self.final, self.config = path, final, config

    def file(self, name: str) -> Path:
        """Where a file of the run is written: in the folder, never outside.

        Raises
        ------
        ValueError
            It is no name of a file; see :func:`plants.quantities.file_name`.
        """
        if name in ("", ".", "..") or Path(name).name != name or "\0" in name:
            raise ValueError(f"{name!r} is no name of a file in a run folder")
        return self.path / name

    def write_text(self, name: str, text: str) -> Path:
        """Write a text into the folder."""
        path = self.file(name)
        replace_file(path, text)
        return path

    def write_json(self, name: str, document: Any) -> None:
        """Write a JSON document into the folder."""
        self.write_text(name, to_json(document, indent=2) + "\n")

    def write_table(self, name: str, table: DataFrame, *, csv: bool = True) -> None:
        """Write a table as ``name.parquet`` and, unless it is too long for that, ``name.csv``."""
        plain = file_name(name)
        path = self.file(f"{plain}.parquet")
        with naming_errors(path):
            table.to_parquet(path, index=False)
        if csv:
            self.write_text(f"{plain}.csv", csv_text(table))

    def write_figure(self, name: str, drawing: Drawing, caption: str = "") -> ReportFigure:
        """Draw a figure into ``name.png``; one that cannot be drawn does not lose the run.

        Parameters
        ----------
        name : str
            Of the figure.
        drawing : Figure or callable
            The figure, or what makes it.
        caption : str
            For the report.
        """
        path = self.file(f"{file_name(name)}.png")
        problem = ""
        with self.optional(f"the figure {name}") as failure:
            save_figure(drawing, path)
        if failure:
            problem = failure[0]
            path.unlink(missing_ok=True)
        return ReportFigure(caption, None if problem else path, problem)

    @contextlib.contextmanager
    def optional(self, what: str) -> Iterator[list[str]]:
        """What fails inside is told in a note, and does not lose what the run has done.

        Yields
        ------
        list of str
            Why it failed, once it has.
        """
        failure: list[str] = []
        try:
            yield failure
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            failure.append(f"{type(error).__name__}: {error}")
            note(f"impellab: {what} could not be made ({failure[0]})")


class ReportFigure(NamedTuple):
    """A figure of a report.

    Parameters
    ----------
    caption : str
        What it shows.
    path : Path, optional
        Its PNG file; None where it could not be drawn.
    problem : str
        Why not.
    """

    caption: str
    path: Path | None
    problem: str = ""


@contextlib.contextmanager
def run_folder(
    command: str, runs: Path, options: Mapping[str, Any], *, seeds: Mapping[str, int] | None = None
) -> Iterator[RunFolder]:
    """Make the folder of a run; nothing is left if the run fails or is interrupted.

    It is entered before the work begins, so that a folder that cannot be written to, or a full
    disk, costs no work.

    Parameters
    ----------
    command : str
        Name of the command.
    runs : Path
        Folder in which run folders are made; made if it is not there.
    options : mapping
        The full configuration, what was left at its default included.
    seeds : mapping of str to int, optional
        Every seed that the run used.

    Yields
    ------
    RunFolder
        Its ``final`` holds once the context has been left.

    Raises
    ------
    InputError
        The folder cannot be made.
    OSError
        The disk is full, for example.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from experiments.runs import run_folder
    >>> with tempfile.TemporaryDirectory() as here:
    ...     with run_folder("simulate", Path(here), {"patient": "shock-d"}) as run:
    ...         run.write_json("metrics.json", {"map": 57.0})
    ...     sorted(path.name for path in run.final.iterdir())
    ['config.json', 'metrics.json']
    """
    config = configuration(command, options, seeds or {})
    name = run_name(command, options)
    missing = missing_folders(runs)
    with contextlib.ExitStack() as stack:
        # Called after the temporary folder is gone; a finished run lies in the last of them.
        stack.callback(remove_empty, missing)
        try:
            runs.mkdir(parents=True, exist_ok=True)
            temporary = stack.enter_context(temporary_folder(name, runs))
        except OSError as error:
            raise not_writable("runs", runs, error) from None
        began = time.monotonic()
        run = RunFolder(temporary, runs.absolute() / name, config)
        with naming_errors(run.final):
            run.write_json(CONFIG, config)
            yield run
            config["wall_seconds"] = round(time.monotonic() - began, 3)
            finish(run)


def finish(run: RunFolder) -> None:
    """Write the configuration and give the folder its final name, numbered where that is taken."""
    run.write_json(CONFIG, run.config)
    _open_to_readers(run.path)
    run.final = run.path = _moved(run.path, run.final)


def run_name(command: str, options: Mapping[str, Any]) -> str:
    """``<UTC time>-<command>-<hash>``; the same configuration has the same hash."""
    digest = hashlib.sha256(to_json([command, options]).encode()).hexdigest()
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{command}-{digest[:8]}"


def configuration(
    command: str, options: Mapping[str, Any], seeds: Mapping[str, int]
) -> dict[str, Any]:
    """All it takes to tell how a result came about and to make it again."""
    return {
        "command": command,
        "argv": sys.argv[1:],
        "options": dict(options),
        "seeds": dict(seeds),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu_count": os.cpu_count(),
        "git": git_state(),
    }


def versions() -> dict[str, str]:
    """Versions of impellab and of the libraries that results depend on, where installed."""
    installed = {}
    for name in _LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            installed[name] = metadata.version(name)
    return installed


@functools.cache
def git_state() -> dict[str, Any] | None:
    """Revision of the checkout that runs and whether it was changed; None outside a checkout."""
    top = _git("rev-parse", "--show-toplevel")
    # An installed copy may lie inside somebody else's checkout, whose revision says nothing.
    if top is None or Path(top).resolve() != _ROOT:
        return None
    changes = _git("status", "--porcelain")
    return {
        "revision": _git("rev-parse", "HEAD"),
        "dirty": None if changes is None else bool(changes),
    }


def _git(*arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "--no-optional-locks", "-C", os.fspath(_ROOT), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_GIT_TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _moved(temporary: Path, final: Path) -> Path:
    """Rename to the final name, numbered where that is taken."""
    for number in range(1, 1000):
        target = final if number == 1 else final.with_name(f"{final.name}-{number}")
        if target.exists():
            continue
        try:
            temporary.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):  # taken in the meantime
                raise
            continue
        return target
    raise InputError("runs", os.fspath(final.parent), f"a folder with fewer runs {final.name}-*")


def _open_to_readers(folder: Path) -> None:
    """Usual permissions in place of the private ones of temporary files."""
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)
    for path in folder.rglob("*"):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)
