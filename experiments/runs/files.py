"""Files as wholes: named in every error, checked before the work, and swept after a kill."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.statistics import DataFrame
from plants import InputError

#: Least room on a disk for the results of a run, bytes.
LEAST_ROOM = 16 * 2**20
# Age from which a hidden folder of a run counts as left by a kill, s, where no lock can tell.
_ABANDONED = 24 * 3600.0
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")  # noqa: RUF001


@contextlib.contextmanager
def naming_errors(path: Path) -> Iterator[None]:
    """Let an error of the file system name a path where the system does not: on a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = os.fspath(path)
        raise


def replace_file(path: Path, content: str | bytes) -> None:
    """Write a file as a whole: to a temporary name beside it, then renamed.

    Parameters
    ----------
    path : Path
        The file.
    content : str or bytes
        What it holds; text goes out in UTF-8, and what has no place there with a backslash.

    Raises
    ------
    OSError
        It cannot be written; names the file.
    """
    data = content if isinstance(content, bytes) else content.encode(errors="backslashreplace")
    with naming_errors(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.chmod(name, 0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def csv_text(table: DataFrame, **options: Any) -> str:
    """A table as CSV of which a spreadsheet calculates nothing.

    Parameters
    ----------
    table : DataFrame
        Text that a spreadsheet would take for a formula gets an apostrophe in front.
    **options
        As of ``to_csv``.

    Examples
    --------
    >>> from experiments.runs.files import csv_text
    >>> from experiments.statistics import data_frame
    >>> print(csv_text(data_frame({"name": ["=1+1", "-2.5"], "map": [-1.0, 57.0]})), end="")
    name,map
    '=1+1,-1.0
    -2.5,57.0
    """
    shown = table.rename(columns=_inert)
    for name in shown.select_dtypes(exclude="number"):
        shown[name] = shown[name].map(_inert)
    return shown.to_csv(index=False, **options)


def _inert(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    value = value.replace("\r", r"\r")  # It would end the line.
    if len(value) < 2 or not value.startswith(_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def read_table(path: Path) -> DataFrame:
    """A table that :func:`csv_text` wrote, with its text as it was.

    Parameters
    ----------
    path : Path
        The file.
    """
    import pandas  # Only where a table is read.

    table = pandas.read_csv(path)
    for name in table.select_dtypes(exclude="number"):
        table[name] = table[name].map(_active)
    return table.rename(columns=_active)


def _active(value: Any) -> Any:
    """What :func:`_inert` was given, but for what began with an apostrophe by itself."""
    if isinstance(value, str) and value.startswith("'") and _inert(value[1:]) == value:
        return value[1:]
    return value


def not_writable(field: str, folder: Path, error: OSError) -> InputError:
    """The refusal of a folder that cannot be written to."""
    reason = error.strerror or type(error).__name__
    return InputError(field, os.fspath(folder), f"a folder that can be written to ({reason})")


def check_folder(folder: Path, field: str) -> None:
    """Refuse a folder that cannot be written to, before the work whose results go there.

    Nothing is left of the attempt.

    Raises
    ------
    InputError
        It can be neither made nor written to, or the disk is full.
    """
    missing = missing_folders(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_room(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise not_writable(field, folder, error) from None
    finally:
        remove_empty(missing)


def check_room(folder: Path) -> None:
    """Refuse a disk without room for results.

    Raises
    ------
    OSError
        There is none.
    """
    if shutil.disk_usage(folder).free < LEAST_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), os.fspath(folder))


def missing_folders(folder: Path) -> list[Path]:
    """The folder and those around it that are not there, innermost first."""
    return [path for path in (folder, *folder.parents) if not path.exists()]


def remove_empty(folders: list[Path]) -> None:
    """Remove folders, innermost first, as far as they are empty."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def lock_folder(folder: Path, *, wait: bool = False) -> int | None:
    """Lock a folder until the returned handle is closed or the process ends.

    Returns
    -------
    int or None
        A handle for ``os.close``; None on a system without such locks.

    Raises
    ------
    OSError
        Another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # No such locks on Windows.
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(handle)
        raise
    return handle


@contextlib.contextmanager
def temporary_folder(name: str, runs: Path) -> Iterator[Path]:
    """A hidden folder beside its final place, removed when it is still there at the end.

    What runs that were killed have left there is removed first.

    Raises
    ------
    OSError
        It cannot be made, or the disk is full.
    """
    check_room(runs)
    # While the others wait, so that none takes a folder that is not locked yet for a left one.
    with _held(runs, wait=True):
        _sweep(runs)
        folder = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=runs))
        try:
            handle = lock_folder(folder)
        except OSError:  # A file system without locks.
            handle = None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


@contextlib.contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Hold a folder in which files are replaced; what writers that were killed left is removed.

    Another process that wants the same waits.
    """
    with _held(folder, wait=True) as held:
        for path in folder.glob(".*"):
            with contextlib.suppress(OSError):
                status = path.lstat()
                old = os.name != "posix" and time.time() - status.st_mtime > _ABANDONED
                if (
                    _LEFT_FILE.fullmatch(path.name)
                    and stat.S_ISREG(status.st_mode)
                    and _is_ours(status)
                    and (held or old)
                ):
                    path.unlink()
        yield


def _is_ours(status: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


@contextlib.contextmanager
def _held(folder: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold a folder's lock; whether it is held: not where others hold it, or nothing tells."""
    handle = None
    with contextlib.suppress(OSError):
        handle = lock_folder(folder, wait=wait)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)


#: Names of :func:`temporary_folder`, as ``run_name`` begins them.
_LEFT = re.compile(r"\.\d{8}T\d{6}Z-.+-[0-9a-f]{8}-[a-z0-9_]{8}")
#: The same of :func:`replace_file`, for files with an ending.
_LEFT_FILE = re.compile(r"\.[^.].*\.[a-z0-9]+-[a-z0-9_]{8}")


def _sweep(runs: Path) -> None:
    """Remove this user's folders of runs that were killed."""
    for folder in runs.glob(".*"):
        with contextlib.suppress(OSError):
            if not _LEFT.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
                continue
            status = folder.stat()
            if not _is_ours(status):
                continue
            with _held(folder) as dead:
                if dead or (os.name != "posix" and time.time() - status.st_mtime > _ABANDONED):
                    shutil.rmtree(folder)
