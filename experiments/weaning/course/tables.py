"""A course of weaning as tables: what came out, what was decided and why, what was expected."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from controllers import Decision
from experiments.weaning.course.figure import OUTCOME_WORDS
from experiments.weaning.course.labels import (
    PHASE_WORDS,
    main_decisions,
    reason_texts,
    short_reason,
)
from experiments.weaning.course.record import Course, happened_words
from experiments.weaning.course.score import (
    hours_below,
    largest_step,
    lowest_level,
    suction_seconds,
)
from plants import SIGNALS
from plants.bedside import bedside_settings
from plants.pumps import level_number

#: Signals whose forecast is held against what came.
FORECAST = ("map", "cardiac_index", "cardiac_power_output", "pcwp", "cvp", "papi")
ELASTANCE = "mmHg/mL"
_ELASTANCES = ("lv_ees_true", "lv_ees", "lv_ees_low", "lv_ees_high")
# How long after a step its forecast is held against the truth, h.
_TIME_AFTER_STEP = 0.9


def final_metrics(course: Course) -> dict[str, float]:
    """Signals at the last look on support, and the true and estimated elastance."""
    last = course.records[-1]
    return {name: last[name] for name in last if name in SIGNALS or name in _ELASTANCES}


def units(names: Iterable[str]) -> dict[str, str]:
    """Units of what :func:`final_metrics` gives."""
    return {name: ELASTANCE if name in _ELASTANCES else SIGNALS[name].unit for name in names}


def _map_low() -> float:
    return bedside_settings()["explant"]["map_low"]


def measures(course: Course) -> dict[str, float]:
    """What a course is judged by: hours, share of time, levels, seconds."""
    hypotension = hours_below(course.records, "map", _map_low())
    return {
        "hours_on_support": course.hours,
        "label_hours": course.label_hours,
        "hours_map_low": hypotension,
        "share_map_low": hypotension / course.hours if course.hours > 0 else math.nan,
        "largest_step": float(largest_step(course.decisions)),
        "lowest_level": lowest_level(course.decisions),
        "suction_seconds": suction_seconds(course.records),
        "bridge_hours": course.bridge_hours,
    }


#: Unit and meaning of each of :func:`measures`, for the lowest pressure of an explant.
MEASURES: dict[str, tuple[str, str]] = {
    "hours_on_support": ("h", "time on support"),
    "label_hours": ("h", "longest use by the label"),
    "hours_map_low": ("h", "time on support with a mean arterial pressure below {map_low:g} mmHg"),
    "share_map_low": ("1", "its share of the time on support"),
    "largest_step": ("1", "most levels of a step, up or down"),
    "lowest_level": ("1", "lowest P-level"),
    "suction_seconds": ("s", "time in suction"),
    "bridge_hours": ("h", "named for a durable pump or transplant after"),
}


def outcome_rows(course: Course) -> list[tuple[str, object, str]]:
    """Rows (what, value, unit) of who was weaned, how it ended, and how it went."""
    rows: list[tuple[str, object, str]] = [
        ("patient", course.patient, ""),
        ("case", course.case, ""),
        ("outcome", OUTCOME_WORDS[course.outcome], ""),
        ("reason", reason_text(course), ""),
        *([("beyond life", course.beyond_life, "")] if course.beyond_life else []),
    ]
    values, low = measures(course), _map_low()
    rows += [
        (MEASURES[name][1].format(map_low=low), values[name], MEASURES[name][0])
        for name in values
        if math.isfinite(values[name])
    ]
    return rows


def reason_text(course: Course) -> str:
    """Why the course ended as it did; of a reassessment what speaks against going on."""
    if course.outcome != "bridge":
        return short_reason(course.reason)
    return "; ".join(reason_texts(course.decisions[-1], met=False))


def decision_rows(course: Course, *, all_of_them: bool = False) -> list[tuple[object, ...]]:
    """Rows (number, hours, level, phase, for, against) of the decisions.

    Parameters
    ----------
    course : Course
        The course.
    all_of_them : bool
        Whether every decision that changed something is told, or the main ones only.
    """
    chosen: Sequence[dict[str, Any]] = main_decisions(course.decisions)
    if all_of_them:
        numbers = {
            (decision["hours"], decision["phase"]): decision["number"] for decision in chosen
        }
        chosen = [
            {**decision, "number": numbers.get((decision["hours"], decision["phase"]))}
            for decision in course.decisions
        ]
    return [
        (
            decision["number"],
            decision["hours"],
            decision["level"],
            PHASE_WORDS[decision["phase"]],
            *("; ".join(reason_texts(decision, met=met)) for met in (True, False)),
        )
        for decision in chosen
    ]


#: Headings of :func:`decision_rows`.
DECISION_COLUMNS = ("no.", "time [h]", "level", "decision", "for going on", "against")


def main_decision_rows(course: Course) -> list[tuple[object, ...]]:
    """Rows (number, hours, level, decision, why) of the main decisions, for the prompt."""
    acted = {
        decision["number"]: decision["action"] for decision in main_decisions(course.decisions)
    }
    rows: list[tuple[object, ...]] = []
    for number, hours, level, phase, good, bad in decision_rows(course):
        why = good or bad if acted[number] in ("down", "explant") else bad or good
        rows.append((number, hours, level, phase, why))
    return rows


def finding_rows(course: Course) -> list[tuple[str, float, str]]:
    """Rows (what, hours, kind) of what was recognised and what happened, in time."""
    rows = [(name.replace("-", " "), when, "recognised") for name, when in course.findings.items()]
    for name, when in course.true_events.items():
        rows.append((happened_words(name), when, "happened"))
    rows += [(text, when, "alarm of the console") for when, text in course.alarms]
    return sorted(rows, key=lambda row: row[1])


def forecast_rows(course: Course, decisions: Iterable[Decision]) -> list[tuple[object, ...]]:
    """Rows (hours, level, signal, expected, spread, unit, came, miss in spreads) of every step.

    What was expected of the level when it was taken, against the truth an hour later, where the
    level was held for so long. Empty without a tracker.
    """
    rows: list[tuple[object, ...]] = []
    for decision in decisions:
        if decision.action not in ("down", "up") or not decision.forecast:
            continue
        later = _record_after_step(course, decision.hours, decision.level)
        for name in FORECAST:
            if later is None or name not in decision.forecast:
                continue
            mean, spread = decision.forecast[name]
            miss = (later[name] - mean) / spread if spread > 0 else math.nan
            signal = SIGNALS[name]
            step = (decision.hours, decision.level, signal.meaning)
            rows.append((*step, mean, spread, signal.unit, later[name], miss))
    return rows


#: Headings of :func:`forecast_rows`.
FORECAST_COLUMNS = (
    *("time [h]", "level", "signal", "expected", "standard deviation", "unit", "came (true)"),
    "miss [standard deviations]",
)


def _record_after_step(course: Course, hours: float, level: str) -> dict[str, float] | None:
    """The first record at least that long after a step, if the level is still the same."""
    later = [row for row in course.records if row["hours"] >= hours + _TIME_AFTER_STEP]
    kept = later and later[0]["level"] == level_number(level)
    return later[0] if kept else None
