"""Graphs that are simplified give the same; graphs that are scheduled lose no operation."""

from __future__ import annotations

import casadi as ca
import numpy as np
from hypothesis import given, settings, strategies as st

from plants.compile.expressions import (
    CONSTANT,
    INPUT,
    OPERATIONS,
    graph_of,
    needed,
    scheduled,
    simplified,
    with_reciprocals,
)
from plants.compile.expressions.schedule import PACKED

HELD = frozenset({"v"})


def symbolic(number):
    """A function of one operation."""
    x, y = ca.SX.sym("x"), ca.SX.sym("y")
    if OPERATIONS[number].operands == 1:
        return ca.Function("f", [x], [ca.SX.unary(number, x)])
    return ca.Function("f", [x, y], [ca.SX.binary(number, x, y)])


@st.composite
def expressions(draw):
    """A function of x and v from sums, products, powers and roots, all in each other."""
    x, v = ca.SX.sym("x", 2), ca.SX.sym("v", 2)
    terms = [*ca.vertsplit(x), *ca.vertsplit(v), ca.SX(0.5), ca.SX(-3.0)]
    for _ in range(draw(st.integers(4, 30))):
        a, b = (terms[draw(st.integers(0, len(terms) - 1))] for _ in range(2))
        kind = draw(st.sampled_from(["+", "-", "*", "/", "neg", "root", "power", "exp"]))
        terms.append(
            {
                "+": lambda a=a, b=b: a + b,
                "-": lambda a=a, b=b: a - b,
                "*": lambda a=a, b=b: a * b,
                "/": lambda a=a, b=b: a / (2.0 + b * b),
                "neg": lambda a=a: -a,
                "root": lambda a=a: ca.sqrt(0.1 + a * a),
                "power": lambda a=a: (0.7 * ca.sqrt(1.0 + a * a)) ** 1.9,
                "exp": lambda a=a: ca.exp(-ca.sqrt(1.0 + a * a)),
            }[kind]()
        )
        # Kept small, so that rounding errors are not magnified.
        terms[-1] = terms[-1] / ca.sqrt(1.0 + terms[-1] ** 2 * 0.01)
    return ca.Function("f", [x, v], [ca.vertcat(*terms[-3:])], {"cse": True})


def value_of(graph, inputs):
    """Outputs of a graph, each operation by CasADi."""
    values = []
    for node in graph.nodes:
        if node.operation == INPUT:
            values.append(inputs[node.operands[0]][node.operands[1]])
        elif node.operation == CONSTANT:
            values.append(node.value)
        else:
            operands = [float(values[i]) for i in node.operands]
            values.append(float(symbolic(node.operation)(*operands)))
    return np.array([values[i] for i in graph.outputs[0]])


@settings(max_examples=15, deadline=None)
@given(expressions(), st.integers(0, 2**32 - 1))
def test_a_simplified_graph_gives_the_same(function, seed):
    rng = np.random.default_rng(seed)
    graph = with_reciprocals(graph_of(function, ("x", "v")), HELD)
    simpler = simplified(graph, (HELD,))
    inputs = rng.uniform(-2, 2, 2), rng.uniform(0.5, 2, 2)
    expected = value_of(graph, inputs)
    np.testing.assert_allclose(value_of(simpler, inputs), expected, rtol=1e-11, atol=1e-11)
    for number, node in enumerate(simpler.nodes):
        if node.operation not in (INPUT, CONSTANT):
            assert all(i < number for i in node.operands)
            # Held arrays have a slot for each lane; what depends on nothing would have one for all.
            assert any(simpler.nodes[i].operation != CONSTANT for i in node.operands)


def test_a_simplified_graph_has_fewer_operations():
    x, v = ca.SX.sym("x"), ca.SX.sym("v", 2)
    a, b = x - v[0], v[0] - x
    powers = (2.5 * x * v[1]) ** 1.9 * (3.0 * x * v[1]) ** 21.9
    function = ca.Function("f", [x, v], [a * ca.sqrt(1 + b * b) - 0.5 * (v[1] * b) + powers])
    graph = graph_of(function, ("x", "v"))
    simpler = simplified(graph, (HELD,))
    kinds = [simpler.nodes[i].operation for i in needed(simpler, simpler.outputs[0])]
    assert kinds.count(ca.OP_SUB) == 1  # a and b
    assert ca.OP_NEG not in kinds
    bases = {node.operands[0] for node in simpler.nodes if node.operation == ca.OP_CONSTPOW}
    assert len(bases) == 1
    # Half of v[1] is multiplied by x - v[0], which changes, last.
    half = [n for n in simpler.nodes if n.operation == ca.OP_MUL and n.depends == HELD]
    assert any(simpler.nodes[n.operands[0]].value == 0.5 for n in half)


@settings(max_examples=15, deadline=None)
@given(expressions(), st.booleans())
def test_a_schedule_has_every_operation_after_its_operands(function, packed):
    graph = graph_of(function, ("x", "v"))
    body = [i for i in needed(graph, graph.outputs[0]) if graph.nodes[i].operation >= 0]
    done: set[int] = set()
    for row in scheduled(graph, body, packed=packed):
        for number in row:
            assert all(
                i in done or graph.nodes[i].operation < 0 for i in graph.nodes[number].operands
            )
        assert len(row) == 1 or {graph.nodes[i].operation for i in row} < PACKED | {None}
        assert len({graph.nodes[i].operation for i in row}) == 1
        assert not done & set(row)
        done.update(row)
    assert done == set(body)


def test_what_the_longest_chain_waits_for_comes_first():
    x = ca.SX.sym("x", 4)
    late = ca.sqrt(ca.sqrt(1 + ca.exp(x[3])))
    function = ca.Function("f", [x], [x[0] * x[1] + x[2] + late])
    graph = graph_of(function, ("x",))
    body = [i for i in needed(graph, graph.outputs[0]) if graph.nodes[i].operation >= 0]
    order = [graph.nodes[row[0]].operation for row in scheduled(graph, body)]
    assert order[0] == ca.OP_EXP
    assert order.index(ca.OP_MUL) > order.index(ca.OP_SQRT)
