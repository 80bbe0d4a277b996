"""Derivatives as sums of products: those of CasADi, in fewer operations than the Jacobian has."""

from __future__ import annotations

import casadi as ca
import numpy as np
import pytest

from plants.beat import EVERY_PART, USUAL_PARTS, plant_functions
from plants.compile.expressions import Linearised, UnsupportedOperationError, linearised
from plants.plant import PHASE, STATES, VALUES


def entries(linear: Linearised, n: int, held: set[int]) -> ca.SX:
    """The Jacobian, from a direction of each entry of x."""
    known = {i: ca.SX.eye(n)[i, :] if i not in held else ca.SX.zeros(1, n) for i in range(n)}
    for number, slopes in linear.sums.items():
        known[number] = sum(slope * known[i] for i, slope in slopes.items())
    rows = [ca.SX.zeros(1, n) if i is None else known[i] for i in linear.outputs]
    return ca.densify(ca.vertcat(*rows))


def of(function: ca.Function, held: set[int]) -> tuple[ca.Function, Linearised]:
    """``(x, v) -> (value, Jacobian)``, and what it was made from."""
    x, v = ca.SX.sym("x", function.size1_in(0)), ca.SX.sym("v", function.size1_in(1))
    linear = linearised(function, x, v, held)
    outputs = [ca.vertcat(*linear.value), entries(linear, x.numel(), held)]
    return ca.Function("made", [x, v], outputs), linear


@pytest.mark.parametrize("parts", [USUAL_PARTS, EVERY_PART])
def test_those_of_the_plant_are_casadis_in_fewer_terms(parts):
    slope = plant_functions(parts).slope
    x, v = ca.SX.sym("x", len(STATES)), ca.SX.sym("v", len(VALUES))
    rates = slope(x, v)[0]
    function = ca.Function("rates", [x, v], [rates], {"cse": True})
    made, linear = of(function, {PHASE})
    whole = ca.jacobian(rates, x)
    whole[:, PHASE] = 0
    expected = ca.Function("expected", [x, v], [rates, ca.densify(whole)])
    rng = np.random.default_rng(0)
    for _ in range(3):
        arguments = rng.uniform(0.5, 1.5, len(STATES)), rng.uniform(0.5, 1.5, len(VALUES))
        for mine, theirs in zip(made(*arguments), expected(*arguments), strict=True):
            scale = np.maximum(1.0, np.abs(np.asarray(theirs)))
            assert np.max(np.abs(np.asarray(mine - theirs)) / scale) < 1e-11
    columns = [i for i in range(len(STATES)) if i != PHASE]
    terms = sum(len(slopes) for slopes in linear.sums.values())
    assert terms < ca.jacobian(rates, x[columns]).nnz()


def test_of_two_the_larger_counts_and_the_smaller_does_not():
    x, v = ca.SX.sym("x", 2), ca.SX.sym("v")
    y = ca.vertcat(ca.fmax(3 * x[0], v * x[1]), ca.fmin(3 * x[0], v * x[1]))
    made, _ = of(ca.Function("f", [x, v], [y]), set())
    for point, larger in (([2.0, 1.0], 0), ([1.0, 2.0], 1)):
        slopes = np.diag([3.0, 4.0])
        expected = slopes[[larger, 1 - larger]]
        assert np.asarray(made(point, 4.0)[1]) == pytest.approx(expected)


def test_what_is_held_or_constant_has_no_direction():
    x, v = ca.SX.sym("x", 3), ca.SX.sym("v")
    function = ca.Function("f", [x, v], [ca.vertcat(x[0] * x[2], x[2] + v, x[1], 2)])
    made, linear = of(function, {2})
    assert linear.outputs[1:] == [None, 1, None]
    value, slopes = made([2.0, 3.0, 5.0], 7.0)
    assert np.asarray(value).ravel().tolist() == [10.0, 12.0, 3.0, 2.0]
    assert np.asarray(slopes).tolist() == [[5, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 0]]


def test_an_operation_without_c_is_named():
    x, v = ca.SX.sym("x", 2), ca.SX.sym("v")
    function = ca.Function("waves", [x, v], [ca.sin(x)])
    with pytest.raises(UnsupportedOperationError, match="waves holds OP_SIN"):
        linearised(function, x, v)


def test_entries_of_a_sparse_output_and_of_further_ones_keep_their_places():
    x, v = ca.SX.sym("x", 2), ca.SX.sym("v")
    sparse = ca.SX(4, 1)
    sparse[1], sparse[3] = 2 * x[0], v * x[1]
    made, linear = of(ca.Function("f", [x, v], [sparse, ca.vertcat(x[1], x[0])]), set())
    assert [number is None for number in linear.outputs] == [True, False, True, False]
    value, slopes = made([3.0, 5.0], 7.0)
    assert np.asarray(value).ravel().tolist() == [0.0, 6.0, 0.0, 35.0]
    assert np.asarray(slopes).tolist() == [[0, 0], [2, 0], [0, 0], [0, 7]]
