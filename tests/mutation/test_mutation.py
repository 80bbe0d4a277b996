"""Small faults, put in one at a time: each must make a named test fail.

``faults.toml`` lists them. ``make mutation`` copies the checkout, puts a fault into the copy and
runs the test that must notice it. A fault that nothing notices is a gap in the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAULTS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "faults.toml").read_text(encoding="utf-8")
)["fault"]
#: What a copy of the checkout needs for a test to run in it.
NEEDED = (
    "plants",
    "controllers",
    "envs",
    "experiments",
    "impellab",
    "tests",
    "docs",
    "results",
    "README.md",
    "pyproject.toml",
)
_NAMES = [fault["name"] for fault in FAULTS]
_TESTS_FAILED = 1  # pytest's exit code; others mean that nothing ran
_LONGEST = 600.0  # s


def faulty(fault: dict[str, Any]) -> str:
    """The text of the file with the fault in it."""
    text = (ROOT / fault["file"]).read_text(encoding="utf-8")
    assert text.count(fault["is"]) == 1, f"{fault['file']} holds {fault['is']!r} not once"
    return text.replace(fault["is"], fault["becomes"])


def run(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Run one test in a copy of the checkout, whose packages go before installed ones."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-x", "-p", "no:cacheprovider", test],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=_LONGEST,
        check=False,
    )


def test_names_are_there_once():
    assert len(set(_NAMES)) == len(_NAMES)


@pytest.mark.parametrize("fault", FAULTS, ids=_NAMES)
def test_the_fault_can_be_put_in_and_its_test_exists(fault):
    assert set(fault) == {"name", "file", "is", "becomes", "test"}
    compile(faulty(fault), fault["file"], "exec") if fault["file"].endswith(".py") else None
    assert faulty(fault) != (ROOT / fault["file"]).read_text(encoding="utf-8")
    path, _, function = fault["test"].partition("::")
    name = function.rpartition("::")[2].partition("[")[0]
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=_NAMES)
def test_the_fault_is_noticed(fault, tmp_path):
    for name in NEEDED:
        source, target = ROOT / name, tmp_path / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    (tmp_path / fault["file"]).write_text(faulty(fault), encoding="utf-8")
    answer = run(tmp_path, fault["test"])
    assert answer.returncode == _TESTS_FAILED, answer.stdout[-3000:] + answer.stderr[-1000:]
