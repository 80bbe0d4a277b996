"""Importing impellab says what hides one of its packages; each in a fresh interpreter."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("plants", "controllers", "envs", "experiments", "impellab")


def imported(code, *, folder, root=ROOT):
    """The answer of an interpreter in a folder, whose own modules come before the packages."""
    first = f"import sys; sys.path[:0] = [{str(folder)!r}, {str(root)!r}]"
    return subprocess.run(
        [sys.executable, "-c", f"{first}; {code}"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
    )


@pytest.mark.parametrize("package", ["plants", "controllers", "envs"])
@pytest.mark.parametrize("form", ["{}/__init__.py", "{}.py"])
def test_a_folder_or_file_of_the_users_own_is_named(tmp_path, package, form):
    mine = tmp_path / form.format(package)
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("x = 1\n")
    answer = imported("import impellab", folder=tmp_path)
    assert answer.returncode == 1
    said = answer.stderr.strip().splitlines()[-1]
    assert said.startswith("ImportError: ")
    named = mine.parent if mine.name == "__init__.py" else mine
    assert f"{named} hides" in said
    assert "rename it" in said


def test_without_the_command_line_the_rest_works(tmp_path):
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "__init__.py").write_text("")
    code = "import impellab; print(impellab.Patient.load('shock-d').name)"
    answer = imported(code, folder=tmp_path)
    assert answer.stdout.strip() == "shock-d"
    assert f"{tmp_path / 'experiments'} hides" in answer.stderr


def test_a_folder_that_is_no_package_hides_nothing(tmp_path):
    (tmp_path / "plants").mkdir()
    (tmp_path / "plants" / "ficus.txt").write_text("")
    answer = imported("import impellab, plants; print(plants.Patient.__name__)", folder=tmp_path)
    assert (answer.stdout.strip(), answer.stderr) == ("Patient", "")


@pytest.mark.parametrize("content", ["__version__ = '0.1'\n", ""])
def test_a_package_that_another_distribution_wrote_over_is_named(tmp_path, content):
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package)
    (tmp_path / "envs" / "__init__.py").write_text(content)
    answer = imported("import impellab", folder=tmp_path, root=tmp_path)
    assert answer.returncode == 1
    said = answer.stderr.strip().splitlines()[-1]
    assert str(tmp_path / "envs" / "__init__.py") in said
    assert "--force-reinstall" in said
