"""The C compiler: words of a command, not always the name of one program."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import casadi as ca
import pytest

from plants.compile import (
    BuildError,
    VirtualMachineKernel,
    find_compiler,
    load_library,
    step_kernel,
)
from plants.compile.cache import build_library

GCC = shutil.which("gcc") or shutil.which("cc")
needs_compiler = pytest.mark.skipif(GCC is None, reason="no C compiler here")


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("IMPELLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "kernels"


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@needs_compiler
@pytest.mark.parametrize("flags", ["-m64", "-O1 -g", "-DTEXT='two words'"])
def test_flags_go_to_the_compiler(monkeypatch, flags):
    monkeypatch.setenv("CC", f"{GCC} {flags}")
    assert find_compiler()[0] == GCC
    assert load_library(f"int answer(void) {{ return {len(flags)}; }}").answer() == len(flags)


@needs_compiler
def test_a_wrapper_is_called_and_is_part_of_the_key(tmp_path, monkeypatch):
    wrapper = program(tmp_path / "wrap", f'echo "$@" >> {tmp_path}/called; exec "$@"')
    source = "int x;"
    plain = build_library(source)
    monkeypatch.setenv("CC", f"{wrapper} {GCC}")
    wrapped = build_library(source)
    assert GCC in (tmp_path / "called").read_text()
    assert plain.name != wrapped.name
    monkeypatch.setenv("CC", f"{wrapper} {GCC} -DNOTHING")
    assert build_library(source).name.partition("-")[0] != wrapped.name.partition("-")[0]


@needs_compiler
@pytest.mark.parametrize("quoted", [False, True])
def test_a_path_may_hold_spaces(tmp_path, monkeypatch, quoted):
    path = program(tmp_path / "my tools" / "a compiler", f'exec {GCC} "$@"')
    monkeypatch.setenv("CC", f'"{path}" -m64' if quoted else str(path))
    assert load_library("int answer(void) { return 7; }").answer() == 7


@pytest.mark.parametrize("text", ["true", "true -m64", "/nonexistent/cc -m64", "gcc 'unbalanced"])
def test_what_is_no_compiler_is_told_once_and_rightly(tmp_path, monkeypatch, text):
    monkeypatch.setenv("CC", text)
    c, v = ca.SX.sym("c", 1), ca.SX.sym("v", 1)
    step, observe = ca.Function("f", [c, v], [c + v]), ca.Function("g", [c, v], [c])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for tangent in (False, True):
            assert isinstance(step_kernel(step, observe, tangent=tangent), VirtualMachineKernel)
    (warning,) = caught
    assert text in str(warning.message)
    assert str(tmp_path) not in str(warning.message)
    with pytest.raises(BuildError, match=r"no C compiler"):
        build_library("int x;")


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_name_is_none(monkeypatch, blank):
    monkeypatch.delenv("CC", raising=False)
    usual = find_compiler()
    monkeypatch.setenv("CC", blank)
    assert find_compiler() == usual
