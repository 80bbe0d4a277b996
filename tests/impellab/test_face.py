"""The thin face: every name is there, comes from its package, and importing it costs little."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import impellab

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(set(impellab.__all__) - {"__version__"}))
def test_each_name_is_that_of_its_package(name):
    home = impellab._HOME[name]
    package = __import__(home, fromlist=[name])
    assert getattr(impellab, name) is getattr(package, name)


def test_all_names_are_listed_once():
    listed = [name for names in impellab._HOMES.values() for name in names]
    assert len(listed) == len(set(listed))
    assert {*listed, "__version__"} == set(impellab.__all__)
    assert set(impellab.__all__) <= set(dir(impellab))


def test_an_unknown_name_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="'simulat'"):
        _ = impellab.simulat


def test_importing_it_imports_nothing_else():
    # Gymnasium, and NumPy with it, is there to know the ids.
    heavy = ("plants", "controllers", "experiments", "casadi", "matplotlib", "torch")
    code = f"import sys, impellab; print(sorted(set({heavy!r}) & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert answer.stdout.strip() == "[]"


def test_version_is_that_of_the_project():
    project = ROOT / "pyproject.toml"
    assert impellab.__version__ == tomllib.loads(project.read_text())["project"]["version"]


def test_make_takes_an_id_with_or_without_the_namespace():
    for name in ("Support-v1", "impellab/Support-v1"):
        env = impellab.make(name)
        assert env.spec.id == "impellab/Support-v1"
        env.close()


def test_the_module_is_the_command():
    answer = subprocess.run(
        [sys.executable, "-m", "impellab", "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert answer.stdout.startswith("impellab ")
