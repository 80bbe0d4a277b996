"""Ways to run a batch that give the same."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.speed import batch as speed_batch
from experiments.speed.case import case_start
from plants.compile import find_compiler

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")


@needs_compiler
def test_casadi_in_both_forms_and_lanes_give_the_same_batch():
    carry, values = speed_batch.individuals(case_start(), 8)
    lanes = speed_batch.emitted(carry, values, 20)()
    np.testing.assert_allclose(speed_batch._casadi(carry, values, 20)(), lanes, rtol=1e-9)
    np.testing.assert_allclose(speed_batch._map(carry, values, 20)(), lanes, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@needs_compiler
@pytest.mark.parametrize("peer", ["numba", "jax"])
def test_translations_give_the_same_batch_over_the_end_of_a_beat(peer):
    pytest.importorskip(peer)
    carry, values = speed_batch.individuals(case_start(), 8)
    steps = 400
    lanes = speed_batch.emitted(carry, values, steps)()
    assert np.all(lanes[:, 16] > 1.0)  # a beat has ended in every lane
    made = {"numba": speed_batch._numba, "jax": speed_batch._jax}[peer]
    np.testing.assert_allclose(made(carry, values, steps)(), lanes, rtol=1e-8, atol=1e-8)


@needs_compiler
def test_what_is_not_installed_is_said(monkeypatch):
    def absent(*_):
        raise ImportError("No module named 'jax'")

    monkeypatch.setattr(speed_batch, "_OTHERS", (speed_batch._Other("JAX, vmap", absent, 5.0),))
    (row,) = speed_batch.batch_rows(1, seconds=0.1, sizes=(8,))
    assert row.ours > 0
    assert row.other is None
    assert row.met is None
    assert "not installed: No module named 'jax'" in row.note
