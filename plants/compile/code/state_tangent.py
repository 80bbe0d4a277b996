"""C of the derivatives of the state alone, along a course that is known already.

Newton's method on a beat asks for no derivatives of metrics, and it has run the beat before it asks
for its slope. From the states before each step the Jacobian of the rates is computed for the stages
of several steps at once, one step to a lane; what is left for each direction is a sparse product a
stage. The result is the derivative of the discrete steps themselves, to rounding.

References
----------
Hairer E, Norsett SP, Wanner G (1993) Solving Ordinary Differential Equations I, 2nd ed., II.6
(the derivative of a Runge-Kutta step is the same step on the variational equation).
"""

from __future__ import annotations

from collections.abc import Sequence

import casadi as ca

from plants.compile.code.emitter import array_sizes, emit_functions
from plants.compile.code.plant_functions import PlantFunctions, state_parts
from plants.compile.code.template import filled
from plants.compile.code.vector_math import elementary_functions
from plants.compile.expressions import (
    graph_of,
    simplified,
    with_reciprocals,
    with_shared_reciprocals,
)

#: Steps whose Jacobians are computed together.
STEPS = 8
#: Directions that are carried together: all that a beat has.
DIRECTIONS = 16


def state_tangent_source(functions: PlantFunctions) -> str:
    """Self-contained C99 of the derivatives of the state along a course.

    Raises
    ------
    UnsupportedOperationError
        The plant holds an operation that cannot be emitted.
    """
    rates, entries = _linearised(functions)
    graph = graph_of(rates, ("x", "v"), parts={"x": {functions.phase: "phase"}})
    parts = state_parts()
    held, phased = (part.inputs for part in parts[:2])
    graph = simplified(with_reciprocals(graph, held), (held, phased))
    emitted = emit_functions(
        with_shared_reciprocals(graph), parts, ("k", "slopes"), lanes=("x", "phase")
    )
    loop = filled(
        "state_tangent_loop.c",
        n_slopes=max(1, len(entries)),
        **array_sizes(emitted.sizes),
        **functions.sizes,
    )
    constants = f"#define IK_STEPS {STEPS}\n#define IK_DIRECTIONS {DIRECTIONS}"
    stage = _stage(entries, functions.slope.size1_in(0), functions.phase)
    return "\n".join((elementary_functions(), constants, emitted.source, stage, loop))


def _linearised(functions: PlantFunctions) -> tuple[ca.Function, list[tuple[int, int]]]:
    """``(x, v) -> (k, entries)``: the rates and their derivatives, and the places of these.

    Nothing moves the phase but time, so that its column is left out.
    """
    slope = functions.slope
    x, v = ca.SX.sym("x", slope.size1_in(0)), ca.SX.sym("v", slope.size1_in(1))
    k = slope(x, v)[0]
    others = [i for i in range(x.numel()) if i != functions.phase]
    slopes = ca.jacobian(k, x[others])
    rows, columns = slopes.sparsity().get_triplet()
    entries = [(row, others[column]) for row, column in zip(rows, columns, strict=True)]
    outputs = [k, ca.densify(slopes.nz[:])]
    return ca.Function("linearised", [x, v], outputs, {"cse": True}), entries


def _stage(entries: Sequence[tuple[int, int]], n_states: int, phase: int) -> str:
    """C of a stage of the variational equation: k = A d, next = base + c k, into = sum + b k."""
    lines = [f"const real d{j} = d[{j} * D + w];" for j in sorted({j for _, j in entries})]
    for i in range(n_states):
        if i == phase:
            continue
        terms = [f"a[{s} * W] * d{j}" for s, (row, j) in enumerate(entries) if row == i]
        lines += [
            f"const real k{i} = {' + '.join(terms) or 'RC(0.0)'};",
            f"next[{i} * D + w] = base[{i} * D + w] + c * k{i};",
            f"into[{i} * D + w] = sum[{i} * D + w] + b * k{i};",
        ]
    return filled("state_tangent_stage.c", lines="\n    ".join(lines)).strip()
