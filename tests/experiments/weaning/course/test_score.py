"""Scores of a course: steps, relapse, CORMPO, competing risks, discrimination."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from experiments.statistics import auc_gain, cumulative_incidence, discriminate
from experiments.statistics.discrimination import auc
from experiments.weaning.course import (
    contractility,
    cormpo,
    hours_below,
    largest_step,
    lowest_level,
    relapse,
)
from experiments.weaning.course.score import level_at
from experiments.weaning.study.competing_risks import EVENTS, first_event

from ..conftest import CALM, decision, made


def relapsing(*decisions, hours=60.0, onset=30.0, case="relapse"):
    return made(
        "bridge",
        hours,
        case=case,
        decisions=[decision(0.0, "P-8"), *decisions],
        true_events={"event lv_contractility": onset, "event restunned": onset},
    )


def test_a_relapse_in_mid_wean_is_timed_to_the_next_step_up():
    answer = relapse(
        relapsing(
            decision(20.0, "P-6", "down"),
            decision(30.5, "P-4", "down"),
            decision(31.0, "P-7", "up"),
        )
    )
    assert (answer.hours, answer.level, answer.answer) == (30.0, 6, 1.0)


def test_a_relapse_without_a_step_up_is_never_answered():
    assert relapse(relapsing(decision(20.0, "P-6", "down"))).answer == math.inf


@pytest.mark.parametrize(
    "course",
    [
        relapsing(),  # at full support
        relapsing(decision(31.0, "P-6", "down")),  # stepped down only later
        relapsing(decision(20.0, "P-6", "down"), hours=29.0),  # the pump was out before
        relapsing(decision(20.0, "P-6", "down"), case="full"),
    ],
)
def test_other_courses_are_no_relapse_in_mid_wean(course):
    assert relapse(course) is None


def test_a_step_back_up_to_the_same_level_is_no_answer():
    course = relapsing(
        decision(20.0, "P-4", "down"),
        decision(30.2, "P-2", "down"),
        decision(30.4, "P-4", "up"),
        decision(33.0, "P-6", "up"),
    )
    assert relapse(course).answer == 3.0


def test_a_console_that_falls_takes_no_step():
    decisions = [
        decision(0.0, "P-8"),
        decision(1.0, "P-4"),
        decision(2.0, "P-6", "up"),
        decision(3.0, "P-5", "down"),
    ]
    assert largest_step(decisions) == 2
    assert lowest_level(decisions) == 4.0
    assert largest_step([]) == 0
    assert math.isnan(lowest_level([]))


def test_a_step_of_three_levels_is_seen():
    assert largest_step([decision(0.0, "P-8"), decision(1.0, "P-5", "down")]) == 3


def test_the_level_in_force_is_that_of_the_last_decision():
    decisions = [decision(0.0, "P-8"), decision(5.0, "P-6", "down"), decision(9.0, "P-7", "up")]
    assert [level_at(decisions, hours) for hours in (0.0, 4.9, 5.0, 8.0, 9.0)] == [8, 8, 6, 6, 7]


def test_time_below_a_limit_is_weighed_by_how_long_a_look_lasts():
    rows = [{"map": 59.9, "lasting": 0.25}, {"map": 60.0, "lasting": 5.0}]
    assert hours_below(rows, "map", 60.0) == 0.25


def test_no_tracker_no_error_of_contractility():
    assert contractility(made().records).errors == ()


def test_cormpo_measures_of_an_undisturbed_wean():
    rows = [CALM | {"hours": float(k), "lasting": 1.0} for k in range(10)]
    steps = [decision(0.0, "P-8"), decision(3.0, "P-6", "down"), decision(5.0, "P-5", "down")]
    assert cormpo(rows, steps) == (3, 0, 10, 0, 0)


def test_a_ramp_within_an_hour_is_a_large_change():
    rows = [CALM | {"hours": float(k), "lasting": 1.0} for k in range(4)]
    ramp = [decision(0.0, "P-8")]
    ramp += [decision(1.1 + 0.1 * k, f"P-{7 - k}", "down") for k in range(6)]
    measures = cormpo(rows, ramp)
    assert (measures.weaning_score, measures.change_penalty) == (0, 6)


def test_a_drop_after_an_unstable_hour_earns_nothing():
    rows = [
        CALM | {"hours": 0.0, "lasting": 1.0, "map": 50.0},
        CALM | {"hours": 1.0, "lasting": 1.0},
    ]
    measures = cormpo(rows, [decision(0.0, "P-8"), decision(1.0, "P-6", "down")])
    assert measures == (0, 0, 2, 1, 0)


@pytest.mark.parametrize(
    ("course", "event", "hours"),
    [
        (made("well"), "explanted and well", 40.0),
        (made("failed"), "failed wean", 40.0),
        (made("died", 12.0), "death", 12.0),
        (made("bridge", 96.0), "bridge decision", 84.0),
        (made("label", 96.0), "", 96.0),
        (made("well", true_events={"bleeding": 10.0, "limb": 5.0}), "complication", 5.0),
        (made("well", true_events={"malposition": 10.0}), "explanted and well", 40.0),
        (made("died", 90.0, bridge_hours=85.0), "bridge decision", 85.0),
    ],
)
def test_the_first_event_counts(course, event, hours):
    assert first_event(course) == (event, hours)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from(("", *EVENTS)), st.floats(0.5, 96.0)), min_size=1, max_size=40
    )
)
def test_cumulative_incidences_grow_and_stay_below_one_together(courses):
    events, hours = zip(*courses, strict=True)
    total = 0.0
    for event in EVENTS:
        _, incidence = cumulative_incidence(events, hours, event)
        assert (np.diff(incidence) >= -1e-12).all()
        total += incidence[-1]
    assert total <= 1.0 + 1e-9


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from(EVENTS), st.floats(0.5, 96.0)), min_size=1, max_size=40),
    st.sampled_from(EVENTS),
)
def test_without_censoring_the_incidence_is_the_share_so_far(courses, event):
    events, hours = zip(*courses, strict=True)
    times, incidence = cumulative_incidence(events, hours, event)
    shares = [
        sum(kind == event and hour <= time for kind, hour in courses) / len(courses)
        for time in times
    ]
    assert incidence == pytest.approx(shares)


def test_censored_patients_leave_those_at_risk():
    # Kalbfleisch and Prentice style by hand: 1/4 at 1 h; at 3 h 3/4 * 1/2.
    times, incidence = cumulative_incidence(["a", "", "a", ""], [1.0, 2.0, 3.0, 4.0], "a")
    assert times.tolist() == [0.0, 1.0, 3.0]
    assert incidence.tolist() == pytest.approx([0.0, 0.25, 0.25 + 0.75 * 0.5])


numbers = st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=2, max_size=30).filter(
    lambda rows: len({good for _, good in rows}) == 2
)


@given(numbers)
def test_the_area_turns_over_with_the_sign_and_keeps_with_the_order(rows):
    values, good = (np.array(column) for column in zip(*rows, strict=True))
    area = auc(values, good)
    assert auc(-values, good) == pytest.approx(1.0 - area)
    ranks = np.searchsorted(np.unique(values), values)
    assert auc(ranks, good) == area


def test_those_without_a_forecast_come_last_and_tie_with_each_other():
    assert auc([-math.inf, -math.inf, 0.3], [True, False, True]) == pytest.approx(0.75)


def test_patients_of_one_kind_have_no_area():
    result = discriminate([0.1, 0.9], [True, True], 0.5)
    assert math.isnan(result.auc)
    assert math.isnan(result.specificity)
    assert result.sensitivity == 0.5
    assert discriminate([], [], 0.5).good == 0


def test_the_same_number_gains_nothing():
    random = np.random.default_rng(0)
    values, good = random.normal(size=60), random.random(60) < 0.5
    assert auc_gain(values, values, good) == (0.0, 0.0, 0.0)
    result = discriminate(values + 2.0 * good, good, 1.0)
    assert result.auc_low < result.auc < result.auc_high
    assert result.auc > 0.7
