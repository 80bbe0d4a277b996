"""The names of the P-levels and the two that stand for lowest and full support."""

from __future__ import annotations

import pytest

from plants import Pump
from plants.pumps import FULL_SUPPORT_LEVEL, LOWEST_LEVEL, level_name, level_number


@pytest.mark.parametrize("device", ["2.5", "CP", "5.5"])
def test_every_level_name_comes_back_from_its_number(device: str) -> None:
    names = [level.name for level in Pump.load(device).levels]
    assert [level_name(level_number(name)) for name in names] == names
    assert {LOWEST_LEVEL, FULL_SUPPORT_LEVEL} <= set(names)
