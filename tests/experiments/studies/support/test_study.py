"""The support study: trends that hold, misses that are told, and the head-flow comparison."""

from __future__ import annotations

import json

import pandas
import pytest

import experiments.runs as study_output
from experiments.cli import run_command
from experiments.studies.support import head_flow_table, report, study
from plants import Patient

#: Expectations that the model does not meet, with the reason in the report.
KNOWN_FAILURES = {("shock-e", "stroke work falls further at higher levels")}


@pytest.fixture(scope="module")
def table() -> pandas.DataFrame:
    return study.support_table()


def test_every_patient_is_there_on_every_support(table):
    assert len(table) == len(study.PATIENTS) * len(study.SUPPORTS)
    assert list(table["patient"].unique()) == list(study.PATIENTS)
    assert list(table["support"].unique()) == [study.support_name(*one) for one in study.SUPPORTS]
    assert not table.isna().any().any()


def test_the_trends_of_the_literature_hold_but_for_what_is_known(table):
    found = study.checks(table)
    assert len(found) == 6 * len(study.PATIENTS) + 2 * 2
    for check in found:
        known = any(
            check.subject == subject and check.expectation.startswith(text)
            for subject, text in KNOWN_FAILURES
        )
        assert check.met != known, check


def test_a_miss_is_explained_with_numbers(table):
    (missed,) = (check for check in study.checks(table) if not check.met)
    assert missed.subject == "shock-e"
    assert "pressure-volume area" in missed.reason
    assert "mL" in missed.reason
    assert missed.values.startswith("no pump")
    met = [check for check in study.checks(table) if check.met]
    assert all(check.reason == "" for check in met)


def test_the_pressure_volume_area_falls_where_stroke_work_does_not(table):
    rows = table[table["patient"] == "shock-e"]
    assert rows["pressure_volume_area"].is_monotonic_decreasing
    assert not rows["stroke_work"].is_monotonic_decreasing


def test_a_check_fails_when_the_trend_is_turned_around(table):
    worse = table.copy()
    chosen = (worse["patient"] == "shock-c") & (worse["support"] == "CP P-9")
    worse.loc[chosen, "pcwp"] = 40.0
    failed = [check for check in study.checks(worse) if not check.met]
    assert any("PCWP" in check.expectation and check.subject == "shock-c" for check in failed)


def test_the_checks_of_the_devices_count_and_explain():
    flows = head_flow_table(["CP", "5.5", "RP"], pulsatile=False)
    by_device = {check.subject: check for check in report.head_flow_checks(flows)}
    assert all(check.met and check.reason == "" for check in by_device.values())
    assert by_device["CP"].values == "18 of 18 rows within"
    assert "60 and 100 mmHg" in by_device["CP"].expectation
    assert "20 and 60 mmHg" in by_device["RP"].expectation
    worse = flows.copy()
    chosen = (worse["device"] == "CP") & (worse["level"] == "P-4")
    worse.loc[chosen, ["verdict", "steady_miss", "reason"]] = ["miss", 0.3, "by 0.30 L/min"]
    failed = {check.subject: check for check in report.head_flow_checks(worse)}["CP"]
    assert not failed.met
    assert failed.values == "16 of 18 rows within, largest miss 0.30 L/min"
    assert "P-4" in failed.reason


def test_loops_close_and_move_left_with_support():
    patient = Patient.load("shock-d")
    centre = {}
    for device, level in study.SUPPORTS:
        volume, pressure = report.loop(patient, device, level)
        assert (volume[0], pressure[0]) == (volume[-1], pressure[-1])
        assert abs(volume[-2] - volume[-1]) < 1.0
        centre[study.support_name(device, level)] = volume.mean()
    assert centre["no pump"] > centre["CP P-2"] > centre["CP P-9"] > centre["5.5 P-9"]


def test_the_summary_tells_what_fails(table):
    text = report.summary(study.checks(table))
    assert text.startswith("21 of 22 checks hold.")
    assert text.count("FAILS") == 1


def test_the_command_writes_all_and_fails_with_its_checks(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = run_command(["support", "--no-head-flow", "--results", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 1
    assert len(document["rows"]) == 15
    assert document["units"]["map"] == "mmHg"
    assert sum(not check["met"] for check in document["checks"]) == 1
    names = {path.name for path in (tmp_path / "results" / "support").iterdir()}
    assert names == {
        "README.md",
        "checks.csv",
        "pressure_volume_loops.png",
        "support.csv",
        "support_without_reflex.csv",
        "trends.png",
    }
    heading = (tmp_path / "results" / "support" / "support.csv").read_text().splitlines()[0]
    assert "map [mmHg]" in heading


def test_the_tables_for_people_tell_verdict_and_reason(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(study_output, "write_study", lambda *_, **__: tmp_path)
    assert run_command(["support", "--no-head-flow"]) == 1
    printed = capsys.readouterr().out
    assert "FAILS" in printed
    assert "once the aortic valve stays shut" in printed
