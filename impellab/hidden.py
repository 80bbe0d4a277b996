"""Tells where a package of the project is hidden by another one of the same name.

The packages have short names. A folder ``plants`` beside a user's script comes before the installed
one on Python's path, and another distribution may have written over it.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Without these nothing works; the command line alone needs ``experiments``.
_NEEDED = ("plants", "controllers", "envs")
_COMMANDS = "experiments"
_HERE = Path(__file__).resolve().parents[1]


def refuse_hidden(offered: Mapping[str, Sequence[str]]) -> None:
    """Refuse to go on where a package is hidden or written over.

    Parameters
    ----------
    offered : mapping of str to sequence of str
        Names that each package offers, by its own.

    Raises
    ------
    ImportError
        One of ``plants``, ``controllers`` and ``envs`` is; the message says what to do. For
        ``experiments``, which the command line alone needs, there is a warning.
    """
    for package in _NEEDED:
        if reason := _hidden(package, offered.get(package, ())):
            raise ImportError(reason, name=package)
    if reason := _hidden(_COMMANDS, ()):
        warnings.warn(f"{reason} (until then the command line does not work)", stacklevel=3)


def _hidden(package: str, names: Sequence[str]) -> str:
    """What hides a package, and what to do about it; empty where nothing does."""
    if not _HERE.is_dir():  # inside an archive, where nothing is written over
        return ""
    own = _HERE / package / "__init__.py"
    text = own.read_text(encoding="utf-8") if own.is_file() else ""
    if not text or any(name not in text for name in names):
        return (
            f"{own} is not impellab's any more: another distribution called {package!r}, or with a "
            f"package of that name, was installed over it; uninstall that one, and install "
            f"impellab again (pip install --force-reinstall impellab)"
        )
    spec = importlib.util.find_spec(package)
    assert spec is not None  # our own is there at least
    places = list(spec.submodule_search_locations or [str(spec.origin)])
    if any(Path(place).resolve() == own.parent for place in places):
        return ""
    return (
        f"{places[0]} hides impellab's own package {package!r} ({own.parent}): rename it, or run "
        f"Python from another folder (python -P leaves the script's own out of the path)"
    )
