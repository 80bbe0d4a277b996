"""The checks of the hemolysis study hold, and can fail."""

from __future__ import annotations

from experiments.studies.hemolysis import checks as checking, tables as tabulating
from plants import Pump
from plants.pumps import HEMOLYSIS_LAWS

PUMP = Pump.load(tabulating.DEVICE)


def failed(*tables):
    return [check.expectation for check in checking.checks(PUMP, *tables) if not check.met]


def test_every_expectation_holds(tables):
    assert failed(*tables) == []


def test_a_plant_that_ignored_the_law_would_be_found(tables):
    absolute, relative, beating = tables
    wrong = beating.copy()
    for name in HEMOLYSIS_LAWS:
        wrong[name] = beating["giersiepen-1990"]
    assert failed(absolute, relative, wrong) == [
        "in the plant the release differs between laws as the anchored laws say"
    ]
