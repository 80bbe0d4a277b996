"""Code of a user: it stays inside the program, and its errors are told with its own line."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn


@contextlib.contextmanager
def user_code() -> Iterator[None]:
    """While it lasts ``os._exit`` raises ``SystemExit``: a user's code must not end the program.

    Other threads and processes, also those that the code itself makes, end as ever.

    Examples
    --------
    >>> import os
    >>> from controllers.user_errors import user_code
    >>> with user_code():
    ...     os._exit(0)
    Traceback (most recent call last):
    ...
    SystemExit: 0
    """
    really, here = os._exit, (os.getpid(), threading.get_ident())

    def refused(status: int = 0) -> NoReturn:
        if (os.getpid(), threading.get_ident()) != here:
            really(status)
        raise SystemExit(status)

    os._exit = refused
    try:
        yield
    finally:
        os._exit = really


def ends_the_program(error: BaseException) -> bool:
    """Whether it is no error of the code: the user interrupts, or the program is terminated."""
    terminated = isinstance(error, SystemExit) and error.code == 128 + signal.SIGTERM
    return terminated or isinstance(error, KeyboardInterrupt)


def error_text(error: BaseException, path: str | None = None) -> str:
    """An error in one line, with the last line of a file that it passed.

    Parameters
    ----------
    error : BaseException
        As it was caught.
    path : str, optional
        The user's file; None for code that is not in a file of a user's.

    Examples
    --------
    >>> from controllers.user_errors import error_text
    >>> error_text(ValueError("no such level"))
    'ValueError: no such level'
    """
    try:
        message = " ".join(str(error).split())
    except Exception:  # Its own text fails.
        message = ""
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    line = None if path is None else _line(error, Path(path))
    return text if line is None else f"{text} ({path}, line {line})"


def _line(error: BaseException, path: Path) -> int | None:
    """The last line of the file that the error passed; of a syntax error, where it stands."""
    if isinstance(error, SyntaxError) and error.filename and _same(error.filename, path):
        return error.lineno
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if _same(frame.f_code.co_filename, path)]
    return lines[-1] if lines else None


def _same(name: str, path: Path) -> bool:
    return os.path.abspath(name) == os.path.abspath(path)
