"""The support study: trends that hold, misses that are told, and the head-flow comparison."""

from __future__ import annotations

from dataclasses import asdict

import pandas
import pytest

from experiments.runs import render
from experiments.studies.support import STUDY, SupportSettings, head_flow_table
from experiments.studies.support.beats import PATIENTS, SUPPORTS, support_beats
from experiments.studies.support.checks import checks, head_flow_checks
from experiments.studies.support.study import CHANGES, Measured, measure, reflex_table
from plants import Pump

#: Expectations that the model does not meet, with the reason in the report.
KNOWN_FAILURES = {
    ("shock-e", "support lowers stroke work"),
    ("shock-e", "stroke work falls further at higher levels"),
}


@pytest.fixture(scope="module")
def table() -> pandas.DataFrame:
    return pandas.DataFrame([beat.row() for name in PATIENTS for beat in support_beats(name)])


def test_every_patient_is_there_on_every_support(table):
    assert len(table) == len(PATIENTS) * len(SUPPORTS)
    assert list(table["patient"].unique()) == list(PATIENTS)
    assert list(table["support"].unique()) == [support.name for support in SUPPORTS]
    assert not table.isna().any().any()


def test_a_case_is_a_patient_or_a_device():
    names = [case.name for case in STUDY.cases(SupportSettings())]
    assert names == [*PATIENTS, *Pump.names()]
    assert [case.name for case in STUDY.cases(SupportSettings(head_flow=False))] == list(PATIENTS)


def test_the_trends_of_the_literature_hold_but_for_what_is_known(table):
    verdicts = checks(table)
    assert len(verdicts) == 6 * len(PATIENTS) + 2 * 2
    for check in verdicts:
        known = any(
            check.subject == subject and check.expectation.startswith(text)
            for subject, text in KNOWN_FAILURES
        )
        assert check.met != known, check


def test_a_miss_is_explained_with_numbers(table):
    missed = [check for check in checks(table) if not check.met]
    assert len(missed) == len(KNOWN_FAILURES)
    for check in missed:
        assert check.subject == "shock-e"
        assert "pressure-volume area" in check.reason
        assert "mL" in check.reason
        assert "perfuses the ischemic ventricle again" in check.reason
        assert check.values.startswith("no pump")
    rows = table[table["patient"] == "shock-e"]
    assert rows["coronary_perfusion_pressure"].is_monotonic_increasing
    met = [check for check in checks(table) if check.met]
    assert all(check.reason == "" for check in met)


def test_the_pressure_volume_area_falls_where_stroke_work_does_not(table):
    rows = table[table["patient"] == "shock-e"]
    assert rows["pressure_volume_area"].is_monotonic_decreasing
    assert not rows["stroke_work"].is_monotonic_decreasing


def test_a_check_fails_when_the_trend_is_turned_around(table):
    worse = table.copy()
    chosen = (worse["patient"] == "shock-c") & (worse["support"] == "CP P-9")
    worse.loc[chosen, "pcwp"] = 40.0
    failed = [check for check in checks(worse) if not check.met]
    assert any("PCWP" in check.expectation and check.subject == "shock-c" for check in failed)


def test_the_checks_of_the_devices_count_and_explain():
    flows = head_flow_table(["CP", "5.5", "RP"], pulsatile=False)
    by_device = {check.subject: check for check in head_flow_checks(flows)}
    assert all(check.met and check.reason == "" for check in by_device.values())
    assert "30 and 60 mmHg" in by_device["5.5"].expectation
    assert by_device["CP"].values == "18 of 18 rows within"
    assert "60 and 100 mmHg" in by_device["CP"].expectation
    assert "20 and 60 mmHg" in by_device["RP"].expectation
    worse = flows.copy()
    chosen = (worse["device"] == "CP") & (worse["level"] == "P-4")
    worse.loc[chosen, ["verdict", "steady_miss", "reason"]] = ["miss", 0.3, "by 0.30 L/min"]
    failed = {check.subject: check for check in head_flow_checks(worse)}["CP"]
    assert not failed.met
    assert failed.values == "16 of 18 rows within, largest miss 0.30 L/min"
    assert "P-4" in failed.reason
    assert "2 because one law" in failed.reason
    worse.loc[chosen, ["steady_miss", "pulsatile_miss"]] = [0.02, 0.08]
    failed = {check.subject: check for check in head_flow_checks(worse)}["CP"]
    assert failed.reason == "levels P-4; 2 in the pulsating patient only, for the law bends"


def test_loops_close_and_move_left_with_support():
    centre = {}
    for beat in support_beats("shock-d"):
        volume, pressure = beat.loop()
        assert (volume[0], pressure[0]) == (volume[-1], pressure[-1])
        assert abs(volume[-2] - volume[-1]) < 1.0
        centre[beat.support] = volume.mean()
    assert centre["no pump"] > centre["CP P-2"] > centre["CP P-9"] > centre["5.5 P-9"]


def test_the_summary_tells_what_fails(table):
    text = render("support.md", checks=checks(table), reflex=[])
    assert text.startswith("20 of 22 checks hold.\n\n- shock-c: support lowers PCWP")
    assert text.count("FAILS") == len(KNOWN_FAILURES)
    told, _, changes = text.partition("\n\nChanges against no pump")
    assert len(told.splitlines()) == 2 + 22
    assert "without one:" in changes


def test_changes_are_told_with_the_reflex_settled_and_without(table):
    without = pandas.DataFrame(
        [beat.row() for name in PATIENTS for beat in support_beats(name, reflex=False)]
    )
    pairs = reflex_table(table, without)
    assert len(pairs) == len(PATIENTS) * (len(SUPPORTS) - 1)
    bare = without[without["support"] == "no pump"].set_index("patient")
    for row, (_, off) in zip(
        pairs.to_dict("records"), without[without["support"] != "no pump"].iterrows(), strict=True
    ):
        for name in CHANGES:
            expected = off[name] - bare.loc[row["patient"], name]
            assert row[f"{name}_without"] == pytest.approx(expected)
    # The reflex takes back some of what the pump gives, and in shock less than half.
    highest = pairs[pairs["support"] == "CP P-9"]
    assert (highest["map"] > 0.5 * highest["map_without"]).all()
    assert (highest["map"] < highest["map_without"]).all()


@pytest.mark.parametrize(
    ("head", "by_law", "in_patient", "expected"),
    [
        (90.0, -0.2, None, "the head is above the shut-off head of this speed (80 mmHg"),
        (70.0, -0.234, None, "by 0.23 L/min: one law"),
        (70.0, 0.01, -0.06, "by 0.06 L/min in the pulsating patient only"),
        (70.0, 0.01, None, ""),
    ],
)
def test_the_reason_of_a_flow_out_of_its_range(head, by_law, in_patient, expected):
    text = render(
        "head_flow_miss.md",
        heads_known=False,
        head=head,
        shut_off_head=80.0,
        by_law=by_law,
        in_patient=in_patient,
        display_half=0.05,
    )
    assert text.startswith(expected)
    assert text == text.strip()


def test_what_is_kept_is_what_was_measured():
    (patient,) = (case for case in STUDY.cases(SupportSettings()) if case.name == "shock-c")
    measured = measure(patient)
    read = _through_json(measured)
    assert read.rows == measured.rows
    for support, loop in measured.loops.items():
        for kept, made in zip(read.loops[support], loop, strict=True):
            assert (kept == made).all()


def _through_json(measured: Measured) -> Measured:
    import json

    from pydantic import TypeAdapter

    plain = asdict(measured)
    plain["loops"] = {
        support: [signal.tolist() for signal in loop] for support, loop in measured.loops.items()
    }
    return TypeAdapter(Measured).validate_python(json.loads(json.dumps(plain)))


@pytest.mark.usefixtures("drawn")
def test_the_command_writes_all_and_fails_with_its_checks(impellab, tmp_path):
    result = impellab("support", "--no-head-flow", "--workers", "1", "--results", "--json")
    document = result.document
    assert result.code == 1
    assert len(document["rows"]) == 15
    assert document["units"]["map"] == "mmHg"
    assert document["held"] is False
    assert document["head_flow"] == []
    assert sum(not check["met"] for check in document["checks"]) == len(KNOWN_FAILURES)
    names = {path.name for path in (tmp_path / "results" / "support").iterdir()}
    assert names == {
        "README.md",
        "checks.csv",
        "pressure_volume_loops.png",
        "reflex.csv",
        "support.csv",
        "support_without_reflex.csv",
        "trends.png",
    }
    heading = (tmp_path / "results" / "support" / "support.csv").read_text().splitlines()[0]
    assert "map [mmHg]" in heading


def test_the_tables_for_people_tell_verdict_and_reason(impellab):
    result = impellab("support", "--no-head-flow", "--workers", "1")
    assert result.code == 1
    assert "FAILS" in result.out
    assert "once the aortic valve stays shut" in result.out
