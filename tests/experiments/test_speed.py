"""The speed study: fair turns, rows that can be read, and both ways with the same result."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from experiments import speed as study
from experiments.cli import run_command
from experiments.speed_report import in_words, short_name
from plants import BeatMap, Patient, PhysicsError, Plant, steady_state
from plants.compile import compiler


@pytest.fixture(scope="module")
def rows() -> list[study.SpeedRow]:
    return study.course_rows(seconds=1.0, repeats=2)


def test_contestants_take_turns():
    order = []
    seconds = study.interleaved([lambda: order.append("a"), lambda: order.append("b")], repeats=3)
    assert order == ["a", "b"] * 4  # the first turn is not counted
    assert seconds.shape == (3, 2)
    assert np.all(seconds >= 0)


def test_only_the_processors_time_counts():
    asleep = study.interleaved([lambda: time.sleep(0.05)], repeats=1)
    assert asleep[0, 0] < 0.04


def test_every_row_tells_what_was_compared(rows):
    assert len(rows) == 3
    for row in rows:
        assert row.ours > 0
        assert row.other > 0
        assert row.ratio == pytest.approx(row.ours / row.other, rel=1.0)
        assert row.unit == "simulated s per CPU s"
        assert "2 ms" in row.ours_by
    assert [short_name(row).split(",")[0] for row in rows] == [
        "CasADi's virtual machine", "scipy LSODA", "scipy RK45",
    ]  # fmt: skip


def test_a_row_can_be_told_in_words(rows):
    text = in_words(rows[1])
    assert "times as fast" in text
    assert "LSODA" in text
    assert "errors" in text


def test_all_solve_the_same_equations(rows):
    for row in rows:
        assert row.ours_error is not None
        assert row.other_error is not None
        assert row.ours_error < 1e-4
        assert row.other_error < 1e-3


@pytest.mark.skipif(compiler() is None, reason="no C compiler here")
def test_the_compiled_loop_is_the_fastest(rows):
    assert all(row.ratio > 1 for row in rows)


def test_marching_finds_the_same_beat_but_not_an_unstable_one():
    beats = BeatMap(Plant("shock-d", "CP"))
    assert 10 < study.beats_until_periodic(beats, 44_000.0) < 1000
    # Bled by 600 mL: suction at every other beat.
    unstable = Plant(Patient.load("rv-failure").replace(blood_volume=4400.0), "5.5")
    speed = unstable.pump.speed("P-6")
    assert not steady_state(unstable, speed).stable
    with pytest.raises(PhysicsError, match="after marching 100 beats"):
        study.beats_until_periodic(BeatMap(unstable), speed, most=100)


def test_the_command_gives_the_rows_of_its_contract(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(study, "PERIODIC_CASES", (study.CASE,))
    code = run_command(["speed", "--seconds", "0.5", "--repeats", "1", "--results", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 0
    assert len(document["rows"]) == 4
    for row in document["rows"]:
        assert {"work", "ours", "other", "ratio"} <= set(row)
        assert isinstance(row["work"], str)
        assert row["ours"] > 0
    names = {path.name for path in (tmp_path / "results" / "speed").iterdir()}
    assert names == {"README.md", "speed.csv", "speed.png"}


def test_the_table_for_people_names_the_contestants(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(study, "periodic_rows", lambda _: [])
    assert run_command(["speed", "--seconds", "0.5", "--repeats", "1"]) == 0
    printed = capsys.readouterr().out
    assert "scipy LSODA" in printed
    assert not (tmp_path / "results").exists()
