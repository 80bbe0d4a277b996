"""The study of the hemolysis laws: what it tabulates, and that its checks can fail."""

from __future__ import annotations

import pytest

from experiments.studies import hemolysis as study
from plants import Patient, Pump
from plants.pumps import HEMOLYSIS_LAWS, MEASURED_INDEX

PUMP = Pump.load(study.DEVICE)


@pytest.fixture(scope="module")
def tables():
    beating = study.patient_table(PUMP, Patient.load("shock-d"))
    return study.absolute_table(PUMP), study.relative_table(PUMP), beating


def test_every_expectation_holds(tables):
    assert [check.expectation for check in study.checks(PUMP, *tables) if not check.met] == []


def test_the_needed_stress_gives_the_measured_index(tables):
    for row in tables[0].to_dict("records"):
        law = HEMOLYSIS_LAWS[row["law"]]
        found = float(law.modified_index(row["needed_stress_Pa"], row["exposure_time_s"]))
        assert found == pytest.approx(MEASURED_INDEX["index"].value)


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
    failed = [c.expectation for c in study.checks(PUMP, absolute, relative, wrong) if not c.met]
    assert failed == ["in the plant the release differs between laws as the anchored laws say"]


def test_the_rotor_lies_where_such_pumps_do():
    # Published flow fields of such pumps: stresses of hundreds of Pa, for milliseconds.
    assert 100 < study.tip_stress(PUMP) < 1000
    assert 1e-3 < study.passage_time(PUMP) < 2e-2
