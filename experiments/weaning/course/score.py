"""What a course of weaning is worth: time, pressure, steps, and how a relapse was answered."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from experiments.weaning.course.record import Course, event_key
from plants.pumps import level_number
from plants.quantities import HOUR_SLACK, SECONDS_PER_HOUR
from plants.simulation import suction_time

#: Relapse of the case: what its events act on.
RELAPSE = (event_key("restunned"), event_key("lv_contractility"))
Rows = Sequence[Mapping[str, float]]
Decisions = Sequence[Mapping[str, Any]]


def hours_below(records: Rows, signal: str, limit: float) -> float:
    """Time with a signal below a limit, h: what a look shows lasts until the next.

    Examples
    --------
    >>> from experiments.weaning.course import hours_below
    >>> rows = [{"map": 55.0, "lasting": 0.5}, {"map": 70.0, "lasting": 1.0}]
    >>> hours_below(rows, "map", 60.0)
    0.5
    """
    return sum(row["lasting"] for row in records if row[signal] < limit)


def suction_seconds(records: Rows) -> float:
    """Time in suction, s: its share of the beat, over time.

    Examples
    --------
    >>> from experiments.weaning.course import suction_seconds
    >>> suction_seconds([{"suction": 0.1, "lasting": 0.5}, {"suction": 0.0, "lasting": 9.0}])
    180.0
    """
    shares, hours = ([row[name] for row in records] for name in ("suction", "lasting"))
    return suction_time(shares, hours) * SECONDS_PER_HOUR


def largest_step(decisions: Decisions) -> int:
    """Most levels between two decisions, down or up, that a decision asked for.

    A console that falls to a lower level by itself, because of suction, takes no step.

    Examples
    --------
    >>> from experiments.weaning.course import largest_step
    >>> largest_step([{"level": "P-8", "action": "hold"}, {"level": "P-6", "action": "down"},
    ...               {"level": "P-3", "action": "hold"}])
    2
    """
    return max(
        (
            abs(level_number(later["level"]) - level_number(earlier["level"]))
            for earlier, later in itertools.pairwise(decisions)
            if later["action"] in ("down", "up")
        ),
        default=0,
    )


def lowest_level(decisions: Decisions) -> float:
    """Number of the lowest level that was decided before the pump came out; NaN without any.

    Examples
    --------
    >>> from experiments.weaning.course import lowest_level
    >>> lowest_level([{"level": "P-8"}, {"level": "P-2"}])
    2.0
    """
    return min((float(level_number(decision["level"])) for decision in decisions), default=math.nan)


def level_at(decisions: Decisions, hours: float) -> int:
    """Number of the level in force from an hour on: that of the last decision.

    Examples
    --------
    >>> from experiments.weaning.course.score import level_at
    >>> level_at([{"hours": 0.0, "level": "P-8"}, {"hours": 5.0, "level": "P-6"}], 5.0)
    6
    """
    level = level_number(decisions[0]["level"])
    for decision in decisions:
        if decision["hours"] > hours + HOUR_SLACK:
            break
        level = level_number(decision["level"])
    return level


class Relapse(NamedTuple):
    """A relapse that came in mid-wean.

    Attributes
    ----------
    hours : float
        When it began, h.
    level : int
        Number of the level at that time, below that of support.
    answer : float
        Time until the next step up, h; infinite where none came.
    """

    hours: float
    level: int
    answer: float


def relapse(course: Course) -> Relapse | None:
    """The relapse of a course; None where none came, or not in mid-wean.

    In mid-wean is whose pump still runs, below the level at which support began.

    Examples
    --------
    >>> from experiments.weaning.course import run_course
    >>> from experiments.weaning.course import WeaningTrial
    >>> from experiments.weaning.course import relapse
    >>> relapse(run_course(WeaningTrial(11, "fast-protocol", case="full"))) is None
    True
    """
    begun = [course.true_events[name] for name in RELAPSE if name in course.true_events]
    if course.case != "relapse" or not begun or not course.records:
        return None
    onset = min(begun)
    level = level_at(course.decisions, onset)
    if onset >= course.hours - HOUR_SLACK or level >= course.records[0]["level"]:
        return None
    answers = (
        decision["hours"] - onset
        for decision in course.decisions
        if decision["hours"] > onset + HOUR_SLACK
        and decision["action"] == "up"
        and level_number(decision["level"]) > level
    )
    return Relapse(onset, level, next(answers, math.inf))


class Contractility(NamedTuple):
    """How well contractility was believed, a value a record.

    Attributes
    ----------
    hours : tuple of float
        When, h.
    errors : tuple of float
        Distance of the median from the truth, share of the truth.
    inside : tuple of bool
        Whether the truth lies in the interval.
    """

    hours: tuple[float, ...]
    errors: tuple[float, ...]
    inside: tuple[bool, ...]


def contractility(records: Rows) -> Contractility:
    """Errors of the estimate of LV contractility; empty without a tracker.

    Examples
    --------
    >>> from experiments.weaning.course import contractility
    >>> row = {"hours": 1.0, "lv_ees_true": 1.0, "lv_ees": 1.25, "lv_ees_low": 0.9,
    ...        "lv_ees_high": 1.6}
    >>> contractility([row, row | {"lv_ees": float("nan")}])
    Contractility(hours=(1.0,), errors=(0.25,), inside=(True,))
    """
    known = [row for row in records if math.isfinite(row["lv_ees"])]
    return Contractility(
        tuple(row["hours"] for row in known),
        tuple(abs(row["lv_ees"] / row["lv_ees_true"] - 1.0) for row in known),
        tuple(row["lv_ees_low"] <= row["lv_ees_true"] <= row["lv_ees_high"] for row in known),
    )
