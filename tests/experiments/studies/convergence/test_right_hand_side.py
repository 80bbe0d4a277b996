"""The right-hand side for general solvers is the plant's."""

from __future__ import annotations

import pytest

from experiments.studies.convergence import RightHandSide
from plants import Plant, plant_model


def test_the_right_hand_side_is_the_plants():
    plant = Plant("shock-d", "CP")
    values, state = plant.values(40_000, None, 0.002), plant.rest()
    expected = plant_model().derivative(state, values)[0]
    rhs = RightHandSide(values)
    assert rhs(0.0, state) == pytest.approx(expected.full().ravel(), rel=1e-12, abs=1e-12)
    assert rhs.size == len(state)
    assert RightHandSide(values, integrals=True).size > rhs.size


def test_without_a_compiler_the_right_hand_side_is_the_same(monkeypatch):
    plant = Plant("shock-d", "CP")
    values, state = plant.values(40_000, None, 0.002), plant.rest()
    compiled = RightHandSide(values)(0.0, state)
    monkeypatch.setenv("CC", "/nonexistent")
    other = RightHandSide(values)
    assert not other.compiled
    assert other(0.0, state) == pytest.approx(compiled, rel=1e-12, abs=1e-12)
