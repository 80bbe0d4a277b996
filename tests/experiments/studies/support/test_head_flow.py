"""Flow of every level against its displayed range: verdicts as displayed, distances, RMSE."""

from __future__ import annotations

import math

import pandas
import pytest

from experiments.studies.support import head_flow, head_flow_rmse, head_flow_table
from experiments.studies.support.head_flow import flow_at_mean_head, miss
from plants import Pump


@pytest.fixture(scope="module")
def steady() -> pandas.DataFrame:
    return head_flow_table(pulsatile=False)


def test_every_running_level_of_every_device_is_there(steady):
    assert list(dict.fromkeys(steady["device"])) == list(Pump.names())
    for name in Pump.names():
        pump = Pump.load(name)
        rows = steady[steady["device"] == name]
        assert list(dict.fromkeys(rows["head_mmHg"])) == list(pump.heads)
        assert len(rows) == 2 * (len(pump.levels) - 1)


def test_no_displayed_flow_lies_outside_its_range(steady):
    assert set(steady["verdict"]) == {"within", "no range known"}
    assert (steady["reason"] == "").all()
    assert steady["steady_miss"].abs().max() < 0.05 + 1e-9
    assert set(steady[steady["verdict"] == "no range known"]["device"]) == {"RP"}


def test_a_miss_is_found_and_explained(monkeypatch):
    pump = Pump.load("CP")
    reference = next(row for row in pump.head_flow_uncertainty if row.reference)
    worse = pump.replace(head_a=reference.head_a, head_c=reference.head_c, shutoff_limit=0.06)
    monkeypatch.setattr(head_flow.Pump, "load", lambda _: worse)
    table = head_flow_table(["CP"], pulsatile=False)
    missed = table[table["verdict"] == "miss"]
    assert (missed["steady_miss"].abs() > 0.05).all()
    assert (missed["reason"] != "").all()
    assert missed["reason"].str.contains("shut-off").any()
    assert missed["reason"].str.contains("three coefficients").any()
    assert (table[table["verdict"] == "within"]["steady_miss"].abs() <= 0.05 + 1e-9).all()


@pytest.mark.parametrize(
    ("flow", "level", "expected"),
    [(2.0, "P-2", 0.0), (2.3, "P-2", 0.2), (0.9, "P-2", -0.2), (-1.4, "P-1", 0.0)],
)
def test_a_flow_is_measured_against_the_range_the_console_displays(flow, level, expected):
    assert miss(flow, Pump.load("CP").level(level)) == pytest.approx(expected)


@pytest.mark.parametrize(("low", "verdict"), [(3.674, "within"), (3.68, "miss")])
def test_a_flow_within_half_a_tenth_of_the_range_counts_as_inside(monkeypatch, low, verdict):
    """The CP gives 3.624 L/min at P-9 and 60 mmHg."""
    pump = Pump.load("CP")
    top = pump.levels[-1]._replace(flow_low=low, flow_high=3.7)
    moved = pump.changed(levels=(pump.levels[0], top))
    monkeypatch.setattr(head_flow.Pump, "load", lambda _: moved)
    (row,) = head_flow_table(["CP"], heads=[60.0], pulsatile=False).to_dict("records")
    assert row["verdict"] == verdict


def test_rmse_by_hand():
    rows = {
        "device": ["CP"] * 3,
        "level": ["P-8", "P-8", "P-9"],
        "flow_low": [3.0, 3.0, None],
        "flow_high": [3.4, 3.4, 3.7],
        "steady_flow": [3.5, 2.8, 3.7],
        "pulsatile_flow": [3.2, math.nan, 4.0],
        "steady_miss": [0.1, -0.2, 0.0],
        "pulsatile_miss": [0.0, math.nan, 0.3],
        "verdict": ["miss", "miss", "within"],
    }
    rmse = head_flow_rmse(pandas.DataFrame(rows)).set_index("level")
    assert list(rmse.index) == ["P-8", "P-9", "all"]
    assert rmse.loc["P-8", "steady_range_rmse"] == pytest.approx(math.sqrt(0.025))
    assert rmse.loc["P-8", "steady_middle_rmse"] == pytest.approx(math.sqrt((0.09 + 0.16) / 2))
    assert rmse.loc["all", "steady_range_rmse"] == pytest.approx(math.sqrt(0.05 / 3))
    assert rmse.loc["all", "pulsatile_range_rmse"] == pytest.approx(math.sqrt(0.09 / 2))
    assert math.isnan(rmse.loc["P-9", "steady_middle_rmse"])
    assert list(rmse["rows"]) == [2, 1, 3]


def test_rmse_of_every_device_is_below_what_the_display_shows(steady):
    rmse = head_flow_rmse(steady)
    whole = rmse[rmse["level"] == "all"]
    assert list(whole["device"]) == list(Pump.names())
    assert (whole["steady_range_rmse"] < 0.05).all()
    # No flow is nearer to the middle of its range than it is to the range itself.
    there = rmse.dropna(subset=["steady_middle_rmse"])
    assert (there["steady_middle_rmse"] >= there["steady_range_rmse"]).all()


@pytest.mark.parametrize(("level", "head"), [("P-4", 60.0), ("P-8", 100.0)])
def test_a_pulsating_patient_at_a_mean_head_has_nearly_the_steady_flow(level, head):
    pump = Pump.load("CP")
    speed = pump.speed(level)
    beating = flow_at_mean_head(pump, speed, head)
    steady = float(pump.flow_at(speed, head))
    # The law bends downwards: the mean over the beat lies a little below.
    assert steady - 0.05 < beating < steady


def test_a_right_sided_pump_meets_its_head_in_the_lungs():
    pump = Pump.load("RP")
    beating = flow_at_mean_head(pump, pump.max_rpm, 20.0)
    assert beating == pytest.approx(4.4, abs=0.05)


def test_a_head_that_is_not_to_be_had_is_not_a_number():
    assert math.isnan(flow_at_mean_head(Pump.load("CP"), 23_000, 100.0))
