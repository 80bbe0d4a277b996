"""Outputs alike are written as one loop."""

from __future__ import annotations

import casadi as ca
import pytest

from plants.compile.code.emitter import Places
from plants.compile.code.output_loops import runs
from plants.compile.expressions import graph_of


class Scalars(Places):
    def entry(self, array: str, slot: int, uniform: bool) -> str:
        return f"{array}[{slot}]"


def runs_of(outputs: list[ca.SX], x: ca.SX, v: ca.SX):
    graph = graph_of(ca.Function("f", [x, v], [ca.vertcat(*outputs)]), ("x", "v"))
    return runs(Scalars(graph, frozenset(), {}), graph.outputs[0])


@pytest.fixture
def symbols():
    return ca.SX.sym("x", 12), ca.SX.sym("v", 12)


def test_neighbours_become_a_loop(symbols):
    x, v = symbols
    outputs = [x[0] * x[0], *(x[j] + v[3] * v[j + 4] for j in range(1, 7)), ca.exp(x[9])]
    (run,) = runs_of(outputs, x, v)
    assert (run.first, run.count) == (1, 6)
    assert run.text == "(x[1 + j] + (v[3] * v[5 + j]))"


def test_the_next_kind_begins_a_loop_of_its_own(symbols):
    x, v = symbols
    outputs = [ca.fmax(x[j], v[j]) for j in range(5)] + [ca.fmin(x[j], v[j]) for j in range(5)]
    assert [(run.first, run.count) for run in runs_of(outputs, x, v)] == [(0, 5), (5, 5)]


@pytest.mark.parametrize(
    "other",
    [
        lambda x, v, j: x[j] + v[2 * j],  # not the next entry
        lambda x, v, j: x[j] + v[j] if j % 2 else x[j] - v[j],  # not the same operation
        lambda x, v, j: x[j] + v[j] if j < 3 else v[j] + v[j - 1],  # not the same array
        lambda x, v, j: x[j],  # nothing to do
        lambda x, v, j: ca.exp(ca.exp(ca.exp(ca.exp(x[j])))),  # too much to do anew
    ],
)
def test_unlike_outputs_make_no_loop(symbols, other):
    x, v = symbols
    assert runs_of([other(x, v, j) for j in range(5)], x, v) == []


def test_an_entry_that_stays_must_stay_throughout(symbols):
    x, v = symbols
    outputs = [x[0] + v[0], x[1] + v[0], x[2] + v[0], x[3] + v[0], x[4] + v[4]]
    (run,) = runs_of(outputs, x, v)
    assert (run.first, run.count) == (0, 4)
    assert run.text == "(x[0 + j] + v[0])"
