"""A pump that lies badly at the bedside, and the alarm that calls somebody."""

import pytest

from plants import Bedside, HourEvent, HourScenario, Pump, weaning_patient
from plants.bedside import bedside_settings
from plants.bedside.orders import ClinicalOrders


def bedside(events):
    patient, _ = weaning_patient(1, case="full")
    return Bedside(patient, Pump.load("CP"), events=events, complications=False)


def slipped(hours=24.0):
    """A pump on the mitral apparatus from an hour on: little flow."""
    event = HourEvent("mitral_contact", 0.75, onset=2.0, duration=hours)
    return bedside(HourScenario("slipped", (event,)))


def test_an_alarm_ends_the_time_soon_after_the_event():
    wide = HourScenario("wide", (HourEvent("systemic_resistance", 0.3, onset=2.5),))
    course, other = bedside(wide), bedside(wide)
    for each, alarms in ((course, True), (other, False)):
        each.advance(2.0, "P-8", alarms=True)
        assert each.hours == pytest.approx(2.0)
        each.advance(1.0, "P-8", alarms=alarms)
        assert each.truth()["map"] < 60.0
    assert course.hours == pytest.approx(2.5 + bedside_settings()["alarm"]["hours"])
    assert other.hours == pytest.approx(3.0)


def test_a_pump_that_lies_badly_is_put_right_where_somebody_looks():
    course, lasting = slipped(), bedside_settings()["malposition"]["put_right"]
    course.advance(2.0, "P-9")
    before = course.truth()["pump_flow"]
    course.advance(0.1, "P-9")
    assert course.truth()["pump_flow"] < before - 0.5
    course.advance(lasting - 0.05, "P-9", {"position_check": 1.0})
    assert course.truth()["pump_flow"] < before - 0.5
    course.advance(0.2, "P-9")
    assert course.truth()["pump_flow"] > before - 0.2
    # What does not act on the pump's position goes on.
    assert slipped().events.ended(("inlet_depth",), 3.0, 4.0).events[0].end == pytest.approx(26.0)


def test_clinicians_look_at_the_pump_of_a_patient_in_shock():
    low = {
        "map": 58.0,
        "cardiac_index": 2.5,
        "cvp": 8.0,
        "pcwp": 12.0,
        "hemoglobin": 11.0,
        "limb_perfusion": 1.0,
    }
    rule = ClinicalOrders(bedside_settings(), {}, 5000.0)
    assert rule.decide(low)["position_check"] == 1.0
    assert rule.decide(low | {"map": 70.0})["position_check"] == 0.0
