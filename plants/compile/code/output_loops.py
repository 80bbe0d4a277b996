"""Runs of outputs that are computed alike from neighbouring entries, written as loops.

Without lanes a compiler is left with a long line of operations one by one. Outputs that differ only
in which entries of the inputs they read, each the next one, become a loop that fills the registers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plants.compile.code.emitter import Places
from plants.compile.expressions import CONSTANT, INPUT, OPERATIONS, operations_left, scheduled

#: Fewest outputs that are worth a loop.
_FEWEST = 4
#: Most operations of one output in a loop: what outputs share is computed anew for each.
_LARGEST = 3


@dataclass(frozen=True)
class Run:
    """Outputs alike.

    Attributes
    ----------
    first, count : int
        The first one, and how many there are.
    text : str
        C expression of output ``first + j``.
    """

    first: int
    count: int
    text: str


def in_runs(
    name: str, places: Places, inputs: Sequence[str], result: str, held: frozenset[str]
) -> str:
    """C function of a graph with one output, without lanes.

    Parameters
    ----------
    name : str
        Its name.
    places : Places
        The graph, and where the values of its nodes lie.
    inputs : sequence of str
        Names of the arrays that it reads, which must not overlap with the result.
    result : str
        Name of the array of its results.
    held : frozenset of str
        Inputs whose functions have been computed by an earlier part.
    """
    graph, outputs = places.graph, places.graph.outputs[0]
    loops = runs(places, outputs)
    looped = {j for run in loops for j in range(run.first, run.first + run.count)}
    others = {j: n for j, n in enumerate(outputs) if j not in looped}
    body = operations_left(graph, list(others.values()), held)
    lines = [places.line(i) for row in scheduled(graph, body) for i in row]
    for run in loops:
        lines += [
            f"for (j = 0; j < {run.count}; ++j)",
            f"  {result}[{run.first} + j] = {run.text};",
        ]
    lines += [f"{result}[{j}] = {places.output(n)};" for j, n in others.items()]
    arguments = ", ".join(f"const real *restrict {array}" for array in inputs)
    head = f"static void {name}({arguments}, real *restrict {result}) {{"
    return "\n  ".join([head, "long j;", *lines, "(void)j;"]) + "\n}"


def runs(places: Places, outputs: Sequence[int | None]) -> list[Run]:
    """The runs among the outputs of one array."""
    alike: list[Run] = []
    i = 0
    while i < len(outputs):
        count = _length(places, outputs[i:])
        node, after = (*outputs[i:], None)[:2]
        if count >= _FEWEST and node is not None and after is not None:
            alike.append(Run(i, count, _text(places, node, after)))
        i += max(1, count)
    return alike


def _length(places: Places, outputs: Sequence[int | None]) -> int:
    """How many of the first outputs are alike, each read one entry further on."""
    first = outputs[0]
    if first is None or not 0 < _operations(places, first) <= _LARGEST:
        return 0
    moves = None
    for count, other in enumerate(outputs[1:], start=1):
        steps = None if other is None else _steps(places, first, other)
        if steps is None or any(step not in (0, count) for step in steps):
            return count
        moves = moves or [step > 0 for step in steps]
        if moves != [step > 0 for step in steps]:
            return count
    return len(outputs)


def _operations(places: Places, number: int) -> int:
    node = places.graph.nodes[number]
    if _leaf(places, number):
        return 0
    return 1 + sum(_operations(places, i) for i in node.operands)


def _leaf(places: Places, number: int) -> bool:
    return places.graph.nodes[number].operation in (INPUT, CONSTANT) or number in places.known


def _place(places: Places, number: int) -> tuple[str, int]:
    """Array and entry of a leaf; of a constant its text."""
    node = places.graph.nodes[number]
    if number in places.known:
        return places.known[number]
    if node.operation == CONSTANT:
        return repr(node.value), 0
    return places.graph.names[node.operands[0]], node.operands[1]


def _steps(places: Places, first: int, other: int) -> list[int] | None:
    """By how many entries the leaves of the other lie further on; None if it is made otherwise."""
    if _leaf(places, first) or _leaf(places, other):
        if not (_leaf(places, first) and _leaf(places, other)):
            return None
        (array, slot), (array2, slot2) = _place(places, first), _place(places, other)
        return [slot2 - slot] if array == array2 else None
    a, b = places.graph.nodes[first], places.graph.nodes[other]
    if a.operation != b.operation:
        return None
    steps: list[int] = []
    for i, j in zip(a.operands, b.operands, strict=True):
        inside = _steps(places, i, j)
        if inside is None:
            return None
        steps += inside
    return steps


def _text(places: Places, number: int, after: int) -> str:
    """Expression of the output j after a first one, told apart by the next one."""
    node, other = places.graph.nodes[number], places.graph.nodes[after]
    if _leaf(places, number):
        array, slot = _place(places, number)
        if node.operation == CONSTANT and number not in places.known:
            return places.name(number)
        return f"{array}[{slot}]" if _place(places, after)[1] == slot else f"{array}[{slot} + j]"
    operands = [_text(places, i, j) for i, j in zip(node.operands, other.operands, strict=True)]
    text = OPERATIONS[node.operation].expression.format(a=operands[0], b=operands[-1])
    return f"({text})"
