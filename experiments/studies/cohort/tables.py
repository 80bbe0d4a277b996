"""Incidences of a cohort study: how many patients had which complication, by when, and why not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from experiments.statistics import NORMAL_QUANTILE, DataFrame, data_frame, wilson
from experiments.studies.cohort.outcome import REFUSED, Course
from experiments.studies.cohort.patient import PatientResult
from experiments.studies.cohort.settings import COMPLICATIONS, Expected, cohort_settings
from plants import RefusalCounts
from plants.quantities import HOUR_SLACK, HOURS_PER_DAY
from plants.simulation import COMPLETED, DIED, LEFT

#: Verdicts on an incidence. Undecided: outside, but its interval reaches into what is expected,
#: because the patients are few.
WITHIN, OUTSIDE, UNDECIDED = "within", "outside", "undecided"
_SLIP = "malposition_hazard"
#: The cumulative hazard behind a complication; hemolysis has none of its own.
_HAZARD = {"bleeding": "bleeding_hazard", "limb": "limb_hazard"}
_FEMORAL = "femoral percutaneous"


class CohortTables(NamedTuple):
    """The results as tables.

    Parameters
    ----------
    incidence : DataFrame
        A row for each support and complication: patients, events, percent with the 95 % interval
        (Wilson), percent expected from the hazards, the band and the verdict.
    contrasts : DataFrame
        The same of the patients alone that had every support, so that luck is the same for all.
    by_day : DataFrame
        Percent of patients with each complication by the end of each day.
    outcomes : DataFrame
        How the courses of each support ended, by which access, and how they went on the average.
    refusals : DataFrame
        Draws of patients that were refused, by reason, and devices that no artery allowed.
    courses : DataFrame
        A row for each patient and support.
    """

    incidence: DataFrame
    contrasts: DataFrame
    by_day: DataFrame
    outcomes: DataFrame
    refusals: DataFrame
    courses: DataFrame


def tabulate(done: Sequence[PatientResult], *, judged: Sequence[str]) -> CohortTables:
    """The tables of a study.

    Parameters
    ----------
    done : sequence of PatientResult
        All patients.
    judged : sequence of str
        Names of the supports whose incidences are compared with the expected ones.
    """
    by_support = _by_support(done)
    every = [patient for patient in done if len(patient.courses) == len(by_support)]
    more = _by_support(every) if any(name not in judged for name in by_support) else {}
    incidence = [
        _incidence(name, what, courses, judged=True)
        for name, courses in by_support.items()
        if name in judged
        for what in COMPLICATIONS
    ]
    contrasts = [
        _incidence(name, what, courses, judged=False)
        for name, courses in more.items()
        for what in COMPLICATIONS
    ]
    days = [row for name in judged if name in by_support for row in _by_day(name, by_support[name])]
    outcomes = [_outcome(name, courses) for name, courses in by_support.items()]
    refusals = _refusals(done, by_support)
    courses = [_row(patient, course) for patient in done for course in patient.courses]
    tables = (incidence, contrasts, days, outcomes, refusals, courses)
    return CohortTables(*(data_frame(rows) for rows in tables))


def _by_support(done: Sequence[PatientResult]) -> dict[str, list[Course]]:
    courses: dict[str, list[Course]] = {}
    for patient in done:
        for course in patient.courses:
            courses.setdefault(course.support, []).append(course)
    return courses


def _treated(courses: Sequence[Course]) -> list[Course]:
    return [course for course in courses if course.outcome != REFUSED]


def _incidence(
    support: str, complication: str, courses: Sequence[Course], *, judged: bool
) -> dict[str, Any]:
    treated = _treated(courses)
    events = sum(math.isfinite(getattr(course, complication)) for course in treated)
    low, high = wilson(events, len(treated))
    percent = 100 * events / len(treated) if treated else math.nan
    femoral = any(course.access == _FEMORAL for course in treated)
    band = complication if complication != "limb" or femoral else "limb_surgical"
    expected = cohort_settings().bands[band]
    by_hazard, half = _by_hazard(complication, treated)
    verdict = _verdict(percent, 100 * low, 100 * high, expected)
    return {
        "support": support,
        "complication": complication,
        "patients": len(treated),
        "events": events,
        "percent": percent,
        "percent_low": 100 * low,
        "percent_high": 100 * high,
        "percent_by_hazard": by_hazard,
        "percent_by_hazard_ci": half,
        "band_low": expected.low if judged else math.nan,
        "band_high": expected.high if judged else math.nan,
        "verdict": verdict if judged else "",
    }


def _verdict(percent: float, low: float, high: float, expected: Expected) -> str:
    """Whether the share lies in the band; few patients cannot tell how far outside it is."""
    if expected.low <= percent <= expected.high:
        return WITHIN
    return OUTSIDE if high < expected.low or low > expected.high else UNDECIDED


def _by_hazard(complication: str, treated: Sequence[Course]) -> tuple[float, float]:
    """Percent expected from the cumulative hazards, and half its 95 % interval.

    Less is left to chance than in the events. Of hemolysis it is the chance of a malposition times
    whether one leads to hemolysis, plus hemolysis without one, in the patients of whom the first
    was run.
    """
    if complication in _HAZARD:
        chances = [_chance(course.recorded[_HAZARD[complication]][-1]) for course in treated]
    else:
        chances = []
        for course in treated:
            if math.isnan(course.hemolysis_if_malpositioned):
                continue
            slips = _chance(course.recorded[_SLIP][-1])
            without = math.isfinite(course.hemolysis) and math.isinf(course.malposition)
            chances.append(
                slips * math.isfinite(course.hemolysis_if_malpositioned) + (1 - slips) * without
            )
    if len(chances) < 2:
        return math.nan, math.nan
    error = float(np.std(chances, ddof=1)) / math.sqrt(len(chances))
    return 100 * float(np.mean(chances)), 100 * NORMAL_QUANTILE * error


def _chance(hazard: float) -> float:
    """Chance of an event by the time at which a cumulative hazard is that."""
    return -math.expm1(-hazard)


def _by_day(support: str, courses: Sequence[Course]) -> list[dict[str, Any]]:
    treated = _treated(courses)
    if not treated:
        return []
    days = math.ceil(max(course.hours for course in treated) / HOURS_PER_DAY - 1e-6)
    rows = []
    for day in range(days + 1):
        row: dict[str, Any] = {"support": support, "day": day, "patients": len(treated)}
        for what in COMPLICATIONS:
            struck = sum(
                getattr(course, what) <= day * HOURS_PER_DAY + HOUR_SLACK for course in treated
            )
            row[what] = 100 * struck / len(treated)
        for what, hazard in _HAZARD.items():
            chances = [_chance(_noted_by(course, hazard, day)) for course in treated]
            row[f"{what}_by_hazard"] = 100 * float(np.mean(chances))
        dead = sum(
            course.outcome == DIED and course.hours <= day * HOURS_PER_DAY + HOUR_SLACK
            for course in treated
        )
        rows.append(row | {"died": 100 * dead / len(treated)})
    return rows


def _noted_by(course: Course, name: str, day: int) -> float:
    """The last value noted by the end of a day."""
    last = int(np.searchsorted(course.times, day * HOURS_PER_DAY + HOUR_SLACK, side="right"))
    return course.recorded[name][last - 1]


def _outcome(support: str, courses: Sequence[Course]) -> dict[str, Any]:
    treated = _treated(courses)
    ways = {course.access for course in treated}
    access = "; ".join(
        f"{way} {sum(course.access == way for course in treated)}" for way in sorted(ways)
    )

    def mean(values: Sequence[float]) -> float:
        return float(np.mean(values)) if len(values) else math.nan

    def recorded(name: str) -> float:
        return mean([mean(course.recorded[name]) for course in treated])

    return {
        "support": support,
        "patients": len(courses),
        REFUSED: len(courses) - len(treated),
        COMPLETED: sum(course.outcome == COMPLETED for course in treated),
        DIED: sum(course.outcome == DIED for course in treated),
        "beyond_life": sum(bool(course.beyond_life) for course in treated),
        "access": access,
        "sheath_ratio_above_1.05": sum(course.sheath_artery_ratio >= 1.05 for course in treated),
        "distal_perfusion": sum(math.isfinite(course.distal_perfusion) for course in treated),
        "malposition": sum(math.isfinite(course.malposition) for course in treated),
        "mean_hours": mean([course.hours for course in treated]),
        "mean_level": recorded("level"),
        "mean_map": recorded("map"),
        "mean_cardiac_power_output": recorded("cardiac_power_output"),
        "mean_pfhb": recorded("pfhb"),
    }


def _refusals(
    done: Sequence[PatientResult], by_support: dict[str, list[Course]]
) -> list[dict[str, Any]]:
    total = sum((patient.counts() for patient in done), RefusalCounts())
    rows = [
        {"what": "draws", "reason": "all", "count": total.draws},
        {"what": "draws", "reason": "refused", "count": total.refused},
        *(
            {"what": "draws refused for", "reason": reason, "count": count}
            for reason, count in total.reasons.items()
        ),
    ]
    missing = sum(bool(patient.reason) for patient in done)
    if missing:
        rows.append({"what": "patients", "reason": "not found", "count": missing})
    for name, courses in by_support.items():
        ends = Counter((course.outcome, course.cause) for course in courses)
        for outcome in (REFUSED, DIED, LEFT):
            said = "" if outcome == REFUSED else f"{outcome}: "
            rows += [
                {"what": name, "reason": f"{said}{cause}", "count": count}
                for (ended, cause), count in sorted(ends.items())
                if ended == outcome
            ]
    return rows


def _row(patient: PatientResult, course: Course) -> dict[str, Any]:
    recorded = course.recorded
    last = {name: series[-1] for name, series in recorded.items() if series}
    return {
        **patient.characteristics,
        "support": course.support,
        "outcome": course.outcome,
        "reason": course.reason,
        "cause": course.cause,
        "beyond_life": course.beyond_life,
        "access": course.access,
        "sheath_artery_ratio": course.sheath_artery_ratio,
        "hours": course.hours,
        **{
            f"{name}_h": getattr(course, name) if math.isfinite(getattr(course, name)) else None
            for name in (*COMPLICATIONS, "malposition", "distal_perfusion")
        },
        "pfhb_max": max(recorded["pfhb"]) if recorded.get("pfhb") else math.nan,
        **{f"last_{name}": value for name, value in last.items()},
    }
