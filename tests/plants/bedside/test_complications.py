"""Complications: each strikes once, at its limit, with draws of its own."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from plants import HAZARDS, Pump, hazard_thresholds
from plants.bedside import Complications, bedside_settings, investigations

CP = Pump.load("CP")
NONE = dict.fromkeys(HAZARDS, 0.0)


def complications(seed=1, **options):
    options = {"limits": dict.fromkeys(HAZARDS, 1.0)} | options
    return Complications(seed, bedside_settings(), CP, **options)


def test_the_limits_are_those_of_the_seed():
    own = Complications(7, bedside_settings(), CP)
    assert own.limits == hazard_thresholds(7)
    assert own.limits != Complications(8, bedside_settings(), CP).limits


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_strikes_once_when_it_reaches_its_limit(hazard):
    watched = complications()
    assert watched.occurrence(1.0, NONE | {hazard: 0.999}) == []
    assert watched.occurred_at == {}
    begun = watched.occurrence(2.0, NONE | {hazard: 1.0})
    name = hazard.removesuffix("_hazard")
    assert watched.occurred_at == {name: 2.0}
    assert bool(begun) == (name != "limb")
    assert watched.occurrence(3.0, NONE | {hazard: 5.0}) == []
    assert watched.occurred_at == {name: 2.0}


def test_no_complication_strikes_with_chance_switched_off():
    watched = complications()
    truth = dict.fromkeys(HAZARDS, 9.0) | {"pfhb": 0.0}
    assert watched.check(1.0, truth, occurring=False) == []
    assert len(watched.check(2.0, truth, occurring=True)) == 4  # blood, red cells, fluid, position


def test_a_bleeding_is_lost_and_treated_for_its_hours():
    numbers = bedside_settings()["bleeding"]
    begun = complications().occurrence(2.0, NONE | {"bleeding_hazard": 1.0})
    assert {event.target: event.amount for event in begun} == {
        "bleeding": numbers["rate"],
        "transfusion": numbers["transfusion"],
        "fluid": numbers["fluid"],
    }
    assert {(event.onset, event.end) for event in begun} == {(2.0, 2.0 + numbers["hours"])}


def test_a_malposition_has_draws_of_its_own():
    """Where and how long: the first two numbers of the stream that has this name and no other."""
    numbers, targets = bedside_settings()["malposition"], set()
    for seed in range(12):
        (event,) = complications(seed).occurrence(5.0, NONE | {"malposition_hazard": 1.0})
        where, share = np.random.default_rng([seed, zlib.crc32(b"malposition")]).random(2)
        lasting = numbers["low"] + (numbers["high"] - numbers["low"]) * share
        mitral = where < numbers["mitral_share"]
        assert event.target == ("mitral_contact" if mitral else "inlet_depth")
        assert event.amount == (numbers["mitral_contact"] if mitral else CP["position_deep"])
        assert event.duration == pytest.approx(lasting, rel=1e-12)
        targets.add(event.target)
    assert len(targets) == 2


@pytest.mark.parametrize(
    ("samples", "hours"),
    [
        ({6: 41.0, 12: 41.0}, 12.0),
        ({6: 40.0, 12: 41.0, 18: 39.0, 30: 41.0}, 30.0),
        ({6: 41.0, 36: 41.0}, None),
        ({6: 41.0, 30: 41.0}, 30.0),
        ({6: 41.0}, None),
    ],
)
def test_two_high_samples_within_a_day_are_hemolysis(samples, hours):
    watched = complications()
    for hour in range(0, 42, 6):
        watched.take_sample(float(hour), samples.get(hour, 5.0))
    assert watched.occurred_at.get("hemolysis") == hours


def test_samples_are_as_often_as_the_laboratory_or_as_asked():
    assert investigations()["pfhb"].interval == 6.0
    often, rare = complications(), complications(sample_interval=12.0, first_sample=12.0)
    for hour in range(30):
        for watched in (often, rare):
            watched.take_sample(float(hour), 50.0)
    # The second sample tells: of 0 and 6 h, and of 12 and 24 h.
    assert often.occurred_at == {"hemolysis": 6.0}
    assert rare.occurred_at == {"hemolysis": 24.0}
