"""Every number of the main table of every study has a unit, whichever study it is."""

from __future__ import annotations

from pathlib import Path

import pandas
import pytest

from experiments.studies import STUDIES
from experiments.studies.sensitivity.indices import COLUMNS

RESULTS = Path(__file__).resolve().parents[3] / "results"
#: The main table among the reference results of each study.
MAIN = {
    "benchmark": "rows",
    "cohort": "incidence",
    "convergence": "integration",
    "effects": "effects",
    "hemolysis": "absolute",
    "invariants": "invariants",
    "masked": "masked",
    "multirate": "errors",
    "patients": "targets",
    "sensitivity": "sensitivity_sobol",
    "speed": "speed",
    "suction": "scores",
    "suction-onset": "onset",
    "support": "support",
    "validation": "validation",
    "weaning": "policies",
}


def test_every_study_is_looked_at():
    assert set(MAIN) == set(STUDIES)


@pytest.mark.parametrize("name", sorted(MAIN))
def test_every_number_has_a_unit(name):
    table = pandas.read_csv(RESULTS / name / f"{MAIN[name]}.csv")
    numbers = [
        str(column).partition(" [")[0]  # of the file of the support study, which has units there
        for column in table.dropna(axis=1, how="all").select_dtypes("number").columns
    ]
    study = STUDIES[name].load()
    # The file of the patients holds those of the package as they come.
    wanted = ["deviation" if column == "deviation_percent" else column for column in numbers]
    assert wanted
    assert [column for column in wanted if not study.unit_of(column)] == []
    for column in wanted:
        unit = study.unit_of(column)
        assert not unit.startswith("{") or unit[1:-1] in table.columns


def test_what_morris_gives_is_in_the_unit_of_its_row():
    study = STUDIES["sensitivity"].load()
    assert {study.unit_of(column) for column in COLUMNS["morris"]} == {"{unit}"}
    assert {study.unit_of(column) for column in COLUMNS["sobol"]} == {"1"}
    assert study.unit_of("factor") is None


def test_a_signal_has_its_own_unit():
    study = STUDIES["support"].load()
    assert study.unit_of("map") == "mmHg"
    assert study.unit_of("patient") is None
