"""Operations of a step are counted, and none runs faster than the core."""

from __future__ import annotations

import casadi as ca
import pytest

from experiments.speed.roofline import (
    OperationCount,
    operation_count,
    peaks,
    roofline_rows,
    step_count,
)
from plants.beat import USUAL_PARTS, PlantParts, plant_functions
from plants.compile import find_compiler
from plants.compile.code import block_slopes, going_graph
from plants.compile.code.plant_functions import slope_parts
from plants.compile.expressions import graph_of, with_reciprocals

needs_compiler = pytest.mark.skipif(find_compiler() is None, reason="no C compiler here")


def test_operations_are_counted():
    x, v = ca.SX.sym("x", 2), ca.SX.sym("v")
    function = ca.Function("f", [x, v], [ca.exp(x[0]) / v + ca.sqrt(x[1]) / x[1] + v * v])
    # exp, its product with 1 / v, two sums; what only v makes is done before.
    for parts, simple in ((None, 37 + 3), ({"x": {0: "phase"}}, 19 + 2)):
        graph = with_reciprocals(graph_of(function, ["x", "v"], parts=parts), frozenset({"v"}))
        assert operation_count(graph) == OperationCount(simple=simple, roots=1, divisions=1)


def test_the_operations_of_a_step_are_those_of_the_lanes():
    functions = plant_functions(USUAL_PARTS)
    apart = operation_count(slope_parts(functions)[0])
    together = operation_count(block_slopes(functions)[0])
    assert together.divisions < apart.divisions
    assert together.simple > apart.simple
    count = step_count(functions)
    assert (
        count.divisions
        == 4 * together.divisions + operation_count(going_graph(functions)[0]).divisions
    )
    assert (
        step_count(plant_functions(PlantParts(right_pump=True))).simple
        > step_count(plant_functions(USUAL_PARTS)).simple
    )


@needs_compiler
def test_no_form_is_faster_than_the_core():
    operations, roots, divisions = peaks(1, steps=20_000)
    assert operations > roots
    assert operations > divisions
    rows = roofline_rows(5, seconds=0.2)
    assert len(rows) == 4
    shares = [row.ratio for row in rows[1:]]
    assert all(0 < share < 1 for share in shares)
    assert shares[0] > shares[1]  # lanes against one lane
