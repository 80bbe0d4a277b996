"""C of the time loop over a block of lanes, emitted from the plant's functions.

One classical Runge-Kutta step costs four evaluations of the slopes, because the one at the end of
a step is the first of the next. Activations depend on the phase only and serve all stages at that
phase. Whether a step ends a beat is decided for each lane.
"""

from __future__ import annotations

from dataclasses import dataclass

from plants.compile.code.emitter import array_sizes, emit_functions
from plants.compile.code.plant_functions import (
    SLOPE_OUTPUTS,
    PlantFunctions,
    block_slopes,
    ending_part,
    going_graph,
)
from plants.compile.code.template import filled
from plants.compile.code.vector_math import elementary_functions


@dataclass(frozen=True)
class BlockSource:
    """C of a time loop.

    Attributes
    ----------
    source : str
        The C.
    sizes : dict
        Sizes of the arrays of held results: held, beat, post.
    """

    source: str
    sizes: dict[str, int]


def block_source(functions: PlantFunctions, width: int, *, single: bool = False) -> BlockSource:
    """Self-contained C99 of the time loop of `width` lanes.

    Raises
    ------
    UnsupportedOperationError
        The plant holds an operation that cannot be emitted.
    """
    slope, parts = block_slopes(functions)
    whole = emit_functions(slope, parts, SLOPE_OUTPUTS, ordered=True)
    # The inner stages need no extremes, and of the integrands only the mean over the step: what is
    # kept of each stage would not fit into the fastest memory with all the rest.
    stage = emit_functions(
        slope, parts, SLOPE_OUTPUTS, without=("e",), only_last="stage", added=("g",), ordered=True
    )
    going = emit_functions(*going_graph(functions), ("moved",), ordered=True)
    ending = ending_part(functions)
    sizes = whole.sizes | going.sizes
    loop = filled(
        "block_loop.c",
        **array_sizes(sizes | ending.sizes),
        **functions.sizes,
        **functions.tolerances,
    )
    math = elementary_functions(single=single)
    texts = (math, whole.source, stage.source, going.source, ending.source, loop)
    return BlockSource(f"#define WIDTH {width}\n" + "\n".join(texts), sizes)
