"""The house: folders with faces, imports through them, and a layout that a reader can hold."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("plants", "controllers", "envs", "experiments", "impellab")
MOST_FILES = 15  # in a folder, besides its face
#: What the installed command and ``python -m`` call: no part of what the package offers.
COMMAND_LINE = "experiments.cli"
#: Tests of a topic that spans several modules.
TOPICS = {
    "controllers/nmpc/test_reproducible.py",
    "controllers/test_copies.py",
    "controllers/weaning/test_course.py",
    "envs/test_contract.py",
    "envs/test_copies.py",
    "envs/test_learning.py",
    "envs/test_seeding.py",
    "envs/test_space.py",
    "experiments/benchmark/test_resume.py",
    "experiments/studies/test_units.py",
    "experiments/test_surroundings.py",
    "experiments/training/test_reference_policy.py",
    "experiments/trials/test_death_verdict.py",
    "plants/simulation/test_heart_rate_changes.py",
    "experiments/weaning/test_wean_command.py",
    "experiments/weaning/test_wean_document.py",
    "impellab/test_face.py",
    "plants/bedside/test_position.py",
    "plants/plant/test_invariants.py",
    "plants/plant/test_second_derivatives.py",
    "plants/test_copies.py",
    "plants/test_reference.py",
}


def source_files() -> dict[str, Path]:
    """Files of the packages by the name of their module."""
    files = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


FILES = source_files()
FOLDERS = sorted(name for name, path in FILES.items() if path.name == "__init__.py")


def folder_of(module: str) -> str:
    """The folder that a module lies in; a face lies in its own."""
    return module if module in FOLDERS else module.rpartition(".")[0]


def imports(module: str) -> list[tuple[int, str, str]]:
    """Line, module and name of everything that a file takes from the packages."""
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    return [
        (node.lineno, node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0
        if node.module.partition(".")[0] in PACKAGES
        for alias in node.names
    ]


def reaches_past_a_face(importer: str, target: str) -> bool:
    """Whether a module is imported that lies in another folder than those around the importer."""
    if target in FOLDERS or target == COMMAND_LINE:
        return False
    home, here = folder_of(target), folder_of(importer)
    return not (here == home or here.startswith(f"{home}."))


def test_imports_go_through_the_faces():
    past = [
        f"{FILES[importer].relative_to(ROOT)}:{line}: {name} of {target}"
        for importer in FILES
        for line, target, name in imports(importer)
        if reaches_past_a_face(importer, target)
    ]
    assert past == []


def test_reaching_past_a_face_would_be_seen():
    assert reaches_past_a_face("envs.support", "plants.pumps.motor")
    assert reaches_past_a_face("plants.batch.kernel", "plants.beat.map")
    assert not reaches_past_a_face("plants.pumps.dynamics", "plants.pumps.motor")
    assert not reaches_past_a_face("plants.slow.laws.oxygen", "plants.slow.clock")
    assert not reaches_past_a_face("envs.support", "plants.pumps")


def offered(folder: str) -> dict[str, str]:
    """What a face imports: the names it offers, and what each is imported as."""
    tree = ast.parse(FILES[folder].read_text(encoding="utf-8"))
    return {
        alias.name: alias.asname or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in PACKAGES
        for alias in node.names
    }


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_folder_says_what_it_offers(folder):
    """A package in ``__all__``, which ``help`` shows; a folder in it by ``name as name``."""
    tree = ast.parse(FILES[folder].read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the face has no docstring"
    names = offered(folder)
    if folder == "impellab":
        return  # its names are those of tests/impellab/test_face.py
    if folder in PACKAGES and names:
        assert set(importlib.import_module(folder).__all__) == set(names)
    elif names:
        assert all(isinstance(node, ast.ImportFrom) for node in tree.body[1:])
        assert names == {name: name for name in names}


def test_a_face_gives_what_it_offers_and_no_more():
    """Nobody takes from a face what it only happens to hold, such as a name of its imports."""
    taken = [
        f"{FILES[importer].relative_to(ROOT)}:{line}: {name} of {target}"
        for importer in FILES
        for line, target, name in imports(importer)
        if target in FOLDERS and target not in PACKAGES
        if name not in offered(target) and f"{target}.{name}" not in FOLDERS
        if not importer.startswith(f"{target}.") or f"{target}.{name}" not in FILES
    ]
    assert taken == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_name_is_a_module_and_something_else(folder):
    if folder == "experiments.training":
        pytest.skip("imports torch; its names are those of the other tests")
    face = importlib.import_module(folder)
    for name in offered(folder):
        if f"{folder}.{name}" in FILES:
            assert getattr(face, name).__name__ == f"{folder}.{name}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_folder_holds_too_many_files(folder):
    files = [module for module in FILES if module not in FOLDERS and folder_of(module) == folder]
    assert len(files) <= MOST_FILES


def test_names_in_the_equations_are_checked_and_the_formatter_wins():
    for module, path in FILES.items():
        text = path.read_text(encoding="utf-8")
        assert "SimpleNamespace" not in text, f"{module}: mypy sees no misspelt name in it"
        assert "fmt: skip" not in text, module
        assert "fmt: off" not in text, module


def test_variables_say_what_they_hold():
    vague = {"one", "found"}
    bound = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (*FILES.values(), *(ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in vague)
        or (isinstance(node, ast.arg) and node.arg in vague)
    ]
    assert bound == []


def test_tests_mirror_the_modules():
    """Every test file stands where its module does, but for topics that span modules."""
    strays = set()
    for package in PACKAGES:
        for path in (ROOT / "tests" / package).rglob("test_*.py"):
            place = path.relative_to(ROOT / "tests")
            module = ROOT / place.with_name(path.name.removeprefix("test_"))
            if not module.is_file() and not module.with_suffix("").is_dir():
                strays.add(place.as_posix())
    assert strays <= TOPICS


def test_the_guide_names_every_folder():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    inner = {folder: folder.rpartition(".")[2] + "/" for folder in FOLDERS if folder.count(".") > 1}
    for folder in FOLDERS:
        whole = folder.replace(".", "/")
        named = f"`{whole}`" in text or inner.get(folder, whole) in text
        studied = folder.startswith("experiments.studies.") and f"`{folder.split('.')[2]}`" in text
        assert named or studied or folder in PACKAGES, f"{whole} is not in docs/architecture.md"


def test_only_training_imports_heavy_libraries_at_once():
    heavy = ("torch", "stable_baselines3", "pandas", "matplotlib", "scipy", "jinja2", "xarray")
    apart = ("experiments.training", "experiments.speed.peers", "experiments.speed.learning")
    modules = [
        module
        for module in FILES
        if not module.startswith(apart) and not module.endswith("__main__")
    ]
    code = (
        "import importlib, sys\n"
        f"for module in {modules!r}: importlib.import_module(module)\n"
        f"print(sorted(set({heavy!r}) & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=ROOT,
    )
    assert answer.stdout.strip() == "[]"
