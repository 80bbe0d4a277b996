"""The study of the hemolysis laws: what it tabulates, and that its checks can fail."""

from __future__ import annotations

import pytest

from experiments.studies.hemolysis import checks as checking
from experiments.studies.hemolysis import tables as tabulating
from plants import Pump
from plants.pumps import HEMOLYSIS_LAWS, MEASURED_INDEX

PUMP = Pump.load(tabulating.DEVICE)


@pytest.fixture(scope="module")
def tables():
    releases = {
        law: tabulating.level_releases(tabulating.LawCase("shock-d", law)) for law in HEMOLYSIS_LAWS
    }
    beating = tabulating.patient_table(PUMP, releases)
    return tabulating.absolute_table(PUMP), tabulating.relative_table(PUMP), beating


def failed(*tables):
    return [check.expectation for check in checking.checks(PUMP, *tables) if not check.met]


def test_every_expectation_holds(tables):
    assert failed(*tables) == []


def test_the_needed_stress_gives_the_measured_index(tables):
    for row in tables[0].to_dict("records"):
        law = HEMOLYSIS_LAWS[row["law"]]
        index = float(law.modified_index(row["needed_stress_Pa"], row["exposure_time_s"]))
        assert index == pytest.approx(MEASURED_INDEX["index"].value)


def test_the_anchored_laws_meet_at_the_reference(tables):
    relative = tables[1]
    at = (relative["speed_rpm"] == 46_000) & (relative["flow"] == 3.5)
    assert at.sum() == 1
    row = relative[at].iloc[0]
    assert all(row[name] == pytest.approx(1.9) for name in HEMOLYSIS_LAWS)
    assert row["spread"] == pytest.approx(1.0)


def test_a_plant_that_ignored_the_law_would_be_found(tables):
    absolute, relative, beating = tables
    wrong = beating.copy()
    for name in HEMOLYSIS_LAWS:
        wrong[name] = beating["giersiepen-1990"]
    assert failed(absolute, relative, wrong) == [
        "in the plant the release differs between laws as the anchored laws say"
    ]


def test_the_rotor_lies_where_such_pumps_do():
    # Published flow fields of such pumps: stresses of hundreds of Pa, for milliseconds.
    assert 100 < tabulating.tip_stress(PUMP) < 1000
    assert 1e-3 < tabulating.passage_time(PUMP) < 2e-2


def test_the_command(impellab, tmp_path):
    result = impellab("hemolysis", "--workers", 1, "--json")
    assert result.code == 0
    document = result.document
    assert document["held"] is True
    assert all(check["met"] for check in document["checks"])
    assert document["units"]["needed_stress_Pa"] == "Pa"
    assert {row["law"] for row in document["rows"]} == set(HEMOLYSIS_LAWS)


def test_an_unknown_patient_is_refused_before_anything_is_made(impellab, tmp_path):
    result = impellab("hemolysis", "--patient", "shock-q")
    assert result.code == 2
    assert "shock-d" in result.error
    assert list(tmp_path.iterdir()) == []
