"""In which order the operations of a function are written, and which of them side by side.

A processor looks some hundred operations ahead, less than a function of the plant is long. What the
longest chain still waits for therefore comes first. Where there are no lanes to fill the registers,
exponentials that do not wait for one another share one, and what waits for its
operands is written no earlier than they are there, because it takes up room meanwhile.

References
----------
Graham RL (1966) Bounds for certain multiprocessing anomalies (list scheduling).
Gibbons PB, Muchnick SS (1986) Efficient instruction scheduling for a pipelined architecture.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from plants.compile.expressions.graph import Graph
from plants.compile.expressions.operations import EXPONENTIAL, LATENCIES

#: Operations put side by side, four at the most: wider registers are slower on many processors.
#: Divisions and square roots are fast enough one by one.
PACKED = frozenset({EXPONENTIAL})
_MOST = 4
#: Cycles that the first of those side by side may wait for the last one.
_PATIENCE = 48
#: Cycles that it takes to bring operands side by side and to take the results apart.
_TOGETHER = 6
#: Operations begun in a cycle: chosen by measurement, of 1 to 6, for the loop of one plant.
_WIDTH = 2


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
    return _begun(graph, rows, operands) if packed else _by_wait(graph, rows, operands)


def _begun(
    graph: Graph, rows: Sequence[list[int]], operands: Mapping[int, list[int]]
) -> list[list[int]]:
    """The rows as a processor that looks at all of them would begin them."""
    place = {n: k for k, row in enumerate(rows) for n in row}
    before = [{place[i] for n in row for i in operands[n] if i in place} for row in rows]
    after: list[list[int]] = [[] for _ in rows]
    for k, those in enumerate(before):
        for i in those:
            after[i].append(k)
    latency = [_latency(graph, row[0]) + _TOGETHER * (len(row) > 1) for row in rows]
    wait = [0] * len(rows)
    for k in reversed(range(len(rows))):
        wait[k] = latency[k] + max((wait[u] for u in after[k]), default=0)
    missing, there = [len(those) for those in before], [0] * len(rows)
    future = [(0, -wait[k], k) for k, count in enumerate(missing) if count == 0]
    ready: list[tuple[int, int]] = []
    order: list[list[int]] = []
    cycle = 0
    while future or ready:
        while future and future[0][0] <= cycle:
            heapq.heappush(ready, heapq.heappop(future)[1:])
        for _ in range(min(_WIDTH, len(ready))):
            _, k = heapq.heappop(ready)
            order.append(rows[k])
            for u in after[k]:
                there[u] = max(there[u], cycle + latency[k])
                missing[u] -= 1
                if missing[u] == 0:
                    heapq.heappush(future, (there[u], -wait[u], u))
        cycle += 1
    return order


def _by_wait(
    graph: Graph, rows: Sequence[list[int]], operands: Mapping[int, list[int]]
) -> list[list[int]]:
    """The rows by what still waits for them.

    Lanes fill the time in which a chain waits. Fewer numbers are held at a time than by
    :func:`_begun`, whose order was measured to cost a block of lanes a seventh, of single precision
    a third.
    """
    users: dict[int, list[int]] = {n: [] for row in rows for n in row}
    for n in users:
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
