"""Death at the bedside, with the physics held still."""

from __future__ import annotations

import pytest

from plants import Bedside, Death, Pump, Therapy, weaning_patient
from plants.bedside import bedside_settings
from plants.bedside.run import BedsideRun

CP = Pump.load("CP")


@pytest.fixture(scope="module")
def patient():
    return weaning_patient(1, case="none")[0]


@pytest.fixture
def still(monkeypatch, patient):
    """A bedside whose patient shows what the test says; only the clock runs."""
    own = Bedside(patient, CP, complications=False)
    truth, told = own._run.metrics(), {}

    def advance(self, hours, speed, disturbances=None):
        self.slow.hours += hours

    monkeypatch.setattr(BedsideRun, "advance", advance)
    monkeypatch.setattr(BedsideRun, "metrics", lambda self: truth | told)

    def made(**changes):
        told.clear()
        told.update({"map": 75.0, "cardiac_index": 2.4, "lactate": 1.0} | changes)
        return Bedside(patient, CP, complications=False)

    return made


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"map": 44.9}, "shock"),
        ({"cardiac_index": 1.19}, "shock"),
        ({"lactate": 20.0}, "lactate of 20"),
    ],
)
def test_shock_ends_in_death_after_six_hours(still, changes, reason):
    bedside = still(**changes)
    assert bedside_settings()["death"]["hours"] == 6.0
    bedside.advance(6.9, "P-8")
    assert bedside.outcome is None
    bedside.advance(0.2, "P-8")  # It was first seen at 1 h.
    assert bedside.outcome == "died"
    assert bedside.hours == pytest.approx(7.0)
    assert bedside.reason.startswith(f"{reason}")
    assert "for 6 h" in bedside.reason


@pytest.mark.parametrize(
    ("signal", "value"), [("map", 45.0), ("cardiac_index", 1.2), ("lactate", 19.9)]
)
def test_a_value_at_the_limit_is_survived(still, signal, value):
    bedside = still(**{signal: value})
    bedside.advance(30.0, "P-8")
    assert bedside.outcome is None


def test_death_by_the_therapy_comes_with_the_first_look_that_ends_its_time(still):
    bedside = still(map=29.0)
    bedside.advance(5.0, "P-8")
    assert (bedside.outcome, bedside.hours) == ("died", 1.0)
    assert bedside.reason.startswith("map fell to 29")


def test_a_therapy_with_hours_until_death_is_heard(still):
    bedside = still(map=50.0)
    death = Death(signal="map", low=55.0, seconds=3 * 3600.0)
    bedside.therapy = Therapy.default().model_copy(update={"death": death})
    bedside.reset()
    fork = bedside.fork()
    for course in (bedside, fork):  # A fork counts for itself.
        course.advance(2.5, "P-8")
        assert course.outcome is None
        course.advance(2.0, "P-8")
        assert (course.outcome, course.hours) == ("died", pytest.approx(3.0, abs=0.51))
