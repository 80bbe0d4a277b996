"""A graph of the same function, to rounding, with fewer operations."""

from __future__ import annotations

import math
from collections.abc import Sequence

from plants.compile.expressions.graph import CONSTANT, Graph, Node, rewritten
from plants.compile.expressions.operations import (
    ADD,
    CONSTANT_POWER,
    DIVIDE,
    MULTIPLY,
    NEGATE,
    SUBTRACT,
)


def simplified(graph: Graph, order: Sequence[frozenset[str]]) -> Graph:
    """The graph with fewer operations.

    Of two differences of the same terms one is the other's negative, and signs move outwards until
    a sum takes them in. In a product of several factors those that change least are multiplied
    first, so that an earlier part of the emitted code does it. A positive constant leaves the base
    of a power, so that powers of the same base share its logarithm.

    Parameters
    ----------
    graph : Graph
        The graph.
    order : sequence of frozenset of str
        Inputs from what changes least to what changes most; each holds those before it.
    """
    return rewritten(graph, lambda new, old, of: _simpler(new, order, old.operation, of))


def _simpler(new: Graph, order: Sequence[frozenset[str]], number: int, operands: list[int]) -> int:
    """Node of an operation in its simplest form."""

    def make(operation: int, *of: int) -> int:
        return _simpler(new, order, operation, list(of))

    if number == NEGATE:
        inner = _positive(new, operands[0])
        return new.operation(NEGATE, *operands) if inner is None else inner
    if number == CONSTANT_POWER:
        return _power(new, order, *operands)
    if number not in (ADD, SUBTRACT, MULTIPLY, DIVIDE):
        return new.operation(number, *operands)
    a, b = operands
    plus_a, plus_b = _positive(new, a), _positive(new, b)
    if number in (MULTIPLY, DIVIDE):
        if plus_a is not None:
            return make(NEGATE, make(number, plus_a, b))
        if plus_b is not None:
            return make(NEGATE, make(number, a, plus_b))
        return _product(new, order, a, b) if number == MULTIPLY else new.operation(DIVIDE, a, b)
    if plus_b is not None:
        return make(SUBTRACT if number == ADD else ADD, a, plus_b)
    if plus_a is not None:
        return make(SUBTRACT, b, plus_a) if number == ADD else make(NEGATE, make(ADD, plus_a, b))
    if number == SUBTRACT and new.has(SUBTRACT, b, a):
        return make(NEGATE, new.operation(SUBTRACT, b, a))
    return new.operation(number, *(sorted(operands) if number == ADD else operands))


def _positive(graph: Graph, number: int) -> int | None:
    """What a node is the negative of, if it is one."""
    node = graph.nodes[number]
    return node.operands[0] if node.operation == NEGATE else None


def _product(new: Graph, order: Sequence[frozenset[str]], a: int, b: int) -> int:
    """Product of two nodes, the factors that change least multiplied first."""

    def rank(number: int) -> int:
        depends = new.nodes[number].depends
        return next((k for k, inputs in enumerate(order) if depends <= inputs), len(order))

    a, b = sorted((a, b), key=lambda i: (rank(i), new.nodes[i].operation != CONSTANT, i))
    node = new.nodes[b]
    if node.operation == CONSTANT:  # and so is the other one, which comes first
        return new.add(Node(CONSTANT, (), new.nodes[a].value * node.value))
    if node.operation == MULTIPLY:
        # The factors of a product stand in the order of their ranks.
        first, second = node.operands
        if rank(a) < rank(second) or new.nodes[a].operation == CONSTANT:
            return new.operation(MULTIPLY, _product(new, order, a, first), second)
    return new.operation(MULTIPLY, a, b)


def _power(new: Graph, order: Sequence[frozenset[str]], base: int, exponent: int) -> int:
    """Power of a node, without the constant factor of its base."""
    factor, rest = _scale(new, order, base)
    try:
        outside = factor ** new.nodes[exponent].value
    except OverflowError:
        outside = math.inf
    if factor == 1.0 or not 1e-100 < outside < 1e100:
        return new.operation(CONSTANT_POWER, base, exponent)
    power = new.operation(CONSTANT_POWER, rest, exponent)
    return _product(new, order, new.add(Node(CONSTANT, (), outside)), power)


def _scale(new: Graph, order: Sequence[frozenset[str]], number: int) -> tuple[float, int]:
    """A positive constant factor of a node, 1 if there is none, and the rest of it."""
    node = new.nodes[number]
    if node.operation != MULTIPLY:
        return 1.0, number
    first, second = node.operands
    constant = new.nodes[first]
    if constant.operation == CONSTANT:
        return (constant.value, second) if constant.value > 0 else (1.0, number)
    factor, rest = _scale(new, order, first)
    return (1.0, number) if factor == 1.0 else (factor, _product(new, order, rest, second))
