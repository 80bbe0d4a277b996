"""No scenario takes more blood than there is."""

import pytest

from plants import Event, InputError, Patient, Scenario, simulate
from plants.scenarios import check_blood_budget
from plants.scenarios.blood_budget import lowest_balance


def loss(amount, duration=60.0, onset=0.0):
    return Event("volume", amount, "ramp", onset, duration=duration)


def scenario(*events):
    return Scenario("mine", "", events)


@pytest.mark.parametrize(
    ("events", "duration", "balance", "time"),
    [
        ((loss(-600.0),), 120.0, -600.0, 60.0),
        ((loss(-600.0),), 30.0, -300.0, 30.0),  # what does not happen does not count
        ((loss(-600.0), loss(400.0, onset=60.0)), 120.0, -600.0, 60.0),
        ((loss(-600.0), loss(600.0)), 120.0, 0.0, None),  # given as fast as it is lost
        ((Event("infusion", -10.0, "step", 50.0),), 150.0, -1000.0, 150.0),
        ((loss(500.0),), 120.0, 0.0, None),
        ((), 120.0, 0.0, None),
    ],
)
def test_the_lowest_balance(events, duration, balance, time):
    lowest, when = lowest_balance(scenario(*events), duration)
    assert lowest == pytest.approx(balance, abs=1e-6)
    if time is not None:
        assert when == pytest.approx(time)


def test_a_first_order_loss_counts_as_far_as_it_goes():
    bleeding = Event("volume", -1000.0, "first_order", 0.0, time_constant=100.0)
    assert lowest_balance(scenario(bleeding), 100.0)[0] == pytest.approx(-632.0, abs=1.0)


def test_more_than_there_is_is_refused_before_it_begins():
    patient = Patient.load("shock-d")
    emptied = scenario(loss(-3000.0), loss(-2100.0, onset=60.0))
    with pytest.raises(InputError) as caught:
        check_blood_budget(patient, emptied, 120.0)
    for word in ("mine", "-5100 mL within 120 s", "5000 mL", "shock-d"):
        assert word in str(caught.value)
    with pytest.raises(InputError, match="5000 mL"):
        simulate(patient, "CP", level="P-6", scenario=emptied, duration=120.0)


def test_what_is_lost_later_or_made_good_is_no_matter():
    patient = Patient.load("shock-d")
    check_blood_budget(patient, scenario(loss(-3000.0), loss(-2100.0, onset=60.0)), 90.0)
    check_blood_budget(patient, scenario(loss(-5000.0), loss(4000.0), loss(-900.0)), 90.0)
    check_blood_budget(patient, None, 90.0)
