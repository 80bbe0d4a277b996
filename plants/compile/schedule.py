"""In which order the operations of a function are written, and which of them side by side.

A processor looks some hundred operations ahead, less than a function of the plant is long. What the
longest chain still waits for therefore comes first. Square roots and exponentials that do not
wait for one another can share a register where there are no lanes to fill it.
"""

from __future__ import annotations

from collections.abc import Sequence

from plants.compile.graph import Graph
from plants.compile.operations import EXPONENTIAL, LATENCIES, SQUARE_ROOT

#: Operations put side by side, four at the most: wider registers are slower on many processors.
#: Divisions are fast enough one by one.
PACKED = frozenset({EXPONENTIAL, SQUARE_ROOT})
_MOST = 4
#: Cycles that the first of those side by side may wait for the last one.
_PATIENCE = 24


def scheduled(graph: Graph, body: Sequence[int], *, packed: bool = False) -> list[list[int]]:
    """Nodes in the order in which they are best computed.

    Parameters
    ----------
    graph : Graph
        The graph.
    body : sequence of int
        The nodes, each after its operands.
    packed : bool
        Whether operations of :data:`PACKED` go side by side.

    Returns
    -------
    list of list of int
        Each row is one node, or several of the same operation that do not depend on one another.
    """
    operands = {n: sorted(set(graph.nodes[n].operands)) for n in body}
    depth, start = _earliest(graph, body, operands)
    rows = _rows(graph, body, depth, start) if packed else [[n] for n in body]
    users: dict[int, list[int]] = {n: [] for n in body}
    for n in body:
        for i in operands[n]:
            if i in users:
                users[i].append(n)
    wait: dict[int, int] = {}
    for row in reversed(rows):
        after = max((wait[u] for n in row for u in users[n]), default=0)
        wait.update(dict.fromkeys(row, after + _latency(graph, row[0])))
    return sorted(rows, key=lambda row: (-wait[row[0]], row[0]))


def _latency(graph: Graph, number: int) -> int:
    return LATENCIES.get(graph.nodes[number].operation, 4)


def _earliest(
    graph: Graph, body: Sequence[int], operands: dict[int, list[int]]
) -> tuple[dict[int, int], dict[int, int]]:
    """How many packed operations each node waits for in a chain, and how many cycles."""
    depth: dict[int, int] = {}
    start: dict[int, int] = {}
    for n in body:
        inside = [i for i in operands[n] if i in depth]
        depth[n] = max((depth[i] + (graph.nodes[i].operation in PACKED) for i in inside), default=0)
        start[n] = max((start[i] + _latency(graph, i) for i in inside), default=0)
    return depth, start


def _rows(
    graph: Graph, body: Sequence[int], depth: dict[int, int], start: dict[int, int]
) -> list[list[int]]:
    """The nodes in rows, each row after those it depends on.

    Those of the same depth do not depend on one another where they are packed operations, and only
    on earlier ones of theirs where they are not.
    """
    classes: dict[tuple[int, int], list[int]] = {}
    for n in body:
        operation = graph.nodes[n].operation
        classes.setdefault((depth[n], operation if operation in PACKED else -1), []).append(n)
    rows: list[list[int]] = []
    for (_, operation), nodes in sorted(classes.items()):
        if operation < 0:
            rows += [[n] for n in nodes]
            continue
        row: list[int] = []
        for n in sorted(nodes, key=lambda n: (start[n], n)):
            if not row or len(row) == _MOST or start[n] > start[row[0]] + _PATIENCE:
                row = []
                rows.append(row)
            row.append(n)
    return rows
