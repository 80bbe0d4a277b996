"""A function as a graph: what it depends on, what is needed, and divisions that become products."""

from __future__ import annotations

import casadi as ca
import pytest

from plants.compile import BuildError, LaneFunctions
from plants.compile.expressions import (
    CONSTANT,
    INPUT,
    UnsupportedOperationError,
    graph_of,
    needed,
    with_joint_reciprocal,
    with_reciprocals,
    with_shared_reciprocals,
)


@pytest.mark.parametrize("expression", [ca.sin, ca.erf, ca.atan])
def test_an_operation_that_is_not_known_is_refused_by_name(expression):
    x = ca.SX.sym("x")
    function = ca.Function("strange", [x], [expression(x)])
    name = expression.__name__.upper()
    with pytest.raises(UnsupportedOperationError, match=f"strange holds OP_{name}"):
        graph_of(function, ("x",))
    with pytest.raises(BuildError, match=name):
        LaneFunctions({"f": function}, 4)


def small():
    """x scaled by what is held, and a part that depends on the phase."""
    x, v = ca.SX.sym("x", 2), ca.SX.sym("v", 2)
    k = ca.vertcat(x[0] / (v[0] + v[1]), ca.exp(x[1]) / v[1] + x[0] / 3)
    return ca.Function("f", [x, v], [k])


def test_divisions_by_what_is_held_become_products():
    graph = graph_of(small(), ("x", "v"), parts={"x": {1: "phase"}})
    assert sum(node.operation == ca.OP_DIV for node in graph.nodes) == 3
    changed = with_reciprocals(graph, frozenset({"v"}))
    assert not any(node.operation == ca.OP_DIV for node in changed.nodes)
    inverses = [node for node in changed.nodes if node.operation == ca.OP_INV]
    assert [node.depends for node in inverses] == [frozenset({"v"})] * 2
    constants = {node.value for node in changed.nodes if node.operation == CONSTANT}
    assert 1 / 3 in constants
    for number, node in enumerate(changed.nodes):
        assert node.operation == INPUT or all(i < number for i in node.operands)


def test_what_is_divided_by_something_that_moves_stays():
    x, v = ca.SX.sym("x"), ca.SX.sym("v")
    graph = graph_of(ca.Function("f", [x, v], [v / x, 1 / v]), ("x", "v"))
    changed = with_reciprocals(graph, frozenset({"v"}))
    assert sum(node.operation == ca.OP_INV for node in changed.nodes) >= 1
    assert sum(node.operation == ca.OP_DIV for node in changed.nodes) == 1


def test_only_what_is_needed_is_computed():
    graph = graph_of(small(), ("x", "v"))
    first = graph.outputs[0][0]
    used = needed(graph, [first])
    assert used == sorted(used)
    assert not any(graph.nodes[i].operation == ca.OP_EXP for i in used)


def test_equal_operations_are_one_and_squares_have_no_sign():
    x, y = ca.SX.sym("x"), ca.SX.sym("y")
    graph = graph_of(ca.Function("f", [x, y], [(x - y) ** 2 + (y - x) ** 2]), ("x", "y"))
    assert sum(node.operation == ca.OP_SQ for node in graph.nodes) == 1


def test_divisions_by_the_same_share_its_reciprocal():
    x, y = ca.SX.sym("x"), ca.SX.sym("y")
    function = ca.Function("f", [x, y], [ca.vertcat(x / y, x**2 / y, y / x)])
    changed = with_shared_reciprocals(graph_of(function, ("x", "y")))
    operations = [node.operation for node in changed.nodes]
    assert operations.count(ca.OP_INV) == 1
    assert operations.count(ca.OP_DIV) == 1
    assert operations.count(ca.OP_MUL) == 2


def evaluated(graph, **inputs):
    """Outputs of a graph, operation by operation."""
    values = []
    for node in graph.nodes:
        if node.operation == INPUT:
            values.append(inputs[graph.names[node.operands[0]]][node.operands[1]])
        elif node.operation == CONSTANT:
            values.append(node.value)
        else:
            make = ca.SX.unary if len(node.operands) == 1 else ca.SX.binary
            values.append(float(make(node.operation, *(values[i] for i in node.operands))))
    return [values[i] for row in graph.outputs for i in row]


def test_divisors_that_are_there_at_once_share_one_reciprocal():
    x, v = ca.SX.sym("x", 4), ca.SX.sym("v", 2)
    late = 1 + ca.exp(x[1])
    k = ca.vertcat(x[0] / (x[1] + 7), x[1] / x[2], x[0] / x[2], x[3] / (v[0] + x[3]), x[0] / late)
    graph = graph_of(ca.Function("f", [x, v], [ca.vertcat(k, v[0] / v[1])]), ("x", "v"))
    changed = with_joint_reciprocal(graph, frozenset({"v"}))
    operations = [node.operation for node in changed.nodes]
    assert operations.count(ca.OP_INV) == 1
    # What waits for the exponential, and what is held, are divided as before.
    assert operations.count(ca.OP_DIV) == 2
    for number, node in enumerate(changed.nodes):
        assert node.operation in (INPUT, CONSTANT) or all(i < number for i in node.operands)
    inputs = {"x": [0.3, -2.0, 5.0, 0.7], "v": [1.5, -3.0]}
    assert evaluated(changed, **inputs) == pytest.approx(evaluated(graph, **inputs), rel=1e-14)


def test_a_single_divisor_stays():
    x = ca.SX.sym("x", 2)
    graph = graph_of(ca.Function("f", [x], [x[0] / x[1]]), ("x",))
    assert with_joint_reciprocal(graph, frozenset()).nodes == graph.nodes
