"""C of the time loop of one plant, which has no others beside it to fill the registers.

What can be done side by side is found inside a step. What only signals and integrands need of the
slopes is computed for four stages together, in four lanes, and while the stages of the next step
wait for their longest chains. Activations depend on the phase alone and are computed some steps
ahead. Exponentials that do not wait for one another share a register. A stage hands on the state of
the next one entry by entry, so that the next one begins with those entries that are ready.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plants.compile.code.emitter import Part, Places, array_sizes, emit_functions
from plants.compile.code.output_loops import in_runs
from plants.compile.code.packs import packs_text
from plants.compile.code.plant_functions import (
    GOING,
    SLOPE_OUTPUTS,
    PlantFunctions,
    ending_part,
    going_graph,
    slope_parts,
)
from plants.compile.code.template import filled
from plants.compile.code.vector_math import elementary_functions
from plants.compile.expressions import Graph, operations_left, scheduled

#: Steps whose activations are computed together, at two phases each.
AHEAD = 4


def one_lane_source(functions: PlantFunctions, *, single: bool = False) -> str:
    """Self-contained C99 of the time loop of one plant, called as that of a block is.

    Raises
    ------
    UnsupportedOperationError
        The plant holds an operation that cannot be emitted.
    """
    graph, parts = slope_parts(functions)
    early = emit_functions(graph, parts, SLOPE_OUTPUTS, lanes=("x", "phase"), early=True)
    stages = _split(graph, parts, early.known)
    added, added_parts = going_graph(functions)
    post = emit_functions(added, added_parts, ("moved",), early=True)
    ending = ending_part(functions)
    # Most of what a step adds are sums, maxima and minima entry by entry.
    places = _Scalars(added, frozenset(), post.known)
    going = in_runs("fn_going", places, (*GOING, "post"), "moved", added_parts[0].inputs)
    sizes = array_sizes(early.sizes | post.sizes | ending.sizes) | functions.sizes
    n_cut = max(1, len(stages.cut))
    loop = filled(
        "one_lane_loop.c", steps_ahead=AHEAD, n_cut=n_cut, **sizes, **functions.tolerances
    )
    texts = (
        elementary_functions(single=single),
        packs_text(),
        early.source,
        _rates(stages),
        _integrands(stages),
        post.source,
        going,
        ending.source,
        loop,
    )
    return "\n".join(texts)


@dataclass(frozen=True)
class _Stages:
    """The operations of the slopes, in two functions.

    Attributes
    ----------
    graph : Graph
        The slopes.
    known : dict
        Where earlier results lie: node to array and slot.
    core, rest : list of int
        Nodes that the rates need, and those that only integrands and extremes do.
    cut : list of int
        What the second function reads of a stage.
    """

    graph: Graph
    known: Mapping[int, tuple[str, int]]
    core: list[int]
    rest: list[int]
    cut: list[int]


def _split(graph: Graph, parts: Sequence[Part], known: Mapping[int, tuple[str, int]]) -> _Stages:
    held, phased = parts[0].inputs, parts[-2].inputs
    rates, *others = graph.outputs
    core = operations_left(graph, rates, phased)
    shown = {i for row in others for i in row if i is not None}
    rest = sorted(set(operations_left(graph, list(shown), phased)) - set(core))
    read = shown.union(*(graph.nodes[i].operands for i in rest)) - set(rest)
    cut = sorted(i for i in read if not graph.nodes[i].depends <= held)
    return _Stages(graph, known, core, rest, cut)


class _Scalars(Places):
    def entry(self, array: str, slot: int, uniform: bool) -> str:
        return f"{array}[{slot}]"


class _FourStages(Places):
    def name(self, number: int) -> str:
        array, slot = self.known.get(number, ("", 0))
        return f"cut[{slot} * W + w]" if array == "cut" else super().name(number)


def _rates(stages: _Stages) -> str:
    """Rates k of a stage, and ``next = base + c k``."""
    graph = stages.graph
    places = _Scalars(graph, frozenset(), stages.known)
    # What is left for later is stored at once, so that it need not be held.
    left = {n: f"cut[{slot} * 4] = {places.name(n)};" for slot, n in enumerate(stages.cut)}
    lines = []
    for row in scheduled(graph, stages.core, packed=True):
        lines += [places.line(row[0])] if len(row) == 1 else _side_by_side(places, row)
        lines += [left.pop(n) for n in row if n in left]
    for j, n in enumerate(graph.outputs[0]):
        rate = places.output(n)
        lines += [f"k[{j}] = {rate};", f"next[{j}] = base[{j}] + c * {rate};"]
    lines += left.values()
    return filled("one_lane_rates.c", lines="\n  ".join(lines)).strip()


def _side_by_side(places: Places, row: Sequence[int]) -> list[str]:
    nodes = [places.graph.nodes[i] for i in row]
    width, pack = 1 << (len(row) - 1).bit_length(), f"p{row[0]}"
    operands = [places.name(node.operands[0]) for node in nodes]
    operands += operands[:1] * (width - len(row))
    taken = [f"const real t{i} = {pack}[{k}];" for k, i in enumerate(row)]
    return [f"IK_EXP{width}({pack}, {', '.join(operands)});", *taken]


def _integrands(stages: _Stages) -> str:
    """Integrands and extremes of four stages."""
    graph = stages.graph
    known = {**stages.known, **{n: ("cut", slot) for slot, n in enumerate(stages.cut)}}
    places = _FourStages(graph, frozenset({"x", "phase"}), known)
    lines = [places.line(i) for row in scheduled(graph, stages.rest) for i in row]
    for name, row in zip(("g", "e"), graph.outputs[1:], strict=True):
        lines += [f"{name}[{j} * W + w] = {places.output(n)};" for j, n in enumerate(row)]
    return filled("one_lane_integrands.c", lines="\n    ".join(lines)).strip()
