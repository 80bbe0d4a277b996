"""C of the derivatives of a beat along a course that is known: of its end, and of what it leaves.

As in :mod:`plants.compile.code.state_tangent` the slopes of the rates are computed for the stages
of several steps at once, one step to a lane, and each direction is carried through them; here
those of the integrands and extremes besides, and by some of the held values too. The result is
the derivative of the discrete steps themselves, to rounding, at the price of a few beats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import casadi as ca

from plants.compile.code.emitter import Emitted, array_sizes, emit_functions
from plants.compile.code.linear_stages import LinearStage
from plants.compile.code.plant_functions import PlantFunctions, state_parts
from plants.compile.code.template import filled
from plants.compile.code.vector_math import elementary_functions
from plants.compile.expressions import (
    Linearised,
    graph_of,
    linearised,
    simplified,
    with_reciprocals,
    with_shared_reciprocals,
)

#: Steps whose Jacobians are computed together.
PATH_STEPS = 8
#: Directions that are carried together.
PATH_DIRECTIONS = 8

# GCC keeps to half of a register of 512 bits unless told otherwise; a group fills a whole one.
_WIDE = """
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("prefer-vector-width=512")
#endif
"""


def path_tangent_source(functions: PlantFunctions, entries: Sequence[int]) -> str:
    """Self-contained C99 of the derivatives of state, integrals and extremes along a course.

    Parameters
    ----------
    functions : PlantFunctions
        The plant.
    entries : sequence of int
        Places of the held values by which derivatives are wanted; neither the step nor what the
        phase moves by can be among them.

    Raises
    ------
    UnsupportedOperationError
        The plant holds an operation that cannot be emitted.
    """
    sizes = functions.sizes
    stages = _stages(functions, entries)
    # The lines say which slopes are wanted.
    inside, seen = _stage_lines(stages, sizes), _seen_lines(stages, sizes)
    emitted = _evaluations(functions, entries, stages)
    loop = filled(
        "path_tangent_loop.c",
        n_slopes=max(1, len(stages.inside.slopes)),
        n_seen_slopes=max(1, len(stages.seen.slopes)),
        n_entries=len(entries),
        stage_lines="\n    ".join(inside),
        seen_lines="\n    ".join(seen),
        **array_sizes(emitted[0].sizes),
        **sizes,
    )
    constants = _WIDE + f"#define IK_STEPS {PATH_STEPS}\n#define IK_DIRECTIONS {PATH_DIRECTIONS}"
    texts = (part.source for part in emitted)
    return "\n".join((constants, elementary_functions(), *texts, loop))


@dataclass(frozen=True)
class _Stages:
    """The slopes' derivative by y, the state and the entries of the held values after it.

    Attributes
    ----------
    y, v : SX
        Its arguments.
    linear : Linearised
        Rates, integrands and extremes, in this order.
    inside, seen : LinearStage
        For the first two, in every stage, and for the extremes, at the beginning of a step.
    """

    y: ca.SX
    v: ca.SX
    linear: Linearised
    inside: LinearStage
    seen: LinearStage


def _stages(functions: PlantFunctions, entries: Sequence[int]) -> _Stages:
    n, n_values = functions.slope.size1_in(0), functions.slope.size1_in(1)
    y, v = ca.SX.sym("y", n + len(entries)), ca.SX.sym("v", n_values)
    values = ca.SX(v)
    for k, entry in enumerate(entries):
        values[entry] = y[n + k]
    shown = ca.densify(ca.vertcat(*functions.slope(y[:n], values)))
    function = ca.Function("shown", [y, v], [shown], {"cse": True})
    # Nothing moves the phase but time.
    linear = linearised(function, y, v, held={functions.phase})
    return _Stages(y, v, linear, LinearStage(linear, n), LinearStage(linear, n))


def _stage_lines(stages: _Stages, sizes: Mapping[str, int]) -> list[str]:
    n, phase = sizes["n_states"], sizes["phase_entry"]
    rates = [i for i in range(n) if i != phase]
    integrands = range(n, n + sizes["n_integrands"])
    lines = stages.inside.lines([*rates, *integrands])
    for i in rates:
        k = stages.inside.output(i)
        lines += [
            f"next[{i} * D + w] = base[{i} * D + w] + c * {k};",
            f"into[{i} * D + w] = sum[{i} * D + w] + b * {k};",
        ]
    seen = (f"seen[{i - n} * D + w] += b * {stages.inside.output(i)};" for i in integrands)
    return [*lines, *seen]


def _seen_lines(stages: _Stages, sizes: Mapping[str, int]) -> list[str]:
    first = sizes["n_states"] + sizes["n_integrands"]
    extremes = range(first, first + sizes["n_extremes"])
    lines = stages.seen.lines(extremes)
    return [*lines, *(f"e[{i - first} * D + w] = {stages.seen.output(i)};" for i in extremes)]


def _evaluations(
    functions: PlantFunctions, entries: Sequence[int], stages: _Stages
) -> tuple[Emitted, Emitted]:
    """What is computed of the states, once the lines above have named their slopes: with the
    extremes, and, for the stages inside a step, without."""
    n, n_extremes = functions.slope.size1_in(0), functions.slope.size1_out(2)
    value = stages.linear.value
    outputs = (value[:n], stages.inside.slopes, value[-n_extremes:], stages.seen.slopes)
    inner = ca.Function(
        "inner", [stages.y, stages.v], [ca.densify(ca.vertcat(*row)) for row in outputs]
    )
    # Of x and v again, so that what only held values or the phase move is computed apart.
    x = ca.SX.sym("x", n)
    at = inner(ca.vertcat(x, stages.v[list(entries)]), stages.v)
    function = ca.Function("linearised", [x, stages.v], list(at), {"cse": True})
    graph = graph_of(function, ("x", "v"), parts={"x": {functions.phase: "phase"}})
    parts = state_parts()
    held, phased = (part.inputs for part in parts[:2])
    graph = simplified(with_reciprocals(graph, held), (held, phased))
    graph = with_shared_reciprocals(graph)
    names, lanes = ("k", "slopes", "e", "seen_slopes"), ("x", "phase")
    return (
        emit_functions(graph, parts, names, lanes=lanes),
        emit_functions(graph, parts, names, lanes=lanes, without=names[2:], only_last="middle"),
    )
