"""What every figure of the project is drawn with, whatever the user's own settings are."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from plants.quantities.surroundings.safe_path import private_folder, temporary_path

_BACKEND, _FOLDER = "MPLBACKEND", "MPLCONFIGDIR"


@contextlib.contextmanager
def figure_defaults() -> Iterator[None]:
    """Matplotlib's own defaults for what is made and drawn inside; the user's come back after.

    Text is shown as it is: a dollar sign in a name begins no formula.
    """
    matplotlib = _matplotlib()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams["text.parse_math"] = False
        yield


@functools.cache
def _matplotlib() -> ModuleType:
    """Matplotlib, imported also where the backend that is asked for is not there."""
    if not _writable_home():
        with contextlib.suppress(OSError):
            # Otherwise it makes one for each process, and its list of fonts anew.
            os.environ.setdefault(_FOLDER, str(private_folder(temporary_path("matplotlib"))))
    wanted = os.environ.pop(_BACKEND, None)
    try:
        import matplotlib
    finally:
        if wanted is not None:
            os.environ[_BACKEND] = wanted
    if wanted is not None:
        with contextlib.suppress(ValueError):
            matplotlib.rcParams["backend"] = wanted  # as its import would have done
    return matplotlib


def _writable_home() -> bool:
    try:
        return os.access(Path.home(), os.W_OK | os.X_OK)
    except RuntimeError:
        return False
