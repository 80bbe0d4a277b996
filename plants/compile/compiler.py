"""The C compiler: which one, what it says of itself, and a shared object from a source."""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import subprocess
from pathlib import Path

# No -ffast-math: in a shared object it would set flush-to-zero for the whole process. Loops over
# lanes are not unrolled: GCC would do so before it vectorises them, which with four lanes takes six
# times as long to build and gains nothing.
FLAGS = (
    "-march=native",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=fast",
    "-fopenmp-simd",
    "--param=max-completely-peel-times=1",
)
_ALWAYS = ("-std=c99", "-shared", "-fPIC")
_TIMEOUT = 300.0  # s; a build takes seconds


class BuildError(RuntimeError):
    """The C compiler is missing or refused the source; the text says which."""


def find_compiler() -> tuple[str, ...] | None:
    """The C compiler as words of a command: ``$CC`` if set, else cc, gcc or clang; None if none.

    ``$CC`` may name a wrapper and flags, as a shell would read them (``ccache gcc -m64``), or be
    the path of a program, spaces and all.
    """
    wanted = os.environ.get("CC", "").strip()
    commands = [_words(wanted)] if wanted else [("cc",), ("gcc",), ("clang",)]
    for program, *flags in filter(None, commands):
        if path := shutil.which(program):
            return (path, *flags)
    return None


def no_compiler() -> BuildError:
    """The error where there is none."""
    wanted = os.environ.get("CC", "").strip()
    where = f"$CC is {wanted}, which is not there" if wanted else "looked for cc, gcc, clang"
    return BuildError(f"no C compiler found ({where})")


def _words(command: str) -> tuple[str, ...]:
    if shutil.which(command):
        return (command,)
    try:
        return tuple(shlex.split(command))
    except ValueError:  # a quotation mark without another
        return ()


@functools.cache
def compiler_version(command: tuple[str, ...]) -> str:
    """First line of what the compiler says of itself; part of the cache key."""
    try:
        answer = _answer([*command, "--version"], 30.0)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return answer.stdout.splitlines()[0] if answer.stdout else "unknown"


def compile_source(
    command: tuple[str, ...], source: str, folder: Path, level: tuple[str, ...]
) -> Path:
    """Compile a source in a folder; gives the shared object.

    Raises
    ------
    BuildError
        The compiler refused it, did not finish or made nothing.
    OSError
        The folder cannot be written to, or the compiler not be run.
    """
    code, binary = folder / "kernel.c", folder / "kernel.so"
    code.write_text(source, encoding="utf-8")
    words = [*command, *_ALWAYS, *level, *FLAGS, str(code), "-o", str(binary), "-lm"]
    called = shlex.join(command)
    try:
        answer = _answer(words, _TIMEOUT)
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{called} did not finish within {_TIMEOUT:g} s") from error
    if answer.returncode != 0:
        # Without the private folder, so that the same reason is told once.
        text = answer.stderr.strip().replace(str(code), code.name)
        raise BuildError(f"{called} failed: {(text.splitlines() or ['no message'])[0]}")
    if not binary.is_file() or not binary.stat().st_size:
        raise BuildError(f"{called} made no shared object: it is no C compiler ($CC names it)")
    return binary


def _answer(words: list[str], seconds: float) -> subprocess.CompletedProcess[str]:
    # A message in another encoding than the terminal's must not hide what it says.
    return subprocess.run(
        words, capture_output=True, encoding="utf-8", errors="replace", timeout=seconds, check=False
    )
