"""C of exact forward sensitivities of the time loop inside a beat, in SIMD lanes of directions.

The nominal course is computed once; its partial derivatives, the same for all directions, stand
before the loop over the lanes, in which the directions are carried along. The result is the
derivative of the discrete steps themselves, to rounding.
"""

from __future__ import annotations

from plants.compile.code.emitter import Emitted, Part, array_sizes, emit_functions
from plants.compile.code.plant_functions import GOING, HELD, SLOPE_OUTPUTS, PlantFunctions
from plants.compile.code.template import filled
from plants.compile.expressions import directional_derivative, graph_of, with_reciprocals


def sensitivity_source(functions: PlantFunctions, sizes: dict[str, int]) -> str:
    """C of the tangent loop, to stand after that of a block of one lane.

    Parameters
    ----------
    functions : PlantFunctions
        The plant.
    sizes : dict
        Sizes of the held arrays of the block's functions.

    Raises
    ------
    UnsupportedOperationError
        The plant holds an operation that cannot be emitted.
    """
    slope = _slope_tangent(functions)
    going = _going_tangent(functions)
    lane_sizes = slope.sizes | going.sizes
    loop = filled(
        "sensitivity_loop.c",
        n_work=_work_size(functions) + lane_sizes["dheld"] + lane_sizes["dpost"],
        **array_sizes(sizes | lane_sizes),
    )
    return "\n".join((slope.source, going.source, loop))


def _slope_tangent(functions: PlantFunctions) -> Emitted:
    """Directional derivatives of the slopes."""
    names = ("x", "v", "d_x", "d_v")
    graph = graph_of(
        directional_derivative(functions.slope), names, parts={"x": {functions.phase: "phase"}}
    )
    parts = [
        Part("theld", HELD),
        Part("dheld", HELD | {"d_v"}),
        Part("tbeat", HELD | {"phase"}),
        Part("tslope", frozenset({*names, "phase"})),
    ]
    graph = with_reciprocals(graph, HELD)
    return emit_functions(graph, parts, SLOPE_OUTPUTS, lanes=("d_x", "d_v"))


def _going_tangent(functions: PlantFunctions) -> Emitted:
    """Directional derivatives of what a step adds to the accumulator."""
    seeds = tuple(f"d_{name}" for name in GOING)
    graph = graph_of(directional_derivative(functions.within_beat), (*GOING, *seeds))
    parts = [
        Part("tpost", HELD),
        Part("dpost", HELD | {"d_v"}),
        Part("tgoing", frozenset({*GOING, *seeds})),
    ]
    return emit_functions(with_reciprocals(graph, HELD), parts, ("moved",), lanes=seeds)


def _work_size(functions: PlantFunctions) -> int:
    """Numbers of each lane that the loop keeps, without those that are held."""
    sizes = functions.sizes
    return (
        6 * sizes["n_states"]
        + 5 * sizes["n_integrands"]
        + 2 * sizes["n_extremes"]
        + sizes["n_accumulator"]
    )
