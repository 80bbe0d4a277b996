"""The derivative of a function as few sums of products, for many directions at the same point.

The derivatives of each operation by its operands are edges of a graph from inputs to outputs. A
node between them is left out as long as no more edges come of it. What remains takes fewer
operations than the entries of the Jacobian, in which outputs repeat what they have in common.

References
----------
Griewank A, Walther A (2008) Evaluating Derivatives, 2nd ed., ch. 10 (Jacobians by elimination of
vertices, cheapest first).
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass

import casadi as ca

from plants.compile.expressions.graph import operand_count
from plants.compile.expressions.operations import OPERATIONS


@dataclass(frozen=True)
class Linearised:
    """A function of x and v, and its derivative by x.

    Attributes
    ----------
    value : list of SX
        The function's first output.
    sums : dict
        Directions between, in an order in which they can be computed: number to the slopes by the
        numbers of earlier ones. The numbers from 0 on are those of the entries of x.
    outputs : list of int or None
        Number of each output's direction; None for one that does not depend on x.
    """

    value: list[ca.SX]
    sums: dict[int, dict[int, ca.SX]]
    outputs: list[int | None]


def linearised(function: ca.Function, x: ca.SX, v: ca.SX, held: Collection[int] = ()) -> Linearised:
    """The derivative of a function by x in few operations.

    Parameters
    ----------
    function : Function
        ``(x, v) -> y``, made from SX expressions; x and v dense.
    x, v : SX
        Its arguments.
    held : collection of int
        Entries of x by which no derivative is wanted.

    Raises
    ------
    UnsupportedOperationError
        An operation cannot be emitted; its name stands in the message.

    Examples
    --------
    >>> import casadi as ca
    >>> from plants.compile.expressions import linearised
    >>> x, v = ca.SX.sym("x", 2), ca.SX.sym("v")
    >>> f = ca.Function("f", [x, v], [ca.vertcat(ca.exp(v * x[0]) + x[1], x[1])])
    >>> result = linearised(f, x, v)
    >>> result.outputs[1], [sorted(slopes) for slopes in result.sums.values()]
    (1, [[0, 1]])
    """
    all_of_x = x.numel()
    value = [ca.SX(0)] * function.numel_out(0)
    outputs: list[int | None] = [None] * len(value)
    rows = function.sparsity_out(0).find()
    work: dict[int, tuple[ca.SX, int | None]] = {}
    sums: dict[int, dict[int, ca.SX]] = {}
    for k in range(function.n_instructions()):
        number = function.instruction_id(k)
        inputs, (place, *_) = function.instruction_input(k), function.instruction_output(k)
        if number == ca.OP_INPUT:
            which, entry = inputs
            moves = which == 0 and entry not in held
            work[place] = (x, v)[which][entry], entry if moves else None
        elif number == ca.OP_CONST:
            work[place] = ca.SX(function.instruction_constant(k)), None
        elif number == ca.OP_OUTPUT:
            which, entry = function.instruction_output(k)
            if which == 0:
                value[rows[entry]], outputs[rows[entry]] = work[inputs[0]]
        else:
            operands = [work[i] for i in inputs[: operand_count(function, number)]]
            result, *slopes = _with_slopes(number)(*(a for a, _ in operands))
            edges: dict[int, ca.SX] = {}
            for (_, source), slope in zip(operands, slopes, strict=True):
                if source is not None and not slope.is_zero():
                    edges[source] = edges.get(source, 0) + slope
            node = all_of_x + k
            if edges:
                sums[node] = edges
            work[place] = result, node if edges else None
    _eliminate(sums, {n for n in outputs if n is not None})
    return Linearised(value, sums, outputs)


@functools.cache
def _with_slopes(number: int) -> ca.Function:
    """An operation and its derivatives by its operands."""
    operands = [ca.SX.sym(name) for name in "ab"[: OPERATIONS[number].operands]]
    make = ca.SX.unary if len(operands) == 1 else ca.SX.binary
    value = make(number, *operands)
    slopes = [ca.gradient(value, a) for a in operands]
    if number in (ca.OP_FMAX, ca.OP_FMIN):
        # CasADi divides, for half of it where both are equal.
        first = operands[1] < operands[0] if number == ca.OP_FMAX else operands[0] < operands[1]
        slopes = [first, 1 - first]
    return ca.Function("slopes", operands, [value, *slopes])


def _eliminate(sums: dict[int, dict[int, ca.SX]], kept: Collection[int]) -> None:
    """Leave out nodes, the cheapest first, until more edges would come of it."""
    users: dict[int, set[int]] = {n: set() for n in sums}
    for n, edges in sums.items():
        for i in edges:
            if i in users:
                users[i].add(n)

    def added(n: int) -> int:
        new = sum(len(sums[n].keys() - sums[u].keys()) for u in users[n])
        return new - len(sums[n]) - len(users[n])

    left = {n: added(n) for n in sums if n not in kept}
    while left:
        node = min(left, key=lambda n: (left[n], n))
        if left[node] >= 0:
            return
        edges, changed = sums.pop(node), users.pop(node)
        del left[node]
        for u in changed:
            slope = sums[u].pop(node)
            for i, inner in edges.items():
                sums[u][i] = sums[u].get(i, 0) + slope * inner
                if i in users:
                    users[i].add(u)
        for i in edges:
            if i in users:
                users[i].discard(node)
        near = changed.union(*(users[i] for i in edges if i in users))
        near |= {i for u in near if u in sums for i in sums[u]} | edges.keys()
        left.update({n: added(n) for n in near if n in left})
