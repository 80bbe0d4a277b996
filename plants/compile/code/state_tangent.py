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

from plants.compile.code.block import Functions
from plants.compile.code.emitter import Part, emit
from plants.compile.code.vector_math import DOUBLE
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

_LOOP = r"""
#define NX {nx}
#define PHASE {phase}
#define STEP {step}
#define NJ {nj}

/* Jacobians of the rates at the four stages of W steps, whose first states stand in x. */
static void linearised(const real *x, const real *v, const real *held, real *slopes) {{
  enum {{ W = IK_STEPS }};
  real beat1[{n_beat} * W], beat2[{n_beat} * W], y[NX * W], k[NX * W];
  const real h = v[STEP];
  long j;
#define COMBINE(c) for (j = 0; j < NX * W; ++j) y[j] = x[j] + RC(c) * h * k[j];
  fn_beat(W, x, v, held, beat1);
  fn_slope(W, x, v, held, beat1, k, slopes);
  COMBINE(0.5)
  fn_beat(W, y, v, held, beat2);
  fn_slope(W, y, v, held, beat2, k, slopes + NJ * W);
  COMBINE(0.5)
  fn_slope(W, y, v, held, beat2, k, slopes + 2 * NJ * W);
  COMBINE(1.0)
  fn_beat(W, y, v, held, beat1);
  fn_slope(W, y, v, held, beat1, k, slopes + 3 * NJ * W);
}}

/* Carry `groups` groups of D directions of the state through n steps, before which the state was
   as the rows of `path` say. */
int impellab_state_tangent(const real *path, const real *v, long n, long groups, real *d_x) {{
  enum {{ W = IK_STEPS, D = IK_DIRECTIONS }};
  real held[{n_held}], x[NX * W], slopes[4 * NJ * W];
  real dx2[NX * D], dx3[NX * D], dx4[NX * D], sum[NX * D];
  const real h = v[STEP], half = RC(0.5) * h, sixth = h / RC(6.0), third = h / RC(3.0);
  long i, j, s, g, w;
  fn_held(1, path, v, held);
  for (i = 0; i < n; i += W) {{
    const long count = n - i < W ? n - i : W;
    for (s = 0; s < W; ++s)
      for (j = 0; j < NX; ++j) x[j * W + s] = path[(s < count ? i + s : n - 1) * NX + j];
    linearised(x, v, held, slopes);
    for (g = 0; g < groups; ++g) {{
      real *d = d_x + g * NX * D;
      for (s = 0; s < count; ++s) {{
        const real *a = slopes + s;
        fn_moved(a, d, d, half, d, sixth, dx2, sum);
        fn_moved(a + NJ * W, dx2, d, half, sum, third, dx3, sum);
        fn_moved(a + 2 * NJ * W, dx3, d, h, sum, third, dx4, sum);
        fn_moved(a + 3 * NJ * W, dx4, d, h, sum, sixth, dx2, d);
      }}
    }}
  }}
  return 0;
}}
"""


def state_tangent_source(functions: Functions) -> str:
    """Self-contained C99 of the derivatives of the state along a course.

    Raises
    ------
    UnsupportedOperationError
        The plant holds an operation that cannot be emitted.
    """
    f = functions
    rates, entries = _linearised(f)
    held = frozenset({"v"})
    phased = held | {"phase"}
    graph = with_reciprocals(graph_of(rates, ("x", "v"), parts={"x": {f.phase: "phase"}}), held)
    graph = with_shared_reciprocals(simplified(graph, (held, phased)))
    parts = [Part("held", held), Part("beat", phased), Part("slope", phased | {"x"})]
    emitted = emit(graph, parts, ("k", "slopes"), lanes=("x", "phase"))
    loop = _LOOP.format(
        nx=f.slope.size1_in(0),
        phase=f.phase,
        step=f.step,
        nj=max(1, len(entries)),
        n_held=max(1, emitted.sizes["held"]),
        n_beat=max(1, emitted.sizes["beat"]),
    )
    constants = f"#define IK_STEPS {STEPS}\n#define IK_DIRECTIONS {DIRECTIONS}"
    moved = _moved(entries, f.slope.size1_in(0), f.phase)
    return "\n".join((DOUBLE, constants, emitted.source, moved, loop))


def _linearised(f: Functions) -> tuple[ca.Function, list[tuple[int, int]]]:
    """``(x, v) -> (k, entries)``: the rates and their derivatives, and the places of these.

    Nothing moves the phase but time, so that its column is left out.
    """
    x, v = ca.SX.sym("x", f.slope.size1_in(0)), ca.SX.sym("v", f.slope.size1_in(1))
    k = f.slope(x, v)[0]
    others = [i for i in range(x.numel()) if i != f.phase]
    slopes = ca.jacobian(k, x[others])
    rows, columns = slopes.sparsity().get_triplet()
    entries = [(row, others[column]) for row, column in zip(rows, columns, strict=True)]
    found = ca.densify(slopes.nz[:])
    return ca.Function("linearised", [x, v], [k, found], {"cse": True}), entries


def _moved(entries: Sequence[tuple[int, int]], n_states: int, phase: int) -> str:
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
    return "\n".join(
        [
            "static void fn_moved(const real *a, const real *d, const real *base, const real c,",
            "                     const real *sum, const real b, real *next, real *into) {",
            "  enum { W = IK_STEPS, D = IK_DIRECTIONS };",
            "  long w;",
            "#pragma omp simd",
            "  for (w = 0; w < D; ++w) {",
            *(f"    {line}" for line in lines),
            "  }",
            "}",
        ]
    )
