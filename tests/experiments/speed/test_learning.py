"""Single control periods, and where their time goes."""

from __future__ import annotations

import pytest

from experiments.speed.learning import control_rows
from plants.compile import find_compiler

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")


@needs_compiler
def test_a_control_period_says_where_its_time_goes():
    loop, env = control_rows(1, count=20)
    assert "ctypes" in loop.note
    assert loop.ours < loop.other
    for part in ("C ", "metrics", "sensors", "reward"):
        assert part in env.note
