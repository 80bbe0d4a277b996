"""A course of weaning: the same for the same seed, its records, and what it is told by."""

import json
import math

import pytest
from pandas import DataFrame
from pandas.testing import assert_frame_equal

from controllers import DecisionLog
from experiments.weaning.course import OUTCOMES, WeaningTrial, largest_step, live, run_course
from experiments.weaning.course.live_view import awaited, live_line
from experiments.weaning.course.record import RECORDED_SIGNALS
from plants import InputError

from ...conftest import kept_and_read

TRIAL = WeaningTrial(11, "fast-protocol", case="full")


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A course, its log, the file of the log, and the live line at every decision."""
    path = tmp_path_factory.mktemp("course") / "decisions.jsonl"
    log, lines = DecisionLog(path), []
    course = run_course(
        TRIAL, log=log, watch=lambda decision, bedside: lines.append(live_line(decision, bedside))
    )
    return course, log, path, lines


def test_the_same_seed_gives_the_same_course(watched):
    again = run_course(TRIAL)
    assert_frame_equal(DataFrame(again.records), DataFrame(watched[0].records))
    assert [decision["words"] for decision in again.decisions] == [
        decision["words"] for decision in watched[0].decisions
    ]


def test_records_run_from_the_first_hour_to_the_last(watched):
    course = watched[0]
    hours = [row["hours"] for row in course.records]
    assert hours[0] == 0.0
    assert hours == sorted(hours)
    assert sum(row["lasting"] for row in course.records) == pytest.approx(course.hours)
    assert all(set(RECORDED_SIGNALS) <= set(row) for row in course.records)
    assert course.outcome in OUTCOMES


def test_steps_are_at_most_two_levels_and_never_below_the_lowest(watched):
    assert largest_step(watched[0].decisions) <= 2
    assert min(row["level"] for row in watched[0].records) >= 2


def test_without_a_tracker_nothing_is_estimated(watched):
    assert all(math.isnan(row["lv_ees"]) for row in watched[0].records)


def test_every_decision_is_in_the_log_and_its_file(watched):
    course, log, path, lines = watched
    written = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(written) == len(log) == len(lines)
    assert [decision["words"] for decision in written] == [decision.words for decision in log]
    assert [decision["words"] for decision in course.decisions] == [
        decision.words for decision in log.changes()
    ]


def test_the_live_line_says_where_the_course_stands(watched):
    course, log, _, lines = watched
    assert all("MAP" in line and "CPO" in line for line in lines)
    assert f"of {course.label_hours:g}" in lines[0]
    assert log[0].level in lines[0]
    assert awaited(log[0]) in lines[0]
    assert awaited(log[0])


def test_nothing_is_shown_where_there_is_no_terminal(capsys, watched):
    with live() as watch:
        watch(watched[1][0], None)
    assert capsys.readouterr() == ("", "")


def test_a_course_survives_being_written_down(watched):
    course = watched[0]
    again = kept_and_read(course)
    assert again.trial == course.trial
    assert again.decisions == course.decisions
    assert_frame_equal(DataFrame(again.records), DataFrame(course.records))
    assert math.isnan(again.bridge_hours) == math.isnan(course.bridge_hours)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"policy": "nobody"}, "policy"),
        ({"case": "nothing"}, "case"),
        ({"tier": "none"}, "tier"),
        ({"events": "war"}, "events"),
    ],
)
def test_a_wrong_name_is_refused(settings, field):
    with pytest.raises(InputError, match=field):
        WeaningTrial(1, **{"policy": "fast-protocol", **settings})
