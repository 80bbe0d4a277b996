"""Counts of the weaning study that add up, and targets that are judged."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.weaning.settings import study_settings
from experiments.weaning.study.competing_risks import EVENTS
from experiments.weaning.study.patient import NotSimulated, PatientResult
from experiments.weaning.study.report import worked_patients
from experiments.weaning.study.rows import study_rows
from experiments.weaning.study.summary import summary
from experiments.weaning.study.tables import FORECAST, ORACLE, POWER, tabulate
from experiments.weaning.study.targets import target_table
from experiments.weaning.truth import Oracle, Probe

from ..conftest import CALM, decision, made

NO_ACCESS = "no access that the arteries allow"
MAIN, OTHER = "model-based", "fast-protocol"
COULD = Oracle(30.0, 30.0, True, "label")
NEVER = Oracle(math.nan, math.nan, False, "label")


def patient(seed, oracle=COULD, *, alarms=None, probe=None, **by_policy):
    """A patient with a course under each of two policies."""
    courses = {
        policy: replace(by_policy[name], trial=replace(by_policy[name].trial, seed=seed))
        for name, policy in (("main", MAIN), ("other", OTHER))
        if name in by_policy
    }
    named = {policy: alarms or {} for policy in courses}
    return PatientResult(f"{seed}", seed, "", oracle, probe, courses, named)


def tables(*done):
    return tabulate(study_rows(done), (MAIN, OTHER))


def row(table, policy=MAIN, **where):
    for name, value in {"policy": policy, **where}.items():
        table = table[table[name] == value]
    (matching,) = table.to_dict("records")
    return matching


def met(results, name, policy=MAIN):
    return row(target_table(results, MAIN), policy, name=name)["met"]


def test_weans_are_counted_against_the_oracle():
    results = tables(
        *[patient(k, main=made("well", 35.0), other=made("failed", 50.0)) for k in range(3)],
        patient(3, main=made("bridge", 96.0), other=made("well", 60.0)),
        patient(4, NEVER, main=made("bridge", 96.0), other=made("failed", 40.0)),
    )
    mine, theirs = row(results.policies), row(results.policies, OTHER)
    assert (mine["weaned"], mine["weaned_of"], mine["weaned_share"]) == (3, 4, 0.75)
    assert (mine["failed"], mine["failed_of"]) == (0, 3)
    assert (theirs["failed"], theirs["failed_of"]) == (4, 5)
    assert (mine["bridged"], mine["bridged_of"]) == (1, 1)
    assert theirs["bridged"] == 0
    # 5, 5, 5 and, not weaned, the label's 96 less 30.
    assert mine["excess_hours_median"] == 5.0
    assert theirs["excess_hours_median"] == 66.0
    assert theirs["excess_hours_weaned_median"] == 30.0
    assert met(results, "weaned") is False
    assert met(results, "failed") is True
    assert met(results, "failed", OTHER) is False
    assert met(results, f"failed below {OTHER}") is True


def test_fewer_failures_that_take_longer_do_not_count():
    results = tables(
        patient(0, main=made("well", 60.0), other=made("failed", 50.0)),
        patient(1, main=made("well", 60.0), other=made("well", 50.0)),
    )
    assert met(results, f"failed below {OTHER}") is False


def test_an_equal_share_of_failures_does_not_meet_the_target():
    both = [patient(k, main=made("well", 40.0), other=made("well", 50.0)) for k in range(2)]
    assert met(tables(*both), f"failed below {OTHER}") is False


def test_where_nobody_can_be_judged_nothing_is_met_or_missed():
    results = tables(patient(0, NEVER, main=made("bridge", 96.0), other=made("bridge", 96.0)))
    names = ("weaned", "failed", "relapse_answered", "rv_failure", "coverage_low")
    assert all(met(results, name) is None for name in (*names, f"failed below {OTHER}"))


def test_a_bridge_at_the_labels_end_comes_too_late():
    late = made("bridge", 96.0, bridge_hours=96.0)
    results = tables(patient(0, NEVER, main=late))
    assert row(results.policies)["bridged"] == 0


def test_low_pressure_and_suction_are_shares_of_all_time():
    rows = [CALM | {"hours": float(k), "level": 8.0, "lasting": 1.0} for k in range(10)]
    rows[3] = rows[3] | {"map": 55.0, "lasting": 1.0}
    rows[7] = rows[7] | {"map": 55.0, "level": 6.0, "suction": 0.5}
    results = tables(patient(0, main=made("well", 10.0, records=rows)))
    mine = row(results.policies)
    assert mine["map_low_share"] == pytest.approx(0.2)
    assert mine["map_low_weaning_share"] == pytest.approx(0.1)
    assert mine["suction_seconds_mean"] == pytest.approx(1800.0)
    assert met(results, "map_low_share") is False


def test_steps_are_the_worst_of_all_courses():
    wild = made("well", decisions=[decision(0.0, "P-8"), decision(1.0, "P-1", "down")])
    results = tables(patient(0, main=made("well")), patient(1, main=wild))
    mine = row(results.policies)
    assert (mine["largest_step"], mine["lowest_level"]) == (7, 1)
    assert met(results, "largest_step") is False
    assert met(results, "lowest_level") is False


def test_a_finding_that_is_true_of_the_patient_is_no_false_alarm():
    def named(case, **changes):
        return made("bridge", 96.0, case=case, findings={"rv-failure": 20.0}, **changes)

    results = tables(
        patient(0, NEVER, main=named("rv-failure")),
        patient(1, NEVER, main=made("bridge", 96.0, case="rv-failure")),
        patient(2, NEVER, main=named("full"), alarms={"rv-failure": True}),
        patient(3, NEVER, main=named("none"), alarms={"rv-failure": False}),
        patient(4, NEVER, main=made("bridge", 96.0)),
    )
    mine = row(results.recognition, condition="rv-failure")
    assert (mine["recognised"], mine["recognised_of"]) == (1, 2)
    assert (mine["named_elsewhere"], mine["true_elsewhere"], mine["false_alarms"]) == (2, 1, 1)
    assert mine["false_alarms_of"] == 3
    assert met(results, "rv_failure") is False


def test_relapses_are_answered_within_the_hour():
    def relapsing(answer):
        steps = [decision(0.0, "P-8"), decision(10.0, "P-6", "down"), decision(answer, "P-8", "up")]
        return made(
            "bridge", 96.0, case="relapse", decisions=steps, true_events={"event restunned": 30.0}
        )

    results = tables(
        *[patient(k, main=relapsing(30.5)) for k in range(3)], patient(3, main=relapsing(32.0))
    )
    mine = row(results.policies)
    assert (mine["relapse_answered"], mine["relapse_answered_of"]) == (3, 4)
    assert mine["relapse_answer_hours_median"] == pytest.approx(0.5)
    early = patient(7, main=made("bridge", 96.0, case="relapse"))
    rows = study_rows([early, patient(8, main=relapsing(31.0))])
    seeds = worked_patients(rows.courses, MAIN)
    assert seeds == {"relapse": 8}


def test_incidences_end_at_the_shares_of_first_events():
    results = tables(
        patient(0, main=made("well", 40.0)),
        patient(1, main=made("failed", 50.5)),
        patient(2, NEVER, main=made("bridge", 96.0)),
        patient(3, NEVER, main=made("label", 96.0)),
        patient(4, main=made("well", 60.0, true_events={"limb": 12.0})),
    )
    own = results.incidence.set_index("hours")
    assert own.loc[96.0, list(EVENTS)].tolist() == pytest.approx([0.2, 0.2, 0.2, 0.2, 0.0])
    assert own.loc[39.0, EVENTS[0]] == 0.0
    assert own.loc[40.0, EVENTS[0]] == pytest.approx(0.2)
    assert own.loc[50.0, EVENTS[1]] == 0.0
    assert own.loc[96.0, ORACLE] == pytest.approx(0.6)


def test_the_estimate_is_pooled_over_records_and_by_patient():
    def believed(errors):
        rows = [
            CALM
            | {
                "hours": float(k),
                "level": 8.0,
                "lasting": 1.0,
                "lv_ees": 1.0 + error,
                "lv_ees_low": 0.9 + error,
                "lv_ees_high": 1.1 + error,
            }
            for k, error in enumerate(errors)
        ]
        return made("well", float(len(errors)), records=rows)

    results = tables(
        patient(0, main=believed([0.5] * 6 + [0.05] * 4)), patient(1, main=believed([0.0] * 10))
    )
    assert "fast-protocol" not in results.contractility["policy"].tolist()
    whole = row(results.contractility, from_hours=0.0)
    late = row(results.contractility, from_hours=6.0)
    assert (whole["records"], whole["coverage"], late["records"]) == (20, pytest.approx(0.7), 8)
    assert late["coverage"] == 1.0
    assert met(results, "coverage_low") is False
    assert met(results, "coverage_high") is True


def test_the_gate_is_compared_with_power_alone():
    def probed(seed, holds, margin, power, **changes):
        probe = Probe(40.0, holds, margin, True, power, "P-2", **changes)
        return patient(seed, main=made("well"), probe=probe)

    good = [probed(k, True, 0.95, 0.5 + 0.02 * k) for k in range(10)]
    bad = [probed(10 + k, False, -0.5 + 0.01 * k, 0.5 + 0.02 * k) for k in range(10)]
    unknown = patient(30, main=made("well"), probe=Probe(40.0, reason="died before"))
    results = tables(*good, *bad, unknown)
    by_name = results.gate.set_index("measure")
    forecast, power = by_name.loc[FORECAST], by_name.loc[POWER]
    assert (forecast["auc"], forecast["sensitivity"], forecast["specificity"]) == (1.0, 1.0, 1.0)
    assert power["auc"] == pytest.approx(0.5)
    assert power["cut_off"] == 0.6
    assert (power["good"], power["bad"]) == (10, 10)
    assert met(results, "gate") is True
    assert results.refusals.to_dict("records") == [
        {"what": "gate", "reason": "died before", "count": 1}
    ]


def test_an_untrusted_forecast_is_ranked_last():
    blind = Probe(40.0, False, 0.99, False, 0.7, "P-2")
    sure = Probe(40.0, True, 0.1, True, 0.6, "P-2")
    assert blind.chance == 0.0
    results = tables(
        patient(0, main=made("well"), probe=blind), patient(1, main=made("well"), probe=sure)
    )
    assert results.gate.set_index("measure").loc[FORECAST, "auc"] == 1.0


def test_patients_who_were_refused_are_counted_and_not_replaced():
    results = tables(
        PatientResult("1", 1, "access of the CP: 4.1 mm", refusal_kind=NO_ACCESS),
        PatientResult("2", 2, "access of the CP: 4.4 mm", refusal_kind=NO_ACCESS),
        PatientResult("3", 3, "no periodic beat: of a patient", refusal_kind="no periodic beat"),
        patient(4, main=made("well")),
    )
    counts = {row["reason"]: row["count"] for row in results.refusals.to_dict("records")}
    assert counts == {NO_ACCESS: 2, "no periodic beat": 1}
    assert results.patients["patients"].sum() == 1


def test_broken_courses_are_counted_by_their_kind_and_not_by_their_words():
    missing = [
        {"main": NotSimulated("a solver stopped", f"no periodic beat of {seed} (at 3 h)")}
        for seed in (1, 2)
    ]
    results = tables(
        *(PatientResult(f"{k}", k, not_simulated=own) for k, own in enumerate(missing)),
        patient(4, main=made("well")),
    )
    (row,) = results.refusals.to_dict("records")
    assert row == {"what": "main", "reason": "a solver stopped", "count": 2}


def test_a_study_of_nobody_is_none_the_less_a_study():
    from experiments.weaning.study import WeaningStudySettings

    done = [PatientResult("1", 1, "no periodic beat: of a patient")]
    results = tabulate(study_rows(done), (MAIN,))
    targets = target_table(results, MAIN)
    assert targets.empty
    assert "0 could be put on the pump" in summary(
        WeaningStudySettings(patients=1), results, targets, {}
    )


def test_every_target_of_the_file_is_judged():
    results = target_table(tables(patient(0, main=made("well"), other=made("well"))), MAIN)
    assert set(study_settings().targets) <= set(results["name"])
    assert np.isfinite(results["value"].astype(float)).any()


def test_the_words_name_what_is_missed():
    from experiments.weaning.study import WeaningStudySettings

    results = tables(
        patient(0, main=made("failed", 40.0), other=made("well", 30.0)),
        patient(1, NEVER, main=made("bridge", 96.0), other=made("bridge", 96.0)),
    )
    settings = WeaningStudySettings(patients=2, policies=(MAIN, OTHER))
    text = summary(settings, results, target_table(results, MAIN), {})
    assert "2 virtual patients (seeds 0 to 1)" in text
    assert "100.0 % of 1 (21 to 100) MISSED" in text
    assert "beside fast-protocol: 100.0 % of 1 at 40.0 h, 0.0 % of 1 at 30.0 h: MISSED." in text
