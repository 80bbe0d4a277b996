"""Settings of the controllers of the literature."""

from __future__ import annotations

import math

import pytest

from controllers.literature import LITERATURE
from controllers.literature.settings import literature_settings
from plants import InputError
from plants.quantities import parameter_table

HEAD = LITERATURE["constant-head"].PARAMETERS
PARTS = {"default": HEAD, "published": HEAD}


def test_parts_differ_where_the_paper_has_other_numbers():
    ours, published = (literature_settings("constant-head", PARTS, part, {}) for part in PARTS)
    assert published["reference"] == 75.0
    assert ours["reference"] != 75.0


def test_a_change_replaces_a_value():
    changed = literature_settings("constant-head", PARTS, "default", {"reference": 50.0})
    assert changed["reference"] == 50.0
    assert changed["gain"] == literature_settings("constant-head", PARTS, "default", {})["gain"]


@pytest.mark.parametrize(
    ("part", "changes", "match"),
    [
        ("publshed", {}, "published"),
        ("default", {"refrence": 50.0}, "reference"),
        ("default", {"gain": -1.0}, "gain"),
        ("default", {"reference": math.nan}, "reference"),
    ],
)
def test_what_is_wrong_is_refused(part, changes, match):
    with pytest.raises(InputError, match=match):
        literature_settings("constant-head", PARTS, part, changes)


def test_a_file_that_lacks_a_number_is_refused():
    more = {**HEAD, **parameter_table(("delay", "s", "of the loop", 0, 1))}
    with pytest.raises(InputError, match=r"default\.delay"):
        literature_settings("constant-head", {"default": more, "published": HEAD}, "default", {})
