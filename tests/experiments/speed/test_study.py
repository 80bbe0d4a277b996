"""The speed study: fair turns, rows that can be read, and all ways with the same result."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from experiments.runs import Findings
from experiments.speed import core_scaling, study
from experiments.speed.batch import individuals
from experiments.speed.case import CASE, case_start
from experiments.speed.days import day_rows
from experiments.speed.figures import scaling_figure, speed_figure
from experiments.speed.learning import control_rows
from experiments.speed.patient import patient_rows
from experiments.speed.periodic import beats_until_periodic, periodic_rows
from experiments.speed.row import SpeedRow, compared_row, interleaved, missing_row
from plants import BeatMap, InputError, Patient, PhysicsError, Plant, steady_state
from plants.compile import find_compiler

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")


@pytest.fixture(scope="module")
def rows() -> list[SpeedRow]:
    return patient_rows(2, seconds=1.0)


def shown(rows: list[SpeedRow]) -> Findings:
    """What the study shows of some rows."""
    return study.STUDY.findings(study.SpeedSettings(), [study.Measured(rows)])


def test_contestants_take_turns():
    order = []
    seconds = interleaved([lambda: order.append("a"), lambda: order.append("b")], repeats=3)
    assert order == ["a", "b"] * 4  # the first turn is not counted
    assert seconds.shape == (3, 2)
    assert np.all(seconds >= 0)


def test_only_the_processors_time_counts():
    asleep = interleaved([lambda: time.sleep(0.05)], repeats=1)
    assert asleep[0, 0] < 0.04


def test_a_target_is_met_or_not_or_cannot_be_judged():
    row = compared_row(
        "p", "w", np.array([8.0]), np.array([2.0]), unit="1/s", ours_by="", other_by=""
    )
    assert row.with_target("ratio", ">=", 4.0).met is True
    strange = replace(row, ratio=np.float64(4.0))  # as medians are
    assert strange.with_target("ratio", ">=", 4.0).met is True
    assert row.with_target("ratio", ">=", 4.1).met is False
    assert row.with_target("ours", "<=", 7.0).target == "<= 7 1/s"
    assert row.with_target("ours", "<=", 7.0).met is False
    absent = missing_row("p", "w", 8.0, unit="1/s", reason="not installed").with_target(
        "ratio", ">=", 1
    )
    assert absent.met is None
    assert absent.verdict == "not measured"
    assert row.verdict == ""


@needs_compiler
def test_every_row_tells_what_was_compared(rows):
    assert len(rows) == 5
    for row in rows:
        assert row.ours > 0
        assert row.other > 0
        assert row.ratio == pytest.approx(row.ours / row.other)
        assert row.ratio_low <= row.ratio_high
        assert row.unit == "simulated s per CPU s"
        assert "2 ms" in row.ours_by
    others = " ".join(row.work for row in rows)
    for name in ("generated C", "virtual machine", "LSODA in Python", "LSODA, compiled", "RK45"):
        assert name in others


@needs_compiler
def test_a_row_can_be_told_in_words(rows):
    text = shown(rows[2:3]).summary
    for word in ("times as much", "LSODA", "by turn), ", "; errors ", "target ratio >= 300"):
        assert word in text
    alone = shown([SpeedRow("p", "memory", 31.0, unit="MB", note="1 kB a patient")]).summary
    assert alone.endswith("- memory: 31 MB; note: 1 kB a patient.")
    absent = shown([missing_row("p", "w", None, unit="1/s", reason="not installed")]).summary
    assert absent.endswith("- w: not measured; note: not installed.")


@needs_compiler
def test_all_solve_the_same_equations(rows):
    for row in rows:
        assert row.ours_error < 1e-4
        assert row.other_error < 1e-3


@needs_compiler
def test_the_emitted_loop_is_the_fastest(rows):
    assert all(row.ratio > 1 for row in rows)


def test_individuals_are_not_alike():
    carry, values = individuals(case_start(), 5)
    assert carry.shape[0] == 5
    assert len({row.tobytes() for row in values}) == 5


def test_marching_finds_the_same_beat_but_not_an_unstable_one():
    beats = BeatMap(Plant("shock-d", "CP"))
    assert 10 < beats_until_periodic(beats, 44_000.0) < 1000
    # Bled by 600 mL: suction at every other beat.
    unstable = Plant(Patient.load("rv-failure").replace(blood_volume=4400.0), "5.5")
    speed = unstable.pump.speed("P-6")
    assert not steady_state(unstable, speed).stable
    with pytest.raises(PhysicsError, match="after marching 100 beats"):
        beats_until_periodic(BeatMap(unstable), speed, most=100)


def test_a_periodic_row_counts_both_ways():
    (row,) = periodic_rows(1, [CASE])
    assert "Newton iterations" in row.ours_by
    assert int(row.other_by.split()[0]) > 10
    assert row.target == "ratio >= 3"


def test_days_are_extrapolated_openly_and_compared():
    cost, pressure, states = day_rows(1, span=0.02)
    assert "extrapolated" in cost.note
    assert "over 0.02 h" in cost.other_by
    assert cost.ratio > 10
    assert pressure.ours < 1.0  # both follow the same patient; the drug has only just begun
    assert states.unit == "%"


@needs_compiler
def test_a_control_period_says_where_its_time_goes():
    loop, env = control_rows(1, count=20)
    assert "ctypes" in loop.note
    assert loop.ours < loop.other
    for part in ("C ", "metrics", "sensors", "reward"):
        assert part in env.note


def test_scaling_is_in_proportion_and_drawn():
    at = np.array([16.0, 64.0, 256.0, 1024.0])
    growth = core_scaling.Growth(at, 1e-3 * at, 64.0)
    crooked = core_scaling.Growth(at, 1e-6 * at**2, 64.0)
    assert growth.slope == pytest.approx(1.0)
    rows = core_scaling.scaling_rows(core_scaling.Scaling(growth, crooked, 31.0))
    slopes = [row for row in rows if row.target]
    assert [row.met for row in slopes] == [True, False]
    assert rows[-1].unit == "MB"
    assert len(scaling_figure(core_scaling.Scaling(growth, crooked, 31.0)).axes) == 2


@needs_compiler
def test_scaling_can_be_measured():
    measured = core_scaling.scaling(1, sizes=(1, 8, 64), horizons=(0.1, 1.0, 2.0))
    assert np.all(measured.sizes.seconds > 0)
    assert measured.horizons.seconds[-1] > measured.horizons.seconds[0]


def test_nothing_to_draw_gives_no_figure():
    assert speed_figure([missing_row("peers", "w", None, unit="1", reason="not installed")]) is None


def test_an_unknown_part_is_refused(impellab, tmp_path):
    with pytest.raises(InputError, match="roofline"):
        study.SpeedSettings(only=("rooflime",))
    assert "roofline" in impellab("speed", "--only", "rooflime").error
    assert list(tmp_path.iterdir()) == []


def test_parts_run_in_the_order_of_the_table():
    settings = study.SpeedSettings(only=("roofline", "patient"))
    assert [case.part for case in study.STUDY.cases(settings)] == ["patient", "roofline"]
    assert len(study.STUDY.cases(study.SpeedSettings())) == len(study.PARTS)


def test_the_command_gives_the_rows_of_its_contract(impellab, tmp_path):
    arguments = ["speed", "--only", "patient", "--seconds", 0.5, "--repeats", 1]
    result = impellab(*arguments, "--results", "--json")
    document = result.document
    targets = [row["met"] for row in document["rows"] if row["target"]]
    assert document["held"] is (False not in targets)
    assert result.code == (0 if document["held"] else 1)
    assert len(document["rows"]) == 5
    for row in document["rows"]:
        assert {"work", "ours", "other", "ratio", "target", "met"} <= set(row)
        assert isinstance(row["work"], str)
        assert row["ours"] > 0
    names = {path.name for path in (tmp_path / "results" / "speed").iterdir()}
    assert names == {"README.md", "speed.csv", "speed.png"}


def test_the_table_for_people_names_targets(impellab, tmp_path, monkeypatch):
    row = SpeedRow("patient", "a course, against another", 8.0, 2.0, 4.0, unit="1/s")
    monkeypatch.setattr(
        study, "patient_rows", lambda *_, **__: [row.with_target("ratio", ">=", 5.0)]
    )
    result = impellab("speed", "--only", "patient")
    assert result.code == 1
    assert "against another" in result.out
    assert "not met" in result.out
    assert "Of 1 targets 0 are met, 1 not" in result.out
    assert not (tmp_path / "results").exists()


def test_what_is_not_measured_misses_no_target(impellab, monkeypatch):
    absent = missing_row("patient", "a course", None, unit="1/s", reason="not installed")
    rows = [absent.with_target("ratio", ">=", 5.0)]
    monkeypatch.setattr(study, "patient_rows", lambda *_, **__: rows)
    result = impellab("speed", "--only", "patient", "--json")
    assert result.code == 0
    assert result.document["held"] is True
    assert result.document["rows"][0]["met"] is None


def test_a_growth_is_kept_and_read_back(impellab, monkeypatch, tmp_path):
    at = np.array([16.0, 64.0, 256.0])
    growth = core_scaling.Growth(at, 1e-3 * at, 64.0)
    monkeypatch.setattr(study, "scaling", lambda _: core_scaling.Scaling(growth, growth, 31.0))
    result = impellab("speed", "--only", "scaling", "--json")
    assert result.code == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert (run / "scaling.png").is_file()
