"""The plant's equations as the text of Python functions, for compilers of Python.

The same text serves every library whose functions go by these names: what is called ``where`` or
``fmin`` in it is looked up in the namespace that it is run in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import casadi as ca

from plants.compile.code import PlantFunctions
from plants.compile.expressions import CONSTANT, INPUT, Graph, graph_of, needed

#: By CasADi's number; the operands stand for {a} and {b}. Names are those of NumPy.
PYTHON: Mapping[int, str] = {
    ca.OP_ASSIGN: "{a}",
    ca.OP_ADD: "{a} + {b}",
    ca.OP_SUB: "{a} - {b}",
    ca.OP_MUL: "{a} * {b}",
    ca.OP_DIV: "{a} / {b}",
    ca.OP_NEG: "-{a}",
    ca.OP_INV: "1.0 / {a}",
    ca.OP_SQ: "{a} * {a}",
    ca.OP_TWICE: "{a} + {a}",
    ca.OP_SQRT: "sqrt({a})",
    ca.OP_EXP: "exp({a})",
    ca.OP_LOG: "log({a})",
    ca.OP_POW: "{a} ** {b}",
    ca.OP_CONSTPOW: "{a} ** {b}",
    ca.OP_TANH: "tanh({a})",
    ca.OP_FLOOR: "floor({a})",
    ca.OP_CEIL: "-floor(-{a})",
    ca.OP_FABS: "abs({a})",
    ca.OP_FMIN: "fmin({a}, {b})",
    ca.OP_FMAX: "fmax({a}, {b})",
    ca.OP_LT: "where({a} < {b}, 1.0, 0.0)",
    ca.OP_LE: "where({a} <= {b}, 1.0, 0.0)",
    ca.OP_EQ: "where({a} == {b}, 1.0, 0.0)",
    ca.OP_NE: "where({a} != {b}, 1.0, 0.0)",
    ca.OP_NOT: "where({a} == 0.0, 1.0, 0.0)",
    ca.OP_AND: "where(({a} != 0.0) & ({b} != 0.0), 1.0, 0.0)",
    ca.OP_OR: "where(({a} != 0.0) | ({b} != 0.0), 1.0, 0.0)",
    ca.OP_IF_ELSE_ZERO: "where({a} != 0.0, {b}, 0.0)",
}

#: Names of inputs and outputs of the plant's functions.
_SLOPE = (("x", "v"), ("k", "g", "e"))
_GOING = (("acc", "x", "after", "mean", "extremes", "v"), ("moved",))
_ENDING = (("acc", "x", "after", "mean", "before", "later", "old", "new", "v"), ("ended", "begun"))


def translated(functions: PlantFunctions, names: Mapping[str, Any], *, into: bool) -> list[Any]:
    """The plant's slope, what a step adds and what ends a beat, as Python functions.

    Parameters
    ----------
    functions : PlantFunctions
        The plant.
    names : mapping
        What the text of the functions calls ``sqrt``, ``where`` and so on.
    into : bool
        Whether they write their outputs into further arguments, or return them as tuples.
    """
    f = functions
    space = dict(names)
    plant = {
        "slope": (f.slope, *_SLOPE),
        "going": (f.within_beat, *_GOING),
        "ending": (f.at_beat_end, *_ENDING),
    }
    for name, (function, inputs, outputs) in plant.items():
        exec(python_function(function, name, inputs, into=outputs if into else ()), space)
    return [space[name] for name in plant]


def python_function(
    function: ca.Function, name: str, inputs: Sequence[str], *, into: Sequence[str] = ()
) -> str:
    """Text of a Python function that does what a CasADi function does, an operation a line.

    Parameters
    ----------
    function : Function
        Made from SX expressions.
    name : str
        Name of the Python function.
    inputs : sequence of str
        Names of its arguments, which are indexed.
    into : sequence of str
        Names of arrays to write the outputs into, as further arguments; without them the outputs
        are returned as tuples.

    Raises
    ------
    UnsupportedOperationError
        The function holds an operation that is not known.

    Examples
    --------
    >>> import casadi as ca
    >>> from experiments.speed.peers.translate import python_function
    >>> x = ca.SX.sym("x", 2)
    >>> print(python_function(ca.Function("f", [x], [x[0] * x[1]]), "f", ["x"]))
    def f(x):
        t2 = x[0] * x[1]
        return (t2,)
    """
    graph = graph_of(function, inputs)
    used = needed(graph, [i for row in graph.outputs for i in row if i is not None])
    lines = [f"def {name}({', '.join([*inputs, *into])}):"]
    for number in used:
        node = graph.nodes[number]
        if node.operation >= 0:
            a, b = _name(graph, node.operands[0]), _name(graph, node.operands[-1])
            lines.append(f"    t{number} = {PYTHON[node.operation].format(a=a, b=b)}")
    rows = [["0.0" if i is None else _name(graph, i) for i in row] for row in graph.outputs]
    if into:
        for array, row in zip(into, rows, strict=True):
            lines += [f"    {array}[{k}] = {entry}" for k, entry in enumerate(row)]
    else:
        tuples = ["(" + "".join(f"{entry}, " for entry in row).rstrip(" ") + ")" for row in rows]
        lines.append(f"    return {', '.join(tuples)}")
    return "\n".join(lines)


def _name(graph: Graph, number: int) -> str:
    node = graph.nodes[number]
    if node.operation == INPUT:
        return f"{graph.names[node.operands[0]]}[{node.operands[1]}]"
    if node.operation == CONSTANT:
        return repr(node.value)
    return f"t{number}"
