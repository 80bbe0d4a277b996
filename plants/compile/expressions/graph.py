"""A CasADi function as a graph of scalar operations, sorted by what each one depends on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import casadi as ca

from plants.compile.cache import BuildError
from plants.compile.expressions.operations import (
    DIVIDE,
    INVERSE,
    LATENCIES,
    MAGNITUDE,
    MULTIPLY,
    NEGATE,
    OPERATIONS,
    SQUARE,
    SUBTRACT,
)


class UnsupportedOperationError(BuildError):
    """The function holds an operation that no C can be emitted for; the text names it."""


@dataclass(frozen=True)
class Node:
    """A scalar of the graph.

    Attributes
    ----------
    operation : int
        CasADi's number of the operation, or -1 for an input and -2 for a constant.
    operands : tuple of int
        Nodes it is made from; for an input its argument and its place in it.
    value : float
        Of a constant.
    depends : frozenset of str
        Names of the inputs it depends on.
    """

    operation: int
    operands: tuple[int, ...]
    value: float = 0.0
    depends: frozenset[str] = frozenset()


INPUT, CONSTANT = -1, -2


@dataclass
class Graph:
    """The operations of a function in an order in which they can be computed.

    Attributes
    ----------
    nodes : list of Node
        Each after its operands.
    outputs : list of list of int or None
        Node of each entry of each output; None for a structural zero.
    names : tuple of str
        Names of the inputs.
    """

    nodes: list[Node] = field(default_factory=list)
    outputs: list[list[int | None]] = field(default_factory=list)
    names: tuple[str, ...] = ()
    _known: dict[Node, int] = field(default_factory=dict, repr=False)

    def add(self, node: Node) -> int:
        """Number of a node, the same one for the same operation on the same operands."""
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return self._known[node]

    def operation(self, number: int, *operands: int) -> int:
        """Number of the node of an operation."""
        if number in (SQUARE, MAGNITUDE):  # The sign of the operand does not matter.
            operands = (self._unsigned(operands[0]),)
        depends = frozenset().union(*(self.nodes[i].depends for i in operands))
        return self.add(Node(number, operands, 0.0, depends))

    def has(self, number: int, *operands: int) -> bool:
        """Whether there is a node of an operation."""
        depends = frozenset().union(*(self.nodes[i].depends for i in operands))
        return Node(number, operands, 0.0, depends) in self._known

    def _unsigned(self, number: int) -> int:
        """The node, or one of the opposite sign that is the same for both signs."""
        node = self.nodes[number]
        if node.operation == NEGATE:
            return self._unsigned(node.operands[0])
        if node.operation == SUBTRACT and node.operands[0] > node.operands[1]:
            return self.operation(SUBTRACT, node.operands[1], node.operands[0])
        return number


def graph_of(
    function: ca.Function,
    names: Sequence[str],
    *,
    parts: Mapping[str, Mapping[int, str]] | None = None,
) -> Graph:
    """The graph of an SX function.

    Parameters
    ----------
    function : Function
        A function of dense inputs, made from SX expressions.
    names : sequence of str
        Names of its inputs.
    parts : mapping, optional
        Entries of an input that count as an input of another name when dependence is sorted:
        input name to entry to name.

    Raises
    ------
    UnsupportedOperationError
        An operation cannot be emitted; its name stands in the message.
    """
    graph = Graph(names=tuple(names))
    graph.outputs = [[None] * function.numel_out(i) for i in range(function.n_out())]
    rows = [function.sparsity_out(i).find() for i in range(function.n_out())]
    work: dict[int, int] = {}
    for k in range(function.n_instructions()):
        number = function.instruction_id(k)
        inputs, outputs = function.instruction_input(k), function.instruction_output(k)
        if number == ca.OP_INPUT:
            name = names[inputs[0]]
            part = (parts or {}).get(name, {}).get(inputs[1], name)
            node = Node(INPUT, (inputs[0], inputs[1]), 0.0, frozenset({part}))
            work[outputs[0]] = graph.add(node)
        elif number == ca.OP_CONST:
            node = Node(CONSTANT, (), float(function.instruction_constant(k)))
            work[outputs[0]] = graph.add(node)
        elif number == ca.OP_OUTPUT:
            graph.outputs[outputs[0]][rows[outputs[0]][outputs[1]]] = work[inputs[0]]
        else:
            operands = [work[i] for i in inputs[: operand_count(function, number)]]
            work[outputs[0]] = graph.operation(number, *operands)
    return graph


def operand_count(function: ca.Function, number: int) -> int:
    """How many operands an operation of a function has.

    Raises
    ------
    UnsupportedOperationError
        It cannot be emitted; its name stands in the message.
    """
    if number not in OPERATIONS:
        raise UnsupportedOperationError(
            f"{function.name()} holds {_name(number)}, for which no C is known"
        )
    return OPERATIONS[number].operands


def _name(number: int) -> str:
    names = (key for key in dir(ca) if key.startswith("OP_") and getattr(ca, key) == number)
    return next(names, f"operation {number}")


def with_reciprocals(graph: Graph, held: frozenset[str]) -> Graph:
    """The graph with divisions by what only held inputs make turned into products.

    The reciprocals are then computed once instead of at every step.
    """

    def inverse(new: Graph, _: Node, divided: int, divisor: int) -> int | None:
        below, above = new.nodes[divisor], new.nodes[divided]
        if not below.depends <= held or above.depends <= held:
            return None
        if below.operation == CONSTANT:
            return new.add(Node(CONSTANT, (), 1.0 / below.value))
        return new.operation(INVERSE, divisor)

    return _divided(graph, inverse)


def with_shared_reciprocals(graph: Graph) -> Graph:
    """The graph in which several divisions by the same node become products with its reciprocal.

    A product takes a fraction of the time of a division.
    """
    below = Counter(node.operands[1] for node in graph.nodes if node.operation == DIVIDE)

    def inverse(new: Graph, node: Node, _: int, divisor: int) -> int | None:
        return new.operation(INVERSE, divisor) if below[node.operands[1]] > 1 else None

    return _divided(graph, inverse)


def with_joint_reciprocal(graph: Graph, done: frozenset[str]) -> Graph:
    """The graph in which divisions whose divisors are there at once share one reciprocal.

    It is that of all divisors' product; a few products take it apart. In lanes, where divisions are
    slow, that costs less.

    Parameters
    ----------
    graph : Graph
        The graph.
    done : frozenset of str
        Inputs whose functions are computed before and stay out of it.

    References
    ----------
    Montgomery PL (1987) Speeding the Pollard and elliptic curve methods of factorization. Math Comp
    48:243 (simultaneous inversion).
    """
    divisors = _divisors_at_once(graph, done)
    inverses: dict[int, int] = {}

    def inverse(new: Graph, node: Node, _: int, __: int) -> int | None:
        if not inverses and len(divisors) > 1:
            inverses.update(_taken_apart(new, graph, divisors))
        return inverses.get(node.operands[1])

    return _divided(graph, inverse)


def _divisors_at_once(graph: Graph, done: frozenset[str]) -> list[int]:
    """Divisors that wait for no slow operation and for nothing that is computed before."""
    waiting: set[int] = set()
    divisors: dict[int, None] = {}
    for number, node in enumerate(graph.nodes):
        if node.depends <= done:
            continue
        if node.operation == DIVIDE and node.operands[1] not in waiting:
            divisors[node.operands[1]] = None
        if node.operation in LATENCIES or waiting.intersection(node.operands):
            waiting.add(number)
    return [n for n in divisors if not graph.nodes[n].depends <= done]


def _taken_apart(new: Graph, graph: Graph, divisors: Sequence[int]) -> dict[int, int]:
    """Nodes in the new graph of the reciprocals of divisors of the old one."""
    moved: dict[int, int] = {}
    for i in needed(graph, divisors):
        node = graph.nodes[i]
        leaf = node.operation in (INPUT, CONSTANT)
        moved[i] = (
            new.add(node)
            if leaf
            else new.operation(node.operation, *(moved[k] for k in node.operands))
        )
    products = [moved[divisors[0]]]
    for divisor in divisors[1:]:
        products.append(new.operation(MULTIPLY, products[-1], moved[divisor]))
    left = new.operation(INVERSE, products.pop())
    inverses = {}
    for divisor, before in zip(reversed(divisors[1:]), reversed(products), strict=True):
        inverses[divisor] = new.operation(MULTIPLY, left, before)
        left = new.operation(MULTIPLY, left, moved[divisor])
    return {**inverses, divisors[0]: left}


def _divided(graph: Graph, inverse: Callable[[Graph, Node, int, int], int | None]) -> Graph:
    """The graph with a product in place of each division for which there is a reciprocal.

    `inverse` is given the new graph, the old division, and what is divided and the divisor there.
    """

    def product(new: Graph, node: Node, operands: list[int]) -> int:
        reciprocal = inverse(new, node, *operands) if node.operation == DIVIDE else None
        if reciprocal is None:
            return new.operation(node.operation, *operands)
        return new.operation(MULTIPLY, operands[0], reciprocal)

    return rewritten(graph, product)


def rewritten(graph: Graph, operation: Callable[[Graph, Node, list[int]], int]) -> Graph:
    """The graph with each operation made anew.

    `operation` adds an operation to the new graph and gives its node there; it is given the new
    graph, the old node and the new nodes of its operands.
    """
    new = Graph(names=graph.names)
    moved: list[int] = []
    for node in graph.nodes:
        if node.operation in (INPUT, CONSTANT):
            moved.append(new.add(node))
        else:
            moved.append(operation(new, node, [moved[i] for i in node.operands]))
    new.outputs = [[None if i is None else moved[i] for i in row] for row in graph.outputs]
    return new


def needed(graph: Graph, wanted: Sequence[int]) -> list[int]:
    """The nodes that those wanted are made from, in order."""
    marked = set(wanted)
    for number in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[number]
        if number in marked and node.operation != INPUT:
            marked.update(node.operands)
    return sorted(marked)


def operations_left(graph: Graph, wanted: Sequence[int | None], done: frozenset[str]) -> list[int]:
    """The operations that those wanted are made from, but for what only the inputs `done` make."""
    nodes = needed(graph, [i for i in wanted if i is not None])
    return [
        i for i in nodes if graph.nodes[i].operation >= 0 and not graph.nodes[i].depends <= done
    ]
