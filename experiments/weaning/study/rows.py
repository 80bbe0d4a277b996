"""The courses of the weaning study as rows of tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from controllers.weaning.assessment import HIDDEN_REGURGITATION, REGURGITATION
from experiments.statistics import DataFrame, data_frame, fields_of
from experiments.weaning.course import (
    Course,
    contractility,
    cormpo,
    hours_below,
    largest_step,
    lowest_level,
    relapse,
    suction_seconds,
)
from experiments.weaning.settings import study_settings
from experiments.weaning.study.competing_risks import first_event
from experiments.weaning.study.patient import PatientResult
from experiments.weaning.truth import EVALUATED_FINDINGS, Oracle
from plants.bedside import HARMFUL_COMPLICATIONS


class StudyRows(NamedTuple):
    """What is known of every patient.

    Parameters
    ----------
    courses : DataFrame
        A row for each patient and policy.
    estimates : DataFrame
        A row for each record with a tracker: ``policy``, ``seed``, ``hours``, ``error`` (share of
        the true contractility), ``inside`` (the 90 % interval).
    probes : DataFrame
        A row for each patient who was probed.
    refusals : DataFrame
        ``seed``, ``what`` (patient, policy or gate) and ``reason``.
    """

    courses: DataFrame
    estimates: DataFrame
    probes: DataFrame
    refusals: DataFrame


def study_rows(done: Iterable[PatientResult]) -> StudyRows:
    """Read all patients, one at a time."""
    courses: list[dict[str, Any]] = []
    estimates: list[dict[str, Any]] = []
    probes: list[dict[str, Any]] = []
    refusals: list[dict[str, Any]] = []
    for patient in done:
        if patient.refusal:
            refusals.append(
                {"seed": patient.seed, "what": "patient", "reason": patient.refusal_kind}
            )
        refusals += [
            {"seed": patient.seed, "what": what, "reason": failure.kind}
            for what, failure in patient.not_simulated.items()
        ]
        case = next((course.case for course in patient.courses.values()), "")
        if patient.probe is not None:
            probe = patient.probe
            if probe.reason:
                refusals.append({"seed": patient.seed, "what": "gate", "reason": probe.reason})
            else:
                names = ("hours", "level", "holds", "chance", "margin", "trusted")
                shown = fields_of(probe, *names)
                own = {"seed": patient.seed, "case": case}
                probes.append(own | shown | {"cardiac_power_output": probe.power})
        for policy, course in patient.courses.items():
            assert patient.oracle is not None
            courses.append(
                course_row(policy, course, patient.oracle, patient.alarms.get(policy, {}))
            )
            own = {"policy": policy, "seed": patient.seed}
            for hours, error, inside in zip(*contractility(course.records), strict=True):
                estimates.append(own | {"hours": hours, "error": error, "inside": inside})
    return StudyRows(
        data_frame(courses),
        data_frame(estimates, columns=["policy", "seed", "hours", "error", "inside"]),
        data_frame(probes),
        data_frame(refusals, columns=["seed", "what", "reason"]),
    )


def course_row(
    policy: str, course: Course, oracle: Oracle, alarms: Mapping[str, bool]
) -> dict[str, Any]:
    """Everything a table says of a course; missing hours are NaN.

    Time above the oracle's counts for whoever could be weaned; those who were not explanted well
    count with the whole of the label's duration.
    """
    low = study_settings().number("map_low")
    event, event_hours = first_event(course)
    full = course.records[0]["level"] if course.records else math.nan
    below = [row for row in course.records if row["level"] < full]
    answer, metrics = relapse(course), cormpo(course.records, course.decisions)
    estimate = contractility(course.records)
    late = course.hours if course.outcome == "well" else course.label_hours
    row: dict[str, Any] = {
        "policy": policy,
        "seed": course.trial.seed,
        **fields_of(course, "case", "phenotype", "patient", "access"),
        "weanable": oracle.weanable,
        "oracle_hours": oracle.hours,
        "weanable_ignoring_right_ventricle": math.isfinite(oracle.hours_ignoring_right_ventricle),
        "oracle_outcome": oracle.outcome,
        "well_at_label_end": oracle.well_at_label_end,
        **fields_of(course, "outcome", "reason", "cause", "beyond_life"),
        **fields_of(course, "hours", "label_hours", "bridge_hours"),
        "excess_hours": late - oracle.hours,
        "event": event,
        "event_hours": event_hours,
        **{
            f"{name}_hours": course.true_events.get(name, math.nan)
            for name in (*HARMFUL_COMPLICATIONS, "malposition")
        },
        "map_low_hours": hours_below(course.records, "map", low),
        "map_low_weaning_hours": hours_below(below, "map", low),
        "suction_seconds": suction_seconds(course.records),
        "largest_step": largest_step(course.decisions),
        "lowest_level": lowest_level(course.decisions),
        "relapse_level": math.nan if answer is None else answer.level,
        "relapse_answer_hours": math.nan if answer is None else answer.answer,
    }
    for name in EVALUATED_FINDINGS:
        named = course.findings.get(name, math.nan)
        if (
            name == HIDDEN_REGURGITATION
            and course.case == EVALUATED_FINDINGS[name]
            and math.isnan(named)
        ):
            # The leak was found, if not that full support had hidden it.
            named = course.findings.get(REGURGITATION, math.nan)
        row[f"{name}_hours"] = named
        row[f"{name}_true"] = alarms.get(name)
    return row | {
        "estimates": len(estimate.errors),
        "estimates_inside": sum(estimate.inside),
        "weaning_score": metrics.weaning_score,
        "action_change_penalty": metrics.change_penalty,
        "whole_hours": metrics.hours,
        "unstable_hours": metrics.unstable,
        "unstable_raised": metrics.raised,
        "plant_seconds": course.seconds.get("plant", math.nan),
        "controller_seconds": course.seconds.get("controller", math.nan),
    }
