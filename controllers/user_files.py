"""Files of users as modules, under names that say where the file lies.

A controller of a user's own can so be pickled: another process, of a pool of spawned workers for
example, finds its class by importing a module ``controllers.user_files.NAME``, and runs the file
that the name means. Nothing is on disk under such a name.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

from controllers.user_errors import user_code

# Python asks for modules inside this one as in a folder.
__path__: list[str] = []
_PREFIX = f"{__name__}."


def run_user_file(path: Path) -> ModuleType:
    """The module made by running a file, anew each time.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    BaseException
        Whatever the file raises.
    """
    name = _module_name(path)
    sys.modules.pop(name, None)
    return importlib.import_module(name)


def _module_name(path: Path) -> str:
    return _PREFIX + os.fsencode(path.resolve()).hex()


class _RunsInside(SourceFileLoader):
    """Runs a file that must not end the program."""

    def exec_module(self, module: ModuleType) -> None:
        with user_code():
            super().exec_module(module)


class _Finder(MetaPathFinder):
    """Finds a user's file by the name of its module."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_PREFIX):
            return None
        try:
            file = os.fsdecode(bytes.fromhex(fullname.removeprefix(_PREFIX)))
        except ValueError:
            return None
        return spec_from_file_location(fullname, file, loader=_RunsInside(fullname, file))


sys.meta_path.append(_Finder())
