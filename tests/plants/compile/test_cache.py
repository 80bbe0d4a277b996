"""Where compiled kernels lie when the usual place cannot be used, and binaries that do not load."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pytest

from plants.compile import BuildError, cache, find_compiler, load_library
from plants.compile.cache import build_library, cache_directories, cache_directory

pytestmark = [
    pytest.mark.skipif(find_compiler() is None, reason="no C compiler here"),
    pytest.mark.skipif(os.name != "posix", reason="homes and modes are POSIX's"),
]
ANSWER = "int answer(void) { return 42; }"

#: As for an account that no list of users knows.
NOBODY = """
import json, os, pwd, sys
def unknown(*_):
    raise KeyError("uid not found")
pwd.getpwuid = pwd.getpwnam = unknown
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    """The folder of temporary files, and a home that cannot be used."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "home").write_text("a file where a folder should be")
    monkeypatch.delenv("IMPELLAB_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    cache._warn_moved.cache_clear()
    return tmp_path / "tmp"


def in_a_process(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH")}
    return subprocess.run(
        [sys.executable, "-c", NOBODY + code],
        env=kept | {"TMPDIR": str(folder), "OMP_NUM_THREADS": "1"} | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_an_account_without_a_home_simulates_with_one_note(tmp_path):
    load = f"from plants.compile import load_library\nprint(load_library('{ANSWER}').answer())"
    answer = in_a_process(load, tmp_path)
    assert (answer.returncode, answer.stdout) == (0, "42\n"), answer.stderr
    assert answer.stderr.count("no home directory") == 1
    (directory,) = tmp_path.glob("impellab-kernels-*")
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    # To compile the plant once more would take most of the time.
    for kernel in cache_directory().glob("*.so"):
        shutil.copy(kernel, directory)
    simulate = """
from experiments.cli import main
sys.argv = ["impellab", "simulate", "--patient", "shock-d", "--duration", "2", "--json"]
sys.exit(main())
"""
    answer = in_a_process(simulate, tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert 40 < json.loads(answer.stdout)["metrics"]["map"] < 80
    (note,) = answer.stderr.strip().splitlines()
    assert "no home directory" in note
    assert "virtual machine" not in note
    assert not (tmp_path / "~").exists()
    (of_matplotlib,) = tmp_path.glob("impellab-matplotlib-*")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"runs", directory.name, of_matplotlib.name}


def test_a_home_that_cannot_be_used_gives_a_private_temporary_folder(temporary):
    with pytest.warns(UserWarning, match=r"kept in .*impellab-kernels-"):
        assert load_library(ANSWER).answer() == 42
    directory = cache_directories()[-1]
    assert directory.parent == temporary
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Told already.
        load_library(ANSWER)


def planted(directory: Path, kind: str) -> None:
    """What another user may have put where the temporary folder is looked for."""
    if kind == "link":
        (directory.parent / "elsewhere").mkdir(mode=0o700)
        directory.symlink_to(directory.parent / "elsewhere")
    elif kind == "file":
        directory.write_text("")
    else:
        directory.mkdir()
        directory.chmod(0o777)


@pytest.mark.parametrize("kind", ["link", "file", "open to all"])
def test_a_temporary_folder_that_is_not_private_is_not_used(temporary, kind):
    planted(cache_directories()[-1], kind)
    with pytest.raises(BuildError, match="impellab-kernels-"):
        build_library(ANSWER)
    assert not list(temporary.rglob("*.so"))


def test_a_temporary_folder_of_another_user_is_not_used(temporary, monkeypatch):
    own = os.getuid()
    cache_directories()[-1].mkdir(mode=0o700)
    directory = cache_directories()[-1]
    monkeypatch.setattr(cache, "cache_directories", lambda: (directory,))
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    with pytest.raises(BuildError, match="another user"):
        build_library(ANSWER)


def with_a_right_digest(directory: Path, binary: Path, content: bytes) -> Path:
    """Another content under the name that its hash gives it, as if it had been built here."""
    binary.write_bytes(content)
    name = f"{binary.stem.partition('-')[0]}-{cache._digest(binary)}.so"
    return binary.rename(directory / name)


@pytest.mark.parametrize("content", ["text", "other machine", "missing symbol"])
def test_a_binary_that_cannot_be_loaded_is_built_once_more(tmp_path, monkeypatch, content):
    monkeypatch.setenv("IMPELLAB_CACHE", str(tmp_path))
    whole = build_library(ANSWER)
    data = bytearray(whole.read_bytes())
    if content == "other machine":
        data[18:20] = (0xF7, 0x7F)  # e_machine of an ELF header
    elif content == "text":
        data = bytearray(b"no library")
    else:
        source = "extern int nowhere_at_all(void); int answer(void) { return nowhere_at_all(); }"
        data = bytearray(
            build_library(f"{source} int (*held)(void) = nowhere_at_all;").read_bytes()
        )
    bad = with_a_right_digest(whole.parent, whole, bytes(data))
    assert load_library(ANSWER).answer() == 42
    assert not bad.exists()


def test_a_compiler_whose_binaries_do_not_load_is_asked_twice_at_most(tmp_path, monkeypatch):
    compiler = tmp_path / "cc"
    compiler.write_text(
        f"#!/bin/sh\necho call >> {tmp_path}/calls\n"
        'while [ "$1" != -o ]; do [ $# = 0 ] && exit; shift; done; echo nothing > "$2"\n'
    )
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    monkeypatch.setenv("IMPELLAB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(BuildError, match="cannot be loaded"):
        load_library(ANSWER)
    assert (tmp_path / "calls").read_text().count("call") == 3  # its version, and two builds
    assert not list((tmp_path / "cache").rglob("*.so"))


def test_what_a_killed_build_left_is_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPELLAB_CACHE", str(tmp_path))
    directory = build_library(ANSWER).parent
    old, new = directory / "building-old", directory / "building-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "kernel.c").write_text("")
    long_ago = time.time() - 2 * cache._ABANDONED
    os.utime(old, (long_ago, long_ago))
    build_library("int another;")
    assert new.exists()
    assert not old.exists()
