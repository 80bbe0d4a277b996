"""How a console falls where the present level cannot be held."""

from __future__ import annotations

import pytest

from plants.console import next_lower_level


@pytest.mark.parametrize(
    ("level", "lowest", "holding", "expected"),
    [
        ("P-8", 2, {"P-2"}, "P-7"),
        ("P-3", 2, {"P-2"}, "P-2"),
        ("P-2", 2, {"P-1", "P-2"}, None),
        ("P-8", 2, {"P-7", "P-6"}, None),
        ("P-5", 4, {"P-4"}, "P-4"),
    ],
)
def test_the_console_falls_level_by_level_while_the_lowest_helps(level, lowest, holding, expected):
    assert next_lower_level(level, lowest, holding.__contains__) == expected
