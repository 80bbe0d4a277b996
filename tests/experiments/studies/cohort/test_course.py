"""Days of a virtual patient on a pump: the clinical rule, events, deaths and refusals."""

from __future__ import annotations

import dataclasses
import json
import math
from itertools import pairwise

import pytest
from pydantic import TypeAdapter

from experiments.studies.cohort import course as module
from experiments.studies.cohort.course import run_support
from experiments.studies.cohort.outcome import REFUSED, Course, Support
from experiments.studies.cohort.settings import cohort_settings
from plants import HAZARDS, InputError, Population, Pump
from plants.bedside import bedside_settings, complications
from plants.cohorts import NO_ACCESS
from plants.quantities import FailureKind, PhysicsError
from plants.simulation import COMPLETED, DIED, LEFT


def settings(**values):
    """The built-in settings with other values."""
    own = cohort_settings()
    changed = {
        name: dataclasses.replace(own.parameters[name], value=value)
        for name, value in values.items()
    }
    return own.changed(parameters={**own.parameters, **changed})


def bedside(part, **values):
    """The numbers of a bedside with other values in a part."""
    own = {name: dict(bedside_settings()[name]) for name in bedside_settings()}
    return own | {part: own[part] | values}


@pytest.fixture(scope="module")
def patient():
    """A patient of SCAI C who recovers."""
    patient = Population("shock-c").draw(0)
    assert patient.responder == "full"
    return patient


@pytest.fixture(scope="module")
def label_course(patient):
    """The patient on a CP for as long as the label allows."""
    return run_support(patient, Support("CP"))


def strike(monkeypatch, **hazards):
    """Let events happen when their cumulative hazard reaches a value; others never."""
    limits = dict.fromkeys(HAZARDS, math.inf) | hazards
    monkeypatch.setattr(complications, "hazard_thresholds", lambda seed: limits)


def test_the_label_sets_how_long(label_course):
    assert label_course.outcome == COMPLETED
    assert label_course.hours == pytest.approx(4 * 24)
    assert Support("5.0").hours(Pump.load("5.0")) == 6 * 24
    assert Support("5.0", days=2.0).hours(Pump.load("5.0")) == 48


def test_the_rule_keeps_full_support_for_a_day_and_then_lowers_it(label_course):
    levels = dict(zip(label_course.times, label_course.recorded["level"], strict=True))
    assert all(level == 8 for hour, level in levels.items() if hour <= 24)
    assert levels[96] == cohort_settings()["lowest_level"]
    steps = list(levels.values())
    assert all(abs(b - a) <= 1 for a, b in pairwise(steps))


def test_the_rule_raises_support_when_it_fails(patient):
    """With limits that no patient meets the highest level stays; with none the lowest comes."""
    held = run_support(patient, Support("CP", days=2.0), settings(map_low=120.0, map_reduce=120.0))
    assert set(held.recorded["level"]) == {8.0}
    left = run_support(
        patient,
        Support("CP", days=2.5),
        settings(map_low=30.0, map_reduce=30.0, cpo_low=0.0, cpo_reduce=0.0),
    )
    assert left.recorded["level"][-1] == 4.0


def test_a_held_level_is_held(patient):
    course = run_support(patient, Support("CP", "P-5", days=1.5))
    assert set(course.recorded["level"]) == {5.0}


def test_a_course_is_the_same_every_time(patient, label_course):
    assert run_support(patient, Support("CP")) == label_course


def test_hazards_only_grow_and_grow_faster_at_a_higher_level(patient):
    low = run_support(patient, Support("CP", "P-4", days=1.0))
    high = run_support(patient, Support("CP", "P-8", days=1.0))
    for name in HAZARDS:
        for course in (low, high):
            series = course.recorded[name]
            assert all(b >= a for a, b in pairwise(series))
    for name in ("bleeding_hazard", "malposition_hazard"):
        assert high.recorded[name][-1] > low.recorded[name][-1]


def test_arteries_that_are_too_narrow_are_an_outcome(patient):
    narrow = dataclasses.replace(patient, artery_diameter=4.0, axillary_diameter=4.0)
    course = run_support(narrow, Support("5.0"))
    assert course.outcome == REFUSED
    assert "femoral artery" in course.reason
    assert course.cause == NO_ACCESS
    named = run_support(narrow, Support("5.0", access="femoral cut-down"))
    assert (named.outcome, named.cause) == (REFUSED, NO_ACCESS)
    assert course.hours == 0.0
    assert run_support(narrow, Support("5.5", days=0.5)).access == "direct aortic"


def test_narrow_axillary_arteries_lead_to_another_access(patient):
    narrow = dataclasses.replace(patient, artery_diameter=7.0, axillary_diameter=4.0)
    assert run_support(narrow, Support("5.0", days=0.5)).access == "femoral cut-down"


def test_an_access_that_the_pump_does_not_have_is_a_mistake(patient):
    with pytest.raises(InputError, match="femoral percutaneous"):
        run_support(patient, Support("CP", access="direct aortic"))


def test_a_patient_who_bleeds_empty_dies_and_is_told(patient, monkeypatch):
    strike(monkeypatch, bleeding_hazard=0.0)
    course = run_support(
        patient,
        Support("CP", days=2.0),
        bedside=bedside("bleeding", rate=1500.0, transfusion=0.0, fluid=0.0),
    )
    assert course.outcome == DIED
    assert course.reason
    assert 6.0 <= course.hours < 48.0


@pytest.mark.parametrize(
    ("kind", "outcome"), [(FailureKind.REFLEX_UNSETTLED, DIED), (FailureKind.SOLVER_STOPPED, LEFT)]
)
def test_only_a_circulation_that_fails_is_a_death(patient, monkeypatch, kind, outcome):
    def stopped(self, *rest, **more):
        raise PhysicsError("no periodic beat in words only", kind=kind)

    monkeypatch.setattr(module.MultirateRun, "advance", stopped)
    course = run_support(patient, Support("CP", days=0.5))
    assert (course.outcome, course.cause) == (outcome, kind.value)
    # The console falls before a death, and not where the model broke down.
    assert (course.recorded["level"][-1], len(course.times)) == (course.recorded["level"][0], 1)


def test_a_level_that_cannot_be_held_is_left_for_the_next_lower_one(patient, monkeypatch):
    advance, high = module.MultirateRun.advance, Pump.load("CP").speed("P-7")

    def sucked(self, hours, speed, *rest, **more):
        if speed > high + 1.0:
            raise PhysicsError("it sucks", kind=FailureKind.NO_PERIODIC_BEAT)
        advance(self, hours, speed, *rest, **more)

    monkeypatch.setattr(module.MultirateRun, "advance", sucked)
    course = run_support(patient, Support("CP", "P-8", days=0.5))
    assert course.outcome == COMPLETED
    assert set(course.recorded["level"][1:]) == {7.0}


def test_a_treated_bleeding_is_survived_and_takes_volume(patient, monkeypatch):
    strike(monkeypatch, bleeding_hazard=0.0)
    struck = run_support(patient, Support("CP", days=1.0))
    assert struck.outcome == COMPLETED
    strike(monkeypatch)
    spared = run_support(patient, Support("CP", days=1.0))
    assert struck.recorded["map"][-1] < spared.recorded["map"][-1] - 0.2
    assert struck.bleeding == 0.0
    assert math.isinf(spared.bleeding)


def test_a_malposition_raises_plasma_free_hemoglobin_and_ends(patient, monkeypatch):
    strike(monkeypatch, malposition_hazard=1e-4)
    struck = run_support(patient, Support("CP", "P-8"))
    strike(monkeypatch)
    spared = run_support(patient, Support("CP", "P-8"))
    assert max(struck.recorded["pfhb"]) > 3 * max(spared.recorded["pfhb"])
    assert struck.recorded["map"][-1] > min(struck.recorded["map"][2:8])
    assert math.isfinite(struck.malposition)


def test_hemolysis_needs_two_samples_within_a_day(patient, monkeypatch):
    strike(monkeypatch, malposition_hazard=1e-4)
    long = bedside("malposition", low=90.0, high=90.0, mitral_share=1.0, mitral_contact=1.0)
    course = run_support(patient, Support("CP", "P-8"), bedside=long)
    first = next(
        hour
        for hour, value in zip(course.times, course.recorded["pfhb"], strict=True)
        if hour > 0 and hour % 12 == 0 and value > 40
    )
    assert course.hemolysis == pytest.approx(first + 12)
    rare = settings(sample_interval=48.0)
    assert math.isinf(run_support(patient, Support("CP", "P-8"), rare, bedside=long).hemolysis)


def test_a_second_run_with_a_malposition_tells_the_chance_of_hemolysis(patient):
    course = run_support(patient, Support("CP", "P-8", days=1.0), malpositioned=True)
    assert not math.isnan(course.hemolysis_if_malpositioned)
    assert math.isinf(course.malposition)
    assert math.isnan(run_support(patient, Support("CP", days=0.5)).hemolysis_if_malpositioned)


def test_an_artery_that_the_sheath_fills_gets_a_distal_perfusion_catheter(patient):
    narrow = dataclasses.replace(patient, artery_diameter=4.6)
    course = run_support(narrow, Support("CP", days=1.0))
    assert course.sheath_artery_ratio > 1.05
    assert course.distal_perfusion == 6.0
    perfusion = dict(zip(course.times, course.recorded["limb_perfusion"], strict=True))
    assert perfusion[6.0] < 0.4 < perfusion[12.0]
    assert math.isinf(run_support(patient, Support("CP", days=1.0)).distal_perfusion)


def test_no_two_pumps_are_alike_but_that_of_a_seed_is(patient):
    own = module._own_pump(Pump.load("CP"), 5, cohort_settings())
    assert own == module._own_pump(Pump.load("CP"), 5, cohort_settings())
    assert own != module._own_pump(Pump.load("CP"), 6, cohort_settings())


def test_a_course_survives_the_passage_through_json(label_course):
    assert math.isinf(label_course.hemolysis)
    kinds = TypeAdapter(Course)  # as results of a study are kept
    again = kinds.validate_python(json.loads(json.dumps(kinds.dump_python(label_course))))
    kept = dataclasses.replace(again, hemolysis_if_malpositioned=0.0)
    assert kept == dataclasses.replace(label_course, hemolysis_if_malpositioned=0.0)
    assert math.isnan(again.hemolysis_if_malpositioned)


@pytest.mark.parametrize(
    ("support", "name"),
    [
        (Support("CP"), "CP"),
        (Support("CP", "P-6"), "CP, P-6"),
        (Support("5.5", days=4.0), "5.5, 4 d"),
        (Support("5.0", access="femoral cut-down"), "5.0, femoral cut-down"),
    ],
)
def test_supports_have_names(support, name):
    assert support.name == name


@pytest.mark.usefixtures("narrow_life")
def test_what_nobody_lives_with_is_told_beside_the_outcome(patient):
    course = run_support(patient, Support("CP", "P-4", days=0.25))
    assert course.outcome == COMPLETED
    assert course.beyond_life == f"map {max(course.recorded['map']):.3g} mmHg, above 40"


def test_a_course_that_somebody_lives_has_no_label(label_course):
    assert label_course.beyond_life == ""
