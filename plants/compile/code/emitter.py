"""C functions over lanes, emitted from graphs.

Lanes lie side by side: entry ``i`` of lane ``w`` is at ``i * W + w``, so that a loop over the lanes
runs in SIMD registers. An emitted function is one such loop, in which every operation of the graph
is one line; what no lane changes is computed before the loop, once for all. What depends on held
inputs only is a function of its own, called once, whose results the others read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from plants.compile.expressions import (
    BOUNDED,
    CONSTANT,
    INPUT,
    OPERATIONS,
    Graph,
    needed,
    scheduled,
)


@dataclass(frozen=True)
class Part:
    """What is computed together: nodes that depend on no more than the inputs named.

    Attributes
    ----------
    name : str
        Name of the array of its results; its function is ``fn_NAME``.
    inputs : frozenset of str
        Names of the inputs.
    """

    name: str
    inputs: frozenset[str]


@dataclass(frozen=True)
class Emitted:
    """C text of the parts of a graph.

    Attributes
    ----------
    source : str
        The functions.
    sizes : dict
        Length of the array of each part's results that later parts read, at least 1: C has no
        empty arrays.
    known : dict
        Where each of those results lies: node to array and slot.
    """

    source: str
    sizes: dict[str, int]
    known: dict[int, tuple[str, int]]


def array_sizes(sizes: Mapping[str, int]) -> dict[str, int]:
    """Lengths of the arrays of :attr:`Emitted.sizes` as the templates call them."""
    return {f"n_{name}": size for name, size in sizes.items()}


@dataclass(frozen=True)
class Places:
    """How the values of nodes are written in C.

    Attributes
    ----------
    graph : Graph
        The graph.
    lanes : frozenset of str
        Inputs that differ from lane to lane.
    known : dict
        Node to array and slot of those that an earlier part has computed.
    earlier : tuple of str
        Arrays of earlier parts that the function takes.
    """

    graph: Graph
    lanes: frozenset[str]
    known: Mapping[int, tuple[str, int]]
    earlier: tuple[str, ...] = ()

    def uniform(self, number: int) -> bool:
        """Whether a node is the same in all lanes."""
        return not self.graph.nodes[number].depends & self.lanes

    def entry(self, array: str, slot: int, uniform: bool) -> str:
        return f"{array}[{slot}]" if uniform else f"{array}[{slot} * W + w]"

    def name(self, number: int) -> str:
        node = self.graph.nodes[number]
        if node.operation == CONSTANT:
            return f"RC({node.value!r})"
        if node.operation == INPUT:
            array = self.graph.names[node.operands[0]]
            return self.entry(array, node.operands[1], self.uniform(number))
        if number in self.known:
            return self.entry(*self.known[number], self.uniform(number))
        return f"t{number}"

    def output(self, number: int | None) -> str:
        """An output, which may be a structural zero."""
        return "RC(0.0)" if number is None else self.name(number)

    def line(self, number: int) -> str:
        node = self.graph.nodes[number]
        operands = [self.name(i) for i in node.operands]
        text = OPERATIONS[node.operation].expression.format(a=operands[0], b=operands[-1])
        return f"const real t{number} = {text};"


def emit_functions(
    graph: Graph,
    parts: Sequence[Part],
    outputs: Sequence[str],
    *,
    lanes: Iterable[str] | None = None,
    without: Sequence[str] = (),
    only_last: str = "",
    added: Sequence[str] = (),
    early: bool = False,
    ordered: bool = False,
) -> Emitted:
    """C of a graph in parts.

    Parameters
    ----------
    graph : Graph
        The graph; its last part computes the outputs, in lanes.
    parts : sequence of Part
        From what changes least to what changes most; the last holds everything.
    outputs : sequence of str
        Names of the outputs' arrays.
    lanes : iterable of str, optional
        Inputs that differ from lane to lane; by default all. The others have one value each.
    without : sequence of str
        Outputs that the last part leaves out, with all that only they need.
    only_last : str
        Emit the last part alone, under this name: it reads the results that the same parts
        emitted whole leave.
    added : sequence of str
        Outputs that are added, times an argument ``weight``, to what is there.
    early : bool
        Leave the last part out.
    ordered : bool
        Write first what the longest chain waits for, instead of in the order of the graph.

    Returns
    -------
    Emitted
        A function ``void fn_NAME(inputs, results of earlier parts, outputs)`` for each part.
    """
    everything = frozenset(name for node in graph.nodes for name in node.depends)
    varying = everything if lanes is None else frozenset(lanes)
    level_of = [_part_of(node.depends, parts) for node in graph.nodes]
    wanted = [i for row in graph.outputs for i in row if i is not None]
    used = needed(graph, wanted)
    slots = _slots(graph, level_of, used, wanted, parts)
    known = {node: (name, k) for name, row in slots.items() for node, k in row.items()}

    def body(level: int, nodes: Iterable[int]) -> list[int]:
        inside = [i for i in nodes if level_of[i] == level and graph.nodes[i].operation >= 0]
        return [i for row in scheduled(graph, inside) for i in row] if ordered else inside

    def places(level: int) -> Places:
        earlier = tuple(part.name for part in parts[:level])
        before = {node: place for node, place in known.items() if place[0] in earlier}
        return Places(graph, varying, before, earlier)

    texts = []
    if not only_last:
        for level, part in enumerate(parts[:-1]):
            stores = _slot_lines(places(level), part.name, slots[part.name])
            texts.append(
                _function(places(level), part.name, body(level, used), [part.name], stores)
            )
    if not early:
        last = places(len(parts) - 1)
        rows = {n: r for n, r in zip(outputs, graph.outputs, strict=True) if n not in without}
        nodes = needed(graph, [i for row in rows.values() for i in row if i is not None])
        texts.append(
            _function(
                last,
                only_last or parts[-1].name,
                body(len(parts) - 1, nodes),
                list(rows),
                _output_lines(last, rows, added),
                weighted=bool(added),
            )
        )
    sizes = {name: max(1, len(row)) for name, row in slots.items()}
    return Emitted("\n".join(texts), sizes, known)


def _part_of(depends: frozenset[str], parts: Sequence[Part]) -> int:
    levels = (level for level, part in enumerate(parts) if depends <= part.inputs)
    return next(levels, len(parts) - 1)


def _slots(
    graph: Graph,
    level_of: Sequence[int],
    used: Iterable[int],
    wanted: Iterable[int],
    parts: Sequence[Part],
) -> dict[str, dict[int, int]]:
    """Of each part but the last the nodes that a later one reads, and where they lie."""
    final = len(parts) - 1
    read: list[set[int]] = [set() for _ in parts]
    for number in used:
        for operand in graph.nodes[number].operands if graph.nodes[number].operation >= 0 else ():
            if graph.nodes[operand].operation >= 0 and level_of[operand] < level_of[number]:
                read[level_of[operand]].add(operand)
    for number in wanted:
        if graph.nodes[number].operation >= 0 and level_of[number] < final:
            read[level_of[number]].add(number)
    return {
        part.name: {node: slot for slot, node in enumerate(sorted(read[level]))}
        for level, part in enumerate(parts[:-1])
    }


def _slot_lines(places: Places, name: str, slots: Mapping[int, int]) -> list[tuple[bool, str]]:
    """Statements that keep results for later parts, and whether each is the same in all lanes."""
    lines = []
    for node, slot in slots.items():
        uniform = places.uniform(node)
        lines.append((uniform, f"{places.entry(name, slot, uniform)} = t{node};"))
    return lines


def _output_lines(
    places: Places, rows: Mapping[str, Sequence[int | None]], added: Sequence[str]
) -> list[tuple[bool, str]]:
    """Statements that write or add the outputs, in lanes."""
    lines = []
    for name, row in rows.items():
        sign = "+= weight *" if name in added else "="
        for k, n in enumerate(row):
            lines.append((False, f"{name}[{k} * W + w] {sign} {places.output(n)};"))
    return lines


def _function(
    places: Places,
    name: str,
    body: Sequence[int],
    results: Sequence[str],
    stores: Sequence[tuple[bool, str]],
    *,
    weighted: bool = False,
) -> str:
    """C of a function: what is the same in all lanes, then a loop over them."""
    # Inputs are not restricted: the same array may stand for two of them.
    inputs = (*places.graph.names, *places.earlier)
    arguments = ["const long W", *(f"const real *{array}" for array in inputs)]
    arguments += ["const real weight"] if weighted else []
    arguments += [f"real *restrict {array}" for array in results]
    lines = [f"static void fn_{name}({', '.join(arguments)}) {{", "  long w;"]
    lines += [f"  {places.line(i)}" for i in body if places.uniform(i)]
    lines += [f"  {text}" for uniform, text in stores if uniform]
    varying = [i for i in body if not places.uniform(i)]
    bounds = {n: f"bound{n}" for i in varying if (n := _bound(places.graph, i)) is not None}
    lines += [f"  const real {b} = ik_hidden({places.name(n)});" for n, b in bounds.items()]
    in_lanes = [f"    {_line_in_lanes(places, i, bounds)}" for i in varying]
    in_lanes += [f"    {text}" for uniform, text in stores if not uniform]
    if in_lanes:
        lines += ["#pragma omp simd", "  for (w = 0; w < W; ++w) {", *in_lanes, "  }"]
    return "\n".join([*lines, "  (void)w; (void)W;", "}"])


def _bound(graph: Graph, number: int) -> int | None:
    """The constant by which an operation bounds its other operand."""
    node = graph.nodes[number]
    last = node.operands[-1]
    bounds = node.operation in BOUNDED and graph.nodes[last].operation == CONSTANT
    return last if bounds else None


def _line_in_lanes(places: Places, number: int, bounds: Mapping[int, str]) -> str:
    bound = _bound(places.graph, number)
    if bound is None:
        return places.line(number)
    node = places.graph.nodes[number]
    text = BOUNDED[node.operation].format(a=places.name(node.operands[0]), b=bounds[bound])
    return f"const real t{number} = {text};"
