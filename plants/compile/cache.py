"""Build a shared object from C source, once per machine, and load it.

The cache lies in the user's own cache directory. A binary's name holds the hash of everything it
depends on and its own, so that one that was damaged is noticed before it is loaded. A build goes to
a private file first and is renamed into place, so that two processes may build at once. A directory
that another user could write to is not used.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import platform
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import platformdirs

# No -ffast-math: in a shared object it would set flush-to-zero for the whole process.
FLAGS = (
    "-march=native",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=fast",
    "-fopenmp-simd",
)
#: Levels of optimisation. The sensitivities are long straight lines of sums and products in
#: lanes: more than vectorising them costs seconds and brings nothing.
FAST, QUICK = ("-O3",), ("-O1", "-ftree-vectorize")
_ALWAYS = ("-std=c99", "-shared", "-fPIC")
_TIMEOUT = 300.0  # s; a build takes seconds


class BuildError(RuntimeError):
    """The C compiler is missing or refused the source; the text says which."""


def find_compiler() -> str | None:
    """Path of the C compiler: ``$CC`` if set, else the first of cc, gcc, clang; None if none."""
    wanted = os.environ.get("CC")
    names = (wanted,) if wanted else ("cc", "gcc", "clang")
    return next((path for name in names if (path := shutil.which(name))), None)


@functools.cache
def compiler_version(path: str) -> str:
    """First line of what the compiler says of itself; part of the cache key."""
    try:
        answer = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return answer.stdout.splitlines()[0] if answer.stdout else "unknown"


def cache_directory() -> Path:
    """The private directory of compiled kernels; ``$IMPELLAB_CACHE`` moves it."""
    base = os.environ.get("IMPELLAB_CACHE") or platformdirs.user_cache_dir("impellab")
    return Path(base) / "kernels"


@functools.cache
def _processor() -> str:
    """What ``-march=native`` depends on: a cache shared between machines must not mix them."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return "".join(dict.fromkeys(x for x in lines if x.startswith(("model name", "flags"))))


def _private(directory: Path) -> bool:
    """Whether the directory belongs to this user and nobody else may write to it."""
    status = directory.stat()
    foreign = hasattr(os, "getuid") and status.st_uid != os.getuid()
    return not foreign and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def build_library(source: str, level: tuple[str, ...] = FAST) -> Path:
    """Path of the shared object of a C source, compiling it if it is not in the cache.

    Parameters
    ----------
    source : str
        Self-contained C99.
    level : tuple of str
        Optimisation: :data:`FAST` or :data:`QUICK`.

    Raises
    ------
    BuildError
        There is no compiler, it refused the source, or the cache directory cannot be used.
    """
    cc = find_compiler()
    if cc is None:
        looked = os.environ.get("CC")
        where = f"$CC is {looked}, which is not there" if looked else "looked for cc, gcc, clang"
        raise BuildError(f"no C compiler found ({where})")
    parts = (source, compiler_version(cc), *level, *FLAGS, platform.machine(), _processor())
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    directory = cache_directory()
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _private(directory):
            raise BuildError(f"cache directory {directory} could be written by another user")
        for binary in sorted(directory.glob(f"{key}-*.so")):
            if _private(binary) and binary.stem == f"{key}-{_digest(binary)}":
                return binary
            # Removed rather than written over: another process may be running from it.
            binary.unlink(missing_ok=True)
        return _compile(cc, source, directory, key, level)
    except OSError as error:
        raise BuildError(f"cache directory {directory} cannot be used: {error}") from error


def load_library(source: str, level: tuple[str, ...] = FAST) -> ctypes.CDLL:
    """The shared object of a C source, compiled if it is not in the cache, and loaded.

    Parameters
    ----------
    source : str
        Self-contained C99.
    level : tuple of str
        Optimisation: :data:`FAST` or :data:`QUICK`.

    Raises
    ------
    BuildError
        It cannot be built or loaded.
    """
    path = build_library(source, level)
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:  # A cache on a file system that nothing may be run from, for example.
        raise BuildError(f"the compiled kernel cannot be loaded: {error}") from error


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


def _compile(cc: str, source: str, directory: Path, key: str, level: tuple[str, ...]) -> Path:
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        code, binary = Path(folder) / "kernel.c", Path(folder) / "kernel.so"
        code.write_text(source)
        command = [cc, *_ALWAYS, *level, *FLAGS, str(code), "-o", str(binary), "-lm"]
        try:
            answer = subprocess.run(
                command, capture_output=True, text=True, timeout=_TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise BuildError(f"{cc} did not finish within {_TIMEOUT:g} s") from error
        if answer.returncode != 0:
            first = (answer.stderr.strip().splitlines() or ["no message"])[0]
            raise BuildError(f"{cc} failed: {first}")
        binary.chmod(0o700)
        target = directory / f"{key}-{_digest(binary)}.so"
        os.replace(binary, target)
    return target
