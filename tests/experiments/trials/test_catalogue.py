"""What ``impellab list`` shows."""

from __future__ import annotations

import pytest

from controllers import controller_names
from experiments.trials.catalogue import CATALOGUE
from plants import Patient, Pump, Rhythm, Scenario, valve_diseases


@pytest.mark.parametrize("kind", CATALOGUE)
def test_names_are_listed_once(impellab, kind):
    rows = impellab("list", kind, "--json").document[kind]
    names = [row["name"] for row in rows]
    assert len(set(names)) == len(names)
    assert impellab("list", kind).code == 0


def test_lists_hold_all_that_comes_with_the_package(impellab):
    def names(kind):
        return tuple(row["name"] for row in impellab("list", kind, "--json").document[kind])

    assert names("patients") == Patient.names()
    assert names("devices") == Pump.names()
    assert names("scenarios") == Scenario.names()
    assert names("rhythms") == Rhythm.names()
    assert names("valve-diseases") == tuple(valve_diseases())
    assert set(controller_names()) <= set(names("controllers"))


def test_devices_are_listed_with_side_label_size_and_ways_in(impellab):
    rows = {row["name"]: row for row in impellab("list", "devices", "--json").document["devices"]}
    assert rows["RP"]["side"] == "right"
    assert {row["side"] for name, row in rows.items() if name != "RP"} == {"left"}
    assert rows["CP"]["label_hours"] == {"shock": 96.0, "high-risk PCI": 6.0}
    assert rows["5.0"]["label_hours"] == {"shock": 144.0}
    assert rows["CP"]["french"] == {"pump": 14.0, "sheath": 14.0, "catheter": 9.0}
    assert rows["5.0"]["french"]["sheath"] is None
    assert rows["RP"]["access"] == ["femoral vein"]
    assert rows["2.5"]["boost"] == {"level": "P-9", "seconds": 300.0}
    assert rows["CP"]["boost"] is None
    printed = impellab("list", "devices").out
    for word in ("right", "femoral vein", "shock 4 d", "axillary", "P-0, P-2"):
        assert word in printed


def test_diseases_are_listed_with_grades_and_values(impellab):
    rows = impellab("list", "valve-diseases", "--json").document["valve-diseases"]
    for row in rows:
        grades = row["grades"]
        assert list(grades) == ["mild", "moderate", "severe"]
        values = [grade["value"] for grade in grades.values()]
        assert values == sorted(values)  # narrower, or leakier
        assert row["unit"] in ("mmHg.s/mL", "mL/s/mmHg")
