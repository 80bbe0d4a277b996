"""Tables of the hemolysis study."""

from __future__ import annotations

import pytest

from experiments.studies.hemolysis import tables as tabulating
from plants import Pump
from plants.pumps import HEMOLYSIS_LAWS

PUMP = Pump.load(tabulating.DEVICE)


@pytest.fixture(scope="session")
def tables():
    releases = {
        law: tabulating.level_releases(tabulating.LawCase("shock-d", law)) for law in HEMOLYSIS_LAWS
    }
    beating = tabulating.patient_table(PUMP, releases)
    return tabulating.absolute_table(PUMP), tabulating.relative_table(PUMP), beating
