"""C of the derivatives of the state alone, along a course that is known already.

Newton's method on a beat asks for no derivatives of metrics, and it has run the beat before it asks
for its slope. From the states before each step the slopes of the rates are computed for the stages
of several steps at once, one step to a lane; what is left for each direction is some sums of
products a stage. The result is the derivative of the discrete steps themselves, to rounding.

References
----------
Hairer E, Norsett SP, Wanner G (1993) Solving Ordinary Differential Equations I, 2nd ed., II.6
(the derivative of a Runge-Kutta step is the same step on the variational equation).
"""

from __future__ import annotations

import casadi as ca

from plants.compile.code.emitter import array_sizes, emit_functions
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
    slope = functions.slope
    x, v = ca.SX.sym("x", slope.size1_in(0)), ca.SX.sym("v", slope.size1_in(1))
    rates = ca.Function("rates", [x, v], [slope(x, v)[0]], {"cse": True})
    # Nothing moves the phase but time.
    linear = linearised(rates, x, v, held={functions.phase})
    slopes, stage = _stage(linear, functions.phase)
    outputs = [ca.vertcat(*linear.value), ca.vertcat(*slopes)]
    function = ca.Function("linearised", [x, v], outputs, {"cse": True})
    graph = graph_of(function, ("x", "v"), parts={"x": {functions.phase: "phase"}})
    parts = state_parts()
    held, phased = (part.inputs for part in parts[:2])
    graph = simplified(with_reciprocals(graph, held), (held, phased))
    emitted = emit_functions(
        with_shared_reciprocals(graph), parts, ("k", "slopes"), lanes=("x", "phase")
    )
    loop = filled(
        "state_tangent_loop.c",
        n_slopes=max(1, len(slopes)),
        **array_sizes(emitted.sizes),
        **functions.sizes,
    )
    constants = f"#define IK_STEPS {STEPS}\n#define IK_DIRECTIONS {DIRECTIONS}"
    return "\n".join((elementary_functions(), constants, emitted.source, stage, loop))


def _stage(linear: Linearised, phase: int) -> tuple[list[ca.SX], str]:
    """Slopes, and C of a stage with them: the directions' rates k, next = base + c k and
    into = sum + b k."""
    moved = [i for i in range(len(linear.outputs)) if i != phase and not _alone(linear, i)]
    stage = LinearStage(linear, len(linear.outputs))
    lines = stage.lines(moved)
    for i in moved:
        k = stage.output(i)
        lines += [
            f"next[{i} * D + w] = base[{i} * D + w] + c * {k};",
            f"into[{i} * D + w] = sum[{i} * D + w] + b * {k};",
        ]
    return stage.slopes, filled("state_tangent_stage.c", lines="\n    ".join(lines)).strip()


def _alone(linear: Linearised, state: int) -> bool:
    """Whether a state acts on nothing but itself, as does one of what a plant does not have."""
    rate = linear.outputs[state]
    reading = [n for n, terms in linear.sums.items() if state in terms or rate in terms]
    if reading != [rate] or list(linear.sums[reading[0]]) != [state]:
        return False
    return linear.outputs.count(rate) == 1 and state not in linear.outputs
