"""Compiled loops: the same numbers as the virtual machine, and every way a build can go wrong."""

from __future__ import annotations

import ctypes
import json
import os
import stat
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import casadi as ca
import numpy as np
import pytest

from plants import STATES, BeatMap, Plant, Simulator, plant_model, steady_state
from plants.beat import run_kernel
from plants.compile import (
    BuildError,
    VirtualMachineKernel,
    compiler,
    find_compiler,
    step_kernel,
    warn_virtual_machine,
)
from plants.compile.cache import build_library, cache_directory
from plants.compile.code import casadi_loop_source

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")
N = len(STATES)


def small() -> tuple[ca.Function, ca.Function]:
    """A step and an observation that compile in no time: a damped oscillator."""
    c, v = ca.SX.sym("c", 2), ca.SX.sym("v", 2)
    after = c + v[1] * ca.vertcat(c[1], -ca.sin(c[0]) - v[0] * c[1])
    return ca.Function("f", [c, v], [after]), ca.Function("g", [c, v], [c[0] ** 2])


def run_small(kernel) -> np.ndarray:
    carry = np.array([1.0, 0.0])
    log = kernel.run(carry, np.array([0.1, 0.01]), 500, 100)
    return np.concatenate([carry, log.ravel()])


@pytest.fixture
def empty_cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("IMPELLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "kernels"


@needs_compiler
@pytest.mark.parametrize("stride", [0, 1, 7, 100])
@pytest.mark.parametrize(
    ("patient", "device", "speed"), [("shock-d", "CP", 37_000), ("rv-failure", "5.5", 33_000)]
)
def test_a_run_is_the_same_on_both_backends(patient, device, speed, stride):
    plant = Plant(patient, device)
    values = plant.values(speed, {"systemic_resistance": 1.3}, 0.002)
    start = steady_state(plant, speed).state
    acc = np.asarray(plant_model().begin(start, values)).ravel()
    carries, logs = [], []
    for backend in ("compiled", "virtual-machine"):
        carry = np.concatenate([start, acc, acc])
        logs.append(run_kernel(backend).run(carry, values, 700, stride))
        carries.append(carry)
    assert carries[0] == pytest.approx(carries[1], rel=1e-9, abs=1e-9)
    assert logs[0].shape == logs[1].shape
    assert logs[0] == pytest.approx(logs[1], rel=1e-9, abs=1e-9)
    if stride:
        assert len(logs[0]) == -(-700 // stride)


@needs_compiler
def test_tangents_are_the_same_on_both_backends():
    plant = Plant("shock-d", "CP")
    compiled = BeatMap(plant, backend="compiled")
    interpreted = BeatMap(plant, backend="virtual-machine")
    state, values = plant.rest(), compiled.values(37_000)
    d_state = np.eye(N)[:3].copy()
    d_values = np.zeros((3, len(values)))
    d_values[0, 0], d_values[1, 5], d_values[2, 12] = 1.0, 1.0, 1.0
    ours, other = (
        beats.beat(state, values, d_state, d_values) for beats in (compiled, interpreted)
    )
    for name in ("state", "metrics", "d_state", "d_metrics"):
        a, b = getattr(ours, name), getattr(other, name)
        assert a == pytest.approx(b, rel=1e-9, abs=1e-8), name


@needs_compiler
def test_a_course_is_the_same_on_both_backends():
    metrics = []
    for backend in ("compiled", "virtual-machine"):
        simulator = Simulator(Plant("shock-c", "CP"), backend=backend)
        simulator.reset(speed=30_000)
        simulator.advance(42_000, 2.0)
        metrics.append(simulator.metrics())
    assert metrics[0] == pytest.approx(metrics[1], rel=1e-9, abs=1e-9)


@needs_compiler
def test_a_kernel_is_built_once_in_a_private_directory(empty_cache):
    step, observe = small()
    step_kernel(step, observe, backend="compiled")
    (binary,) = empty_cache.iterdir()
    assert binary.suffix == ".so"
    assert stat.S_IMODE(empty_cache.stat().st_mode) == 0o700
    assert stat.S_IMODE(binary.stat().st_mode) == 0o700
    built_at = binary.stat().st_mtime_ns
    step_kernel(step, observe, backend="compiled")
    assert [path.stat().st_mtime_ns for path in empty_cache.iterdir()] == [built_at]


@needs_compiler
def test_another_source_is_another_binary(empty_cache):
    step, observe = small()
    step_kernel(step, observe, backend="compiled")
    step_kernel(step, observe, tangent=True, backend="compiled")
    assert len(list(empty_cache.iterdir())) == 2


@needs_compiler
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_directory_that_others_may_write_to_is_not_used(empty_cache, mode):
    empty_cache.mkdir(parents=True)
    empty_cache.chmod(mode)
    with pytest.raises(BuildError, match="could be written by another user"):
        build_library("int x;")
    assert not list(empty_cache.iterdir())


def planted(content: bytes | None, mode: int = 0o700) -> Path:
    """A kernel's binary in the cache, tampered with; None cuts it short."""
    binary = build_library(casadi_loop_source(*small(), None))
    whole = binary.read_bytes()
    binary.write_bytes(whole[: len(whole) // 3] if content is None else content or b"")
    binary.chmod(mode)
    return binary


@needs_compiler
@pytest.mark.parametrize("content", [b"", b"no shared object", None])
@pytest.mark.parametrize("mode", [0o700, 0o777])
def test_a_binary_that_was_damaged_or_open_to_others_is_built_again(empty_cache, content, mode):
    binary = planted(content, mode)
    ours = run_small(step_kernel(*small(), backend="compiled"))
    assert ours == pytest.approx(run_small(VirtualMachineKernel(*small())), rel=1e-12)
    assert list(empty_cache.iterdir()) == [binary]
    assert stat.S_IMODE(binary.stat().st_mode) == 0o700


@needs_compiler
def test_another_library_under_the_name_of_a_kernel_is_not_loaded(empty_cache):
    binary = planted(b"")
    os.replace(build_library("int another_library(void) { return 1; }"), binary)
    ours = run_small(step_kernel(*small(), backend="compiled"))
    assert ours == pytest.approx(run_small(VirtualMachineKernel(*small())), rel=1e-12)


@needs_compiler
def test_a_library_that_cannot_be_loaded_falls_back(empty_cache, monkeypatch):
    def fail(_):
        raise OSError("failed to map segment from shared object")

    monkeypatch.setattr(ctypes, "CDLL", fail)
    warn_virtual_machine.cache_clear()
    with pytest.warns(UserWarning, match="cannot be loaded"):
        assert isinstance(step_kernel(*small()), VirtualMachineKernel)


def test_a_cache_that_cannot_be_made_falls_back(tmp_path, monkeypatch):
    blocked = tmp_path / "a-file"
    blocked.write_text("in the way")
    monkeypatch.setenv("IMPELLAB_CACHE", str(blocked / "below"))
    step, observe = small()
    warn_virtual_machine.cache_clear()
    with pytest.warns(UserWarning, match=r"virtual machine.*cannot be used"):
        kernel = step_kernel(step, observe)
    assert isinstance(kernel, VirtualMachineKernel)
    with pytest.raises(BuildError, match="cannot be used"):
        step_kernel(step, observe, backend="compiled")


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may write anywhere")
def test_a_cache_that_cannot_be_written_falls_back(empty_cache):
    empty_cache.mkdir(parents=True)
    empty_cache.chmod(0o500)
    warn_virtual_machine.cache_clear()
    with pytest.warns(UserWarning, match="cannot be used"):
        assert isinstance(step_kernel(*small()), VirtualMachineKernel)


def test_the_cache_lies_where_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("IMPELLAB_CACHE", str(tmp_path))
    assert cache_directory() == tmp_path / "kernels"
    monkeypatch.delenv("IMPELLAB_CACHE")
    assert cache_directory().name == "kernels"
    assert "impellab" in str(cache_directory())


def test_without_a_compiler_there_is_one_warning(empty_cache, monkeypatch):
    monkeypatch.setenv("CC", "/nonexistent/cc")
    assert find_compiler() is None
    warn_virtual_machine.cache_clear()
    step, observe = small()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kernels = [step_kernel(step, observe), step_kernel(step, observe, tangent=True)]
    assert [warning.category for warning in caught] == [UserWarning]
    assert "no C compiler" in str(caught[0].message)
    assert all(isinstance(kernel, VirtualMachineKernel) for kernel in kernels)
    with pytest.raises(BuildError, match="no C compiler"):
        step_kernel(step, observe, backend="compiled")


@needs_compiler
def test_a_source_that_does_not_compile_is_told(empty_cache):
    with pytest.raises(BuildError, match=r"failed: .*error"):
        build_library("this is no C;")
    assert not list(empty_cache.iterdir())  # no half-made file


@needs_compiler
def test_a_compiler_that_hangs_is_stopped(empty_cache, tmp_path, monkeypatch):
    hanging = tmp_path / "cc"
    hanging.write_text('#!/bin/sh\n[ "$1" = --version ] && echo slow 1.0 && exit\nexec sleep 60\n')
    hanging.chmod(0o755)
    monkeypatch.setenv("CC", str(hanging))
    monkeypatch.setattr(compiler, "_TIMEOUT", 0.5)
    with pytest.raises(BuildError, match="did not finish"):
        build_library("int x;")


def script(code: str, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_machine_without_a_compiler_gives_the_same_numbers_with_one_warning(tmp_path):
    """The whole way: import, steady state and a course in a fresh process."""
    child = script(
        """
        import json, warnings
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            from plants import Plant, Simulator
            simulator = Simulator(Plant("shock-d", "CP"))
            simulator.reset(speed=30_000)
            simulator.advance(44_000, 1.0)
        ours = [str(w.message) for w in caught if w.category is UserWarning]
        print(json.dumps({"warnings": ours, "metrics": simulator.metrics()}))
        """,
        CC="/nonexistent",
        IMPELLAB_CACHE=str(tmp_path / "empty"),
    )
    out, err = child.communicate(timeout=300)
    assert child.returncode == 0, err
    answer = json.loads(out)
    (warning,) = answer["warnings"]
    assert "virtual machine" in warning
    assert "no C compiler" in warning
    here = Simulator(Plant("shock-d", "CP"))
    here.reset(speed=30_000)
    here.advance(44_000, 1.0)
    assert answer["metrics"] == pytest.approx(here.metrics(), rel=1e-7, abs=1e-7)


@needs_compiler
def test_two_processes_may_build_at_once(tmp_path):
    code = """
        import casadi as ca, numpy as np
        from plants.compile import step_kernel
        c, v = ca.SX.sym("c", 1), ca.SX.sym("v", 1)
        kernel = step_kernel(ca.Function("f", [c, v], [c + v]), ca.Function("g", [c, v], [c]),
                     backend="compiled")
        carry = np.zeros(1)
        kernel.run(carry, np.ones(1), 10)
        print(carry[0])
        """
    children = [script(code, IMPELLAB_CACHE=str(tmp_path)) for _ in range(3)]
    for child in children:
        out, err = child.communicate(timeout=120)
        assert child.returncode == 0, err
        assert out.strip() == "10.0"
    assert [path.suffix for path in (tmp_path / "kernels").iterdir()] == [".so"]
