"""Parts of a graph as C functions."""

from __future__ import annotations

import casadi as ca

from plants.compile.code import Part, emit_functions
from plants.compile.expressions import graph_of, with_reciprocals


def small():
    """x scaled by what is held, and a part that depends on the phase."""
    x, v = ca.SX.sym("x", 2), ca.SX.sym("v", 2)
    k = ca.vertcat(x[0] / (v[0] + v[1]), ca.exp(x[1]) / v[1] + x[0] / 3)
    return ca.Function("f", [x, v], [k])


def test_parts_hold_what_they_may():
    graph = with_reciprocals(
        graph_of(small(), ("x", "v"), parts={"x": {1: "phase"}}), frozenset({"v"})
    )
    parts = [
        Part("held", frozenset({"v"})),
        Part("beat", frozenset({"v", "phase"})),
        Part("whole", frozenset({"v", "phase", "x"})),
    ]
    text = emit_functions(graph, parts, ("k",))
    assert text.sizes == {"held": 2, "beat": 1}
    held, beat, whole = text.source.split("static void")[1:]
    assert "exp" not in held + whole
    assert "ik_exp(x[1 * W + w])" in beat
    assert "/" not in whole
    assert (
        emit_functions(graph, parts, ("k",), without=("k",), only_last="nothing").source.count("=")
        < 4
    )


def test_bounds_that_are_numbers_are_hidden_from_the_compiler_in_lanes():
    x = ca.SX.sym("x", 2)
    function = ca.Function("f", [x], [ca.fmin(ca.fmax(x[0], -1), 2) + ca.fmax(x[0], x[1])])
    graph = graph_of(function, ("x",))
    text = emit_functions(graph, [Part("whole", frozenset({"x"}))], ("y",)).source
    before, lanes = text.split("for (w")
    assert before.count("ik_hidden(RC(-1.0))") == before.count("ik_hidden(RC(2.0))") == 1
    assert lanes.count("ik_at_least(") == lanes.count("ik_at_most(") == lanes.count("ik_max(") == 1
    assert "RC(" not in lanes
