"""Build a shared object from C source, once per machine, and load it.

The cache lies in the user's own cache directory, or in a private temporary one where that cannot be
used: an account without a home, for example. A binary's name holds the hash of everything it
depends on and its own, so that one that was damaged is noticed before it is loaded. A build goes to
a private file first and is renamed into place, so that two processes may build at once. A directory
that another user could write to is not used.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import platform
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import platformdirs

from plants.compile.compiler import (
    FLAGS,
    BuildError,
    compile_source,
    compiler_version,
    find_compiler,
    no_compiler,
)
from plants.quantities import is_private, private_folder, temporary_path

#: Levels of optimisation. The sensitivities are long straight lines of sums and products in
#: lanes: more than vectorising them costs seconds and brings nothing, nor does joining more than
#: two instructions at a time.
FAST, QUICK = ("-O3",), ("-O1", "-ftree-vectorize", "--param=max-combine-insns=2")
#: That of code without lanes. What goes side by side there is put so already; what GCC would put
#: together besides, out of scattered numbers, costs a loop a sixth.
ONE_BY_ONE = ("-O3", "-fno-tree-slp-vectorize")
_BUILDING = "building-"
_ABANDONED = 3600.0  # s; a build that is older was killed
_Made = TypeVar("_Made")


class _UnusableCache(BuildError):
    """A cache directory cannot be used; another one may do."""


def cache_directory() -> Path:
    """The private directory of compiled kernels; ``$IMPELLAB_CACHE`` moves it."""
    return cache_directories()[0]


def cache_directories() -> tuple[Path, ...]:
    """Where compiled kernels may lie: the first that can be used is.

    ``$IMPELLAB_CACHE`` is the only one where it is set.
    """
    chosen = os.environ.get("IMPELLAB_CACHE")
    if chosen:
        return (Path(os.path.expanduser(chosen)).absolute() / "kernels",)
    try:
        user = Path(platformdirs.user_cache_dir("impellab")) / "kernels"
    except RuntimeError:  # Nobody knows a home; older releases keep the "~".
        user = Path("~")
    try:
        return user, temporary_path("kernels")
    except OSError:  # Nowhere can temporary files be written.
        return (user,)


@functools.cache
def _processor() -> str:
    """What ``-march=native`` depends on: a cache shared between machines must not mix them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return "".join(dict.fromkeys(x for x in lines if x.startswith(("model name", "flags"))))


def build_library(source: str, level: tuple[str, ...] = FAST) -> Path:
    """Path of the shared object of a C source, compiling it if it is not in the cache.

    Parameters
    ----------
    source : str
        Self-contained C99.
    level : tuple of str
        Optimisation: :data:`FAST`, :data:`QUICK` or :data:`ONE_BY_ONE`.

    Raises
    ------
    BuildError
        There is no compiler, it refused the source, or no cache directory can be used.
    """
    return _in_first_usable(lambda directory: _built(source, level, directory))


def load_library(source: str, level: tuple[str, ...] = FAST) -> ctypes.CDLL:
    """The shared object of a C source, compiled if it is not in the cache, and loaded.

    One that cannot be loaded, of another kind of machine for example, is built once more.

    Parameters
    ----------
    source : str
        Self-contained C99.
    level : tuple of str
        Optimisation: :data:`FAST`, :data:`QUICK` or :data:`ONE_BY_ONE`.

    Raises
    ------
    BuildError
        It cannot be built or loaded.
    """
    return _in_first_usable(lambda directory: _loaded(source, level, directory))


def _in_first_usable(make: Callable[[Path], _Made]) -> _Made:
    """What is made in the first cache directory that can be used."""
    reasons: list[str] = []
    for directory in cache_directories():
        try:
            made = make(directory)
        except _UnusableCache as error:
            reasons.append(str(error))
            continue
        if reasons:
            _warn_moved(directory, "; ".join(reasons))
        return made
    raise BuildError("; ".join(reasons))


@functools.cache
def _warn_moved(directory: Path, reason: str) -> None:
    warnings.warn(
        f"compiled kernels are kept in {directory} until it is cleared: {reason}",
        UserWarning,
        stacklevel=6,
    )


def _loaded(source: str, level: tuple[str, ...], directory: Path) -> ctypes.CDLL:
    refusal = ""
    for _ in range(2):
        path = _built(source, level, directory)
        try:
            return ctypes.CDLL(str(path))
        except OSError as error:
            refusal = str(error).replace(str(path), "it")
            with contextlib.suppress(OSError):
                path.unlink()
    raise _UnusableCache(f"the compiled kernel cannot be loaded from {directory}: {refusal}")


class _Address:
    """An argument that is the address of an array's numbers, or nothing."""

    @staticmethod
    def from_param(array: Any) -> ctypes.c_void_p | None:
        return None if array is None else ctypes.c_void_p(array.ctypes.data)


_ARGUMENTS = {"a": _Address, "p": ctypes.c_void_p, "l": ctypes.c_long, "i": ctypes.c_int}


def library_function(
    library: ctypes.CDLL, name: str, arguments: str, result: str | None = None
) -> Any:
    """A function of a loaded library.

    Parameters
    ----------
    library : CDLL
        From :func:`load_library`.
    name : str
        Name of the function.
    arguments : str
        A letter for each argument: ``a`` an array or None, ``p`` a pointer, ``l`` a long, ``i`` an
        int.
    result : str, optional
        The same of what it gives back; by default nothing.
    """
    function = getattr(library, name)
    function.restype = _ARGUMENTS[result] if result else None
    function.argtypes = [_ARGUMENTS[letter] for letter in arguments]
    return function


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def _built(source: str, level: tuple[str, ...], directory: Path) -> Path:
    """The shared object in a cache directory, compiled if it is not there."""
    cc = find_compiler()
    if cc is None:
        raise no_compiler()
    if not directory.is_absolute():
        raise _UnusableCache("there is no home directory")
    parts = (source, *cc, compiler_version(cc), *level, *FLAGS, platform.machine(), _processor())
    key = hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:32]
    try:
        private_folder(directory)
        for binary in sorted(directory.glob(f"{key}-*.so")):
            if is_private(binary) and binary.stem == f"{key}-{_digest(binary)}":
                return binary
            # Removed rather than written over: another process may be running from it.
            binary.unlink(missing_ok=True)
        _remove_abandoned(directory)
        with tempfile.TemporaryDirectory(prefix=_BUILDING, dir=directory) as folder:
            binary = compile_source(cc, source, Path(folder), level)
            binary.chmod(0o700)
            target = directory / f"{key}-{_digest(binary)}.so"
            os.replace(binary, target)
        return target
    except OSError as error:
        raise _UnusableCache(_unusable(directory, error)) from error


def _unusable(directory: Path, error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"cache directory {directory} cannot be used ({reason})"


def _remove_abandoned(directory: Path) -> None:
    """Remove what builds left that were killed."""
    for folder in directory.glob(f"{_BUILDING}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.lstat().st_mtime > _ABANDONED:
                shutil.rmtree(folder)
