"""Template files: filled in wholly or refused, and none that nothing uses."""

from __future__ import annotations

from pathlib import Path

import pytest

import plants.compile.code as code
from plants.compile.code import filled

SOURCES = Path(code.__file__).parent
TEMPLATES = sorted(path.name for path in (SOURCES / "templates").iterdir())


def test_placeholders_are_filled_in(tmp_path):
    template = tmp_path / "loop.c"
    template.write_text("#define N $count\nint fn_${name}2(void) { return N; }\n")
    text = filled(template, count=3, name="small", unused=0)
    assert text == "\n#define N 3\nint fn_small2(void) { return N; }\n"


def test_a_placeholder_without_a_value_is_refused_by_name(tmp_path):
    template = tmp_path / "loop.c"
    template.write_text("#define N $count\n")
    with pytest.raises(KeyError, match="count"):
        filled(template, counts=3)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_used(name):
    stem = name.replace("_double", "_{precision}").replace("_single", "_{precision}")
    assert any(f'"{stem}"' in path.read_text() for path in SOURCES.glob("*.py"))
