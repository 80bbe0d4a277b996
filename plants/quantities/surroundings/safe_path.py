"""Paths that are safe to write to: file names out of any name, and private temporary folders."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
import unicodedata
from collections.abc import Iterable
from pathlib import Path

#: Most bytes of a file name; its ending and the prefix of a temporary one still fit into 255.
MOST_BYTES = 100
_DIGITS = 8
_ALLOWED = "-_.+ "
#: Devices on Windows, whatever the ending.
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(10)))
)


def file_name(name: str) -> str:
    """A file name, without ending, that says the name and is that of no other name.

    Letters and digits of any language, spaces and ``-_.+`` stay. A name that is no file name on
    every system is cut and changed, and gets a hash after a ``~``.

    Parameters
    ----------
    name : str
        Any text.

    Examples
    --------
    >>> from plants.quantities import file_name
    >>> file_name("shock-d"), file_name("../shock-d/3"), file_name("nul")
    ('shock-d', '_shock-d_3~1c86ce4f', '_nul~99e62427')
    """
    safe = "".join(map(_safe, unicodedata.normalize("NFC", name)))
    safe = os.fsencode(safe)[:MOST_BYTES].decode(errors="ignore").lstrip(".- ").rstrip(". ")
    if safe.partition(".")[0].rstrip().lower() in _RESERVED:
        safe = f"_{safe}"
    if safe == name and name:
        return name
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
    return f"{safe or '_'}~{digest}"


def file_names(names: Iterable[str]) -> list[str]:
    """File names of several things, no two the same where capitals do not count.

    Examples
    --------
    >>> from plants.quantities import file_names
    >>> file_names(["a", "A", "a", "b"])
    ['a', 'A~2', 'a~3', 'b']
    """
    taken: set[str] = set()
    chosen = []
    for name in names:
        plain = unique = file_name(name)
        number = 1
        while unique.casefold() in taken:
            number += 1
            unique = f"{plain}~{number}"
        taken.add(unique.casefold())
        chosen.append(unique)
    return chosen


def _safe(character: str) -> str:
    try:
        os.fsencode(character)
    except UnicodeEncodeError:  # This file system's names have no such letter.
        return "_"
    return character if character.isalnum() or character in _ALLOWED else "_"


def is_private(path: Path) -> bool:
    """Whether it is no link, belongs to this user and nobody else may write to it.

    Raises
    ------
    OSError
        It cannot be looked at.
    """
    status = path.lstat()
    foreign = hasattr(os, "getuid") and status.st_uid != os.getuid()
    writable = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return not (foreign or writable or stat.S_ISLNK(status.st_mode))


def temporary_path(name: str) -> Path:
    """Where this user's temporary folder of that name lies; the same in every process.

    Raises
    ------
    OSError
        Nowhere can temporary files be written.
    """
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"impellab-{name}-{user}"


def private_folder(path: Path) -> Path:
    """A folder that only this user may write to, made if it is not there.

    Raises
    ------
    OSError
        It cannot be made, or another user could write to it.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not is_private(path):
        raise PermissionError(errno.EPERM, "could be written by another user", os.fspath(path))
    return path
