"""One patient on the emitted loop: all ways with the same result."""

from __future__ import annotations

import pytest

from experiments.speed.batch import individuals
from experiments.speed.case import case_start
from plants.compile import find_compiler

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")


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
