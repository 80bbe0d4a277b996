"""Tables of the weaning study: a row a policy, outcomes by case, incidences, gate, estimate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from controllers import WeaningCriteria
from experiments.statistics import (
    DataFrame,
    Series,
    auc_gain,
    cumulative_incidence,
    data_frame,
    discriminate,
    wilson,
)
from experiments.weaning.course import OUTCOMES
from experiments.weaning.settings import study_settings
from experiments.weaning.study.competing_risks import EVENTS
from experiments.weaning.study.rows import StudyRows
from experiments.weaning.truth import EVALUATED_FINDINGS
from plants.bedside import CASES, HARMFUL_COMPLICATIONS
from plants.quantities import HOUR_SLACK

#: What the oracle is called among policies.
ORACLE = "oracle"
#: Names of the two measures of the gate.
FORECAST, POWER = "chance without pump by forecast", "cardiac power output at P-2"
_GRID = 1.0  # h, of cumulative incidences


class StudyTables(NamedTuple):
    """The results as tables.

    Parameters
    ----------
    policies : DataFrame
        A row a policy; shares with their 95 % intervals (Wilson) in columns ``_low`` and ``_high``.
    outcomes : DataFrame
        How courses ended, by case and policy.
    incidence : DataFrame
        Cumulative incidence of every first event, by policy and hour; ``oracle`` for who could have
        been explanted by then.
    recognition : DataFrame
        What was recognised, and what was named elsewhere, by policy and condition.
    gate : DataFrame
        Discrimination of the explant gate and of cardiac power alone; empty without probes.
    contractility : DataFrame
        Error and coverage of the estimate, by policy; empty without a tracker.
    patients : DataFrame
        Patients by case: asked for, on the pump, could be weaned.
    refusals : DataFrame
        Who was refused and what the model could not carry through, by reason.
    """

    policies: DataFrame
    outcomes: DataFrame
    incidence: DataFrame
    recognition: DataFrame
    gate: DataFrame
    contractility: DataFrame
    patients: DataFrame
    refusals: DataFrame


def tabulate(rows: StudyRows, policies: Sequence[str]) -> StudyTables:
    """The tables of a study.

    Parameters
    ----------
    rows : StudyRows
        Of all patients.
    policies : sequence of str
        In the order of tables.
    """

    courses = rows.courses
    known = [] if courses.empty else [p for p in policies if (courses["policy"] == p).any()]
    own = {policy: courses[courses["policy"] == policy] for policy in known}
    recognition = data_frame([_recognised(p, n, own[p]) for p in known for n in EVALUATED_FINDINGS])
    contractility = _contractility(rows.estimates, known)
    return StudyTables(
        policies=data_frame(
            [policy_row(p, own[p]) | _estimate_errors(contractility, p) for p in known]
        ),
        outcomes=data_frame(
            [row for case in CASES for p in known if (row := _outcome(case, p, own[p]))]
        ),
        incidence=data_frame([row for p in known for row in _incidence(p, own[p])]),
        recognition=recognition,
        gate=_gate(rows.probes),
        contractility=contractility,
        patients=_patients(courses, known),
        refusals=_refusals(rows.refusals),
    )


def share(name: str, events: int, of: int) -> dict[str, Any]:
    """A share with its 95 % interval; NaN where there is nobody.

    Examples
    --------
    >>> from experiments.weaning.study.tables import share
    >>> {k: round(v, 3) for k, v in share("failed", 1, 20).items()}
    {'failed': 1, 'failed_of': 20, 'failed_share': 0.05, 'failed_low': 0.009, 'failed_high': 0.236}
    """
    low, high = wilson(events, of) if of else (math.nan, math.nan)
    return {
        name: events,
        f"{name}_of": of,
        f"{name}_share": events / of if of else math.nan,
        f"{name}_low": low,
        f"{name}_high": high,
    }


def policy_row(policy: str, own: DataFrame) -> dict[str, Any]:
    """What a policy did, over all patients."""
    can, cannot = own[own["weanable"]], own[~own["weanable"]]
    well, failed = own["outcome"] == "well", own["outcome"] == "failed"
    answers = own["relapse_answer_hours"].dropna()
    in_time = int((answers <= study_settings().number("answer") + HOUR_SLACK).sum())
    named = (cannot["bridge_hours"] < cannot["label_hours"] - HOUR_SLACK).sum()
    seconds = own["plant_seconds"] + own["controller_seconds"]
    hours = float(own["hours"].sum())
    row = {
        "policy": policy,
        "patients": len(own),
        **share("weaned", int((can["outcome"] == "well").sum()), len(can)),
        **share("failed", int(failed.sum()), int((well | failed).sum())),
        "hours_median": _median(can["hours"]),
        "excess_hours_median": _median(can["excess_hours"]),
        "excess_hours_weaned_median": _median(can[can["outcome"] == "well"]["excess_hours"]),
        "map_low_share": float(own["map_low_hours"].sum()) / hours if hours else math.nan,
        "map_low_weaning_share": (
            float(own["map_low_weaning_hours"].sum()) / hours if hours else math.nan
        ),
        "suction_seconds_mean": float(own["suction_seconds"].mean()),
        "largest_step": float(own["largest_step"].max()),
        "lowest_level": float(own["lowest_level"].min()),
        **share("relapse_answered", in_time, len(answers)),
        "relapse_answer_hours_median": _median(answers),
    }
    for name in EVALUATED_FINDINGS:
        recognised = _recognised(policy, name, own)
        plain = name.replace("-", "_")
        row |= share(plain, recognised["recognised"], recognised["recognised_of"])
        row[f"{plain}_false_alarms"] = recognised["false_alarms"]
    return row | {
        **share("bridged", int(named), len(cannot)),
        **share("died", int((own["outcome"] == "died").sum()), len(own)),
        **share("complicated", _complicated(own), len(own)),
        "weaning_score": float(own["weaning_score"].mean()),
        "action_change_penalty": float(own["action_change_penalty"].mean()),
        **share(
            "unstable_raised", int(own["unstable_raised"].sum()), int(own["unstable_hours"].sum())
        ),
        "unstable_share": _ratio(own["unstable_hours"].sum(), own["whole_hours"].sum()),
        "seconds_median": _median(seconds),
        "seconds_p90": float(seconds.quantile(0.9)),
    }


def _estimate_errors(contractility: DataFrame, policy: str) -> dict[str, float]:
    rows = [] if contractility.empty else contractility.to_dict("records")
    own = [row for row in rows if row["policy"] == policy and row["from_hours"] == 0.0]
    names = ("coverage", "error_median", "error_p90")
    return {name: own[0][name] if own else math.nan for name in names}


def _complicated(courses: DataFrame) -> int:
    """Number of courses with a complication."""
    return int(
        courses[[f"{name}_hours" for name in HARMFUL_COMPLICATIONS]].notna().any(axis=1).sum()
    )


def _median(values: Series) -> float:
    return float(values.median()) if len(values) else math.nan


def _ratio(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else math.nan


def _recognised(policy: str, name: str, own: DataFrame) -> dict[str, Any]:
    """In the patients of the case, and in others; what is true of those is no false alarm."""
    inside = own["case"] == EVALUATED_FINDINGS[name]
    named = own[f"{name}_hours"] <= own["hours"] + HOUR_SLACK
    others = named & ~inside
    true = own[f"{name}_true"] == True  # noqa: E712 - None is neither
    return {
        "policy": policy,
        "condition": name,
        **share("recognised", int((named & inside).sum()), int(inside.sum())),
        "named_elsewhere": int(others.sum()),
        "true_elsewhere": int((others & true).sum()),
        **share("false_alarms", int((others & ~true).sum()), int((~inside).sum())),
    }


def _outcome(case: str, policy: str, own: DataFrame) -> dict[str, Any] | None:
    rows = own[own["case"] == case]
    if rows.empty:
        return None
    counts = {name: int((rows["outcome"] == name).sum()) for name in OUTCOMES}
    return {
        "case": case,
        "policy": policy,
        "patients": len(rows),
        "weanable": int(rows["weanable"].sum()),
        **counts,
        "hours_median": _median(rows["hours"]),
        "complications": _complicated(rows),
    }


def _incidence(policy: str, own: DataFrame) -> list[dict[str, Any]]:
    """Steps on a grid of hours, in shares; the oracle's explants beside them."""
    end = float(own["label_hours"].max())
    grid = np.arange(0.0, end + 0.5 * _GRID, _GRID)
    curves = {}
    for event in EVENTS:
        times, values = cumulative_incidence(
            own["event"].tolist(), own["event_hours"].tolist(), event
        )
        curves[event] = values[np.searchsorted(times, grid + HOUR_SLACK, side="right") - 1]
    could = own["oracle_hours"].to_numpy(float)
    curves[ORACLE] = np.array([(could <= hour + HOUR_SLACK).mean() for hour in grid])
    return [
        {"policy": policy, "hours": float(hour)}
        | {name: float(values[k]) for name, values in curves.items()}
        for k, hour in enumerate(grid)
    ]


def _gate(probes: DataFrame) -> DataFrame:
    """Forecast and power; patients of whom either is not known are left out of both."""

    if probes.empty:
        return data_frame()
    known = probes[np.isfinite(probes["cardiac_power_output"].to_numpy(float))]
    good = known["holds"].astype(bool).tolist()
    # Below everybody whom the tracker is trusted about.
    forecast = np.where(known["trusted"].astype(bool), known["margin"], -math.inf)
    forecast = np.where(np.isnan(forecast), -math.inf, forecast)
    criteria, power = WeaningCriteria.load(), known["cardiac_power_output"].tolist()
    cut_offs = {
        FORECAST: (forecast.tolist(), criteria.number("explant_chance")),
        POWER: (power, criteria["explant"]["cardiac_power_output"].low),
    }
    rows = [
        {"measure": name, "cut_off": cut_off, **discriminate(values, good, cut_off)._asdict()}
        for name, (values, cut_off) in cut_offs.items()
    ]
    gain, low, high = auc_gain(forecast.tolist(), power, good)
    rows[0] |= {"auc_gain": gain, "auc_gain_low": low, "auc_gain_high": high}
    return data_frame(rows)


def _contractility(estimates: DataFrame, policies: Sequence[str]) -> DataFrame:
    rows = []
    for policy in policies:
        for begin in (0.0, study_settings().number("warm_up")):
            own = estimates[(estimates["policy"] == policy) & (estimates["hours"] >= begin)]
            if own.empty:
                continue
            by_patient = own.groupby("seed")["inside"].mean()
            rows.append(
                {
                    "policy": policy,
                    "from_hours": begin,
                    "patients": len(by_patient),
                    "records": len(own),
                    "error_median": float(own["error"].median()),
                    "error_p90": float(own["error"].quantile(0.9)),
                    "coverage": float(own["inside"].mean()),
                    "coverage_patient_p10": float(by_patient.quantile(0.1)),
                    "coverage_patient_median": float(by_patient.median()),
                }
            )
    return data_frame(rows)


def _patients(courses: DataFrame, policies: Sequence[str]) -> DataFrame:
    """By case; a patient counts once, whatever the number of policies."""

    if not policies:
        names = [
            "case",
            "patients",
            "weanable",
            "weanable_ignoring_right_ventricle",
            "oracle_hours_median",
        ]
        return data_frame(columns=names)
    once = courses.drop_duplicates("seed")
    return data_frame(
        [
            {
                "case": case,
                "patients": len(own),
                "weanable": int(own["weanable"].sum()),
                "weanable_ignoring_right_ventricle": int(
                    own["weanable_ignoring_right_ventricle"].sum()
                ),
                "oracle_hours_median": _median(own["oracle_hours"].dropna()),
            }
            for case in CASES
            if len(own := once[once["case"] == case])
        ]
    )


def _refusals(refusals: DataFrame) -> DataFrame:
    counted = refusals.groupby(["what", "reason"], sort=True).size()
    return counted.rename("count").reset_index()
