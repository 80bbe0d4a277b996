"""constraints.txt pins what the project needs, in versions that its neighbours allow."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
#: What others ask of a library that comes with ours: rl_zoo3 reaches for typepy, which asks this.
NEIGHBOURS = ["python-dateutil>=2.8,<3"]

#: Peers of the speed study, seldom installed, and what they need besides.
PEERS = {"jax": {"jaxlib", "ml-dtypes", "opt-einsum"}, "numba": {"llvmlite"}, "svzerod": set()}

#: Systems on which the project is installed: some ask for more than others (tzdata).
SYSTEMS = [
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    return {
        canonicalize_name(name): version for name, version in (line.split("==") for line in lines)
    }


def needed() -> set[str]:
    """Everything that the project and its extras need, as far as it is installed here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [text for group in project["optional-dependencies"].values() for text in group]
    waiting = [Requirement(text) for text in (*project["dependencies"], *extras)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, str(requirement.extras)) in seen:
            continue
        seen.add((name, str(requirement.extras)))
        try:
            asked = metadata.requires(requirement.name) or []
        except metadata.PackageNotFoundError:
            if name not in PEERS:
                pytest.skip(f"{name} is not installed: what it needs is not known")
            seen |= {(more, "") for more in PEERS[name]}
            continue
        waiting += [
            each
            for each in map(Requirement, asked)
            if each.marker is None
            or any(
                each.marker.evaluate({"extra": extra, **system})
                for extra in ("", *requirement.extras)
                for system in SYSTEMS
            )
        ]
    return {name for name, _ in seen}


def test_nothing_is_pinned_that_is_not_needed():
    assert pins().keys() - needed() == set()


@pytest.mark.parametrize("text", NEIGHBOURS)
def test_the_neighbours_can_be_installed_too(text):
    requirement = Requirement(text)
    assert requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])


def test_every_pin_is_a_version_that_the_project_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [text for group in project["optional-dependencies"].values() for text in group]
    for requirement in map(Requirement, (*project["dependencies"], *extras)):
        version = pins().get(canonicalize_name(requirement.name))
        assert version is not None, requirement
        assert requirement.specifier.contains(version), requirement
        assert re.fullmatch(r"\d[\w.]*", version), requirement
