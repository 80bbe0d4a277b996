"""The figure of a course: nothing lies over anything, and it holds for every kind of course."""

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from matplotlib.text import Text

from controllers import Decision, Reason
from experiments.weaning.course import (
    WeaningTrial,
    course_figure,
    main_decisions,
    plain_reasons,
    reason_texts,
    run_course,
    short_reason,
)
from experiments.weaning.course.figure import OUTCOME_WORDS
from experiments.weaning.course.labels import decision_lines, merge_close_labels, pack_labels

HOURS = st.lists(st.floats(0.0, 96.0), max_size=25)


@pytest.fixture(scope="module")
def course():
    return run_course(WeaningTrial(14, "fast-protocol", case="full"))


def overlap(a, b):
    """Share of a pixel that two boxes have in common."""
    return a.x0 < b.x1 - 0.5 and b.x0 < a.x1 - 0.5 and a.y0 < b.y1 - 0.5 and b.y0 < a.y1 - 0.5


def texts(figure):
    """Visible texts of a drawn figure with their boxes."""
    figure.draw_without_rendering()
    # A tick beyond the ends of its axis is there and not drawn.
    hidden = {
        id(tick)
        for axes in figure.axes
        for along, (low, high), ticks in (
            (0, axes.get_xlim(), axes.get_xticklabels()),
            (1, axes.get_ylim(), axes.get_yticklabels()),
        )
        for tick in ticks
        if not axes.axison or not low <= tick.get_position()[along] <= high
    }
    shown = [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()
    ]
    return [(text.get_text(), text.get_window_extent()) for text in shown if id(text) not in hidden]


def estimated(course):
    """The course as if a tracker had run along, with a gap."""
    rows = []
    for k, row in enumerate(course.records):
        ees = math.nan if k == 5 else row["lv_ees_true"]
        more = {"lv_ees": ees, "lv_ees_low": 0.9 * ees, "lv_ees_high": 1.1 * ees, "leaking": 0.4}
        rows.append({**row, **more})
    return replace(course, records=rows)


def cut(follow_up, hours):
    """The first hours of a follow-up."""
    lists = {name: values[:hours] for name, values in follow_up.items() if isinstance(values, list)}
    return {**follow_up, **lists, "ended": float(hours)}


@pytest.mark.parametrize("change", ["none", "estimated", "crowded", "failed", "bridge", "died"])
def test_no_text_lies_over_another_or_outside(course, change):
    shown = {
        "none": course,
        "estimated": estimated(course),
        "crowded": replace(
            course,
            findings={"rv-failure": 2.0, "inotrope-masked": 2.5, "hemolysis": 3.0, "limb": 3.0},
            true_events={"bleeding": 2.2, "event restunned": 40.0, "event lv_contractility": 40.0},
        ),
        "failed": replace(course, outcome="failed", follow_up=cut(course.follow_up, 4)),
        "bridge": replace(course, outcome="bridge", follow_up={}),
        "died": replace(
            course,
            outcome="died",
            hours=0.08,
            follow_up={},
            records=course.records[:1],
            decisions=course.decisions[:1],
        ),
    }[change]
    figure = course_figure(shown)
    boxes = texts(figure)
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        assert not overlap(a, b), f"{first!r} lies over {second!r}"
    for text, box in boxes:
        assert box.x0 > -1, text
        assert box.x1 < figure.bbox.x1 + 1, text
        assert box.y0 > -1, text
    assert OUTCOME_WORDS[shown.outcome] in figure.get_suptitle()


def test_the_panels_share_the_hours_and_name_what_they_show(course):
    figure = course_figure(course)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    for words in (
        "P-level",
        "Mean arterial pressure [mmHg]",
        "Cardiac power output [W]",
        "Filling pressures [mmHg]",
        "LV end-systolic elastance [mmHg/mL]",
        "Mitral valve",
        "Arterial lactate [mmol/L]",
    ):
        assert words in titles
    panels = figure.axes[: titles.index("Mitral valve")]
    assert len({axes.get_xlim() for axes in panels}) == 1
    assert panels[0].get_xlim()[1] > course.hours + 48.0


def test_the_estimate_is_drawn_only_where_there_is_one(course):
    def names(figure):
        return {line.get_label() for axes in figure.axes for line in axes.get_lines()}

    assert "estimated" not in names(course_figure(course))
    assert "estimated" in names(course_figure(estimated(course)))


@given(HOURS)
def test_packed_labels_keep_apart_and_inside(times):
    labels = [(when, "hidden regurgitation"[: 4 + k % 15]) for k, when in enumerate(times)]
    placed = pack_labels(labels, start=0.0, end=96.0, width=1.0)
    assert sorted(label.text for label in placed) == sorted(text for _, text in labels)
    for label in placed:
        assert 0.0 <= label.left <= 96.0 - len(label.text)
    for a, b in itertools.combinations(placed, 2):
        apart = a.left + len(a.text) < b.left or b.left + len(b.text) < a.left
        assert a.row != b.row or apart
        high, low = (a, b) if a.row > b.row else (b, a)
        if high.left == high.at and low.left == low.at:
            assert not low.left < high.at < low.left + len(low.text)


@given(HOURS)
def test_numbers_are_told_once_and_keep_apart(times):
    groups = merge_close_labels(sorted(times), width=0.7)
    told = [number for _, text in groups for number in expanded(text)]
    assert told == list(range(1, len(times) + 1))
    for (a, left), (b, right) in itertools.pairwise(groups):
        assert b - a >= 0.7 * (0.5 * (len(left) + len(right)) + 1.0)


def expanded(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def test_main_decisions_are_levels_refusals_and_ends(course):
    main = main_decisions(course.decisions)
    levels = [decision["level"] for decision in course.decisions]
    changes = 1 + sum(a != b for a, b in itertools.pairwise(levels))
    assert sum(decision["before"] != decision["level"] for decision in main) == changes
    assert [decision["number"] for decision in main] == list(range(1, len(main) + 1))
    assert main[-1]["action"] == "explant"


def test_reasons_are_cut_to_the_lines_there_are(course):
    first = main_decisions(course.decisions)[0]
    _, whole = decision_lines(first, width=60, most=50)
    head, lines = decision_lines(first, width=60, most=1)
    assert len(whole) > 1
    assert lines[0].endswith("...")
    assert len(lines[0]) <= 64
    assert "0.0 h" in head
    assert decision_lines(first, width=60, most=0)[1] == []
    assert "0.0 min" in decision_lines(first, width=60, most=0, minutes=True)[0]


def test_reasons_are_told_apart_by_what_they_say_for_and_not_by_their_words():
    decision = Decision(
        1.0,
        "P-6",
        "hold",
        "hold",
        (
            Reason("against all odds", met=True),
            Reason("cvp 14 mmHg", met=False),
            Reason("for: now", met=False, needed=False),
        ),
    )
    kept = plain_reasons(decision)
    assert kept["reasons"] == ["against: cvp 14 mmHg", "against: for: now", "for: against all odds"]
    assert reason_texts(kept, met=True) == ["against all odds"]
    assert reason_texts(kept, met=False) == ["CVP 14 mmHg", "for: now"]


def test_a_short_reason_keeps_its_numbers():
    said = short_reason("pulmonary capillary wedge pressure 12.3 mmHg, at most 20")
    assert said == "PCWP 12.3 mmHg, at most 20"
    assert short_reason("chance 0.95 that map, pcwp hold") == "chance 0.95 that MAP, PCWP hold"
