"""Folders that are there whole or not at all, and the checkpoints of a training."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from experiments.runs import naming_errors

_PREFIX, _PARTIAL = "step-", ".partial-"
_KEPT = 2


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which gets its name only once it is filled.

    A process that is killed meanwhile leaves nothing under the name. What was under the name
    before is replaced.

    Parameters
    ----------
    path : Path
        The name it will have.

    Yields
    ------
    Path
        The folder to write to.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from experiments.training.checkpoints import whole_folder
    >>> with tempfile.TemporaryDirectory() as base:
    ...     with whole_folder(Path(base) / "made") as folder:
    ...         _ = (folder / "a").write_text("1")
    ...     (Path(base) / "made" / "a").read_text()
    '1'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=path.parent, prefix=_PARTIAL))
    try:
        with naming_errors(path):
            yield partial
        partial.chmod(0o755)  # mkdtemp keeps others out, which is not meant here.
        for file in partial.iterdir():
            _to_disk(file)
        if path.exists():
            # A folder cannot be replaced in one step; the old one goes last.
            old = Path(tempfile.mkdtemp(dir=path.parent, prefix=_PARTIAL)) / path.name
            os.replace(path, old)
            os.replace(partial, path)
            shutil.rmtree(old.parent)
        else:
            os.replace(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _to_disk(file: Path) -> None:
    """Wait until the file is on the disk: a renamed folder must not name empty files."""
    if file.is_file():
        with file.open("rb") as stream:
            os.fsync(stream.fileno())


def checkpoint_path(folder: Path, step: int) -> Path:
    """Where the checkpoint after that many steps lies."""
    return folder / f"{_PREFIX}{step:012d}"


def last_checkpoint(folder: Path) -> Path | None:
    """The checkpoint with the most steps, or None."""
    return max(folder.glob(f"{_PREFIX}*"), default=None)


def tidy(folder: Path) -> None:
    """Remove what a killed process left half written, and all but the last two checkpoints."""
    for partial in folder.glob(f"{_PARTIAL}*"):
        shutil.rmtree(partial, ignore_errors=True)
    for old in sorted(folder.glob(f"{_PREFIX}*"))[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
