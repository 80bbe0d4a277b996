"""Rows of the speed study: fair turns, and targets that are met or not."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from experiments.speed.row import SpeedRow, compared_row, interleaved


def test_candidates_are_timed_in_turns():
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
    absent = SpeedRow("p", "w", 8.0, unit="1/s", note="not installed").with_target("ratio", ">=", 1)
    assert absent.met is None
    assert absent.verdict == "not measured"
    assert row.verdict == ""
