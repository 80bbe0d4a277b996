"""C of the time loop over a block of lanes, emitted from the plant's functions.

One classical Runge-Kutta step costs four evaluations of the slopes, because the one at the end of
a step is the first of the next. Activations depend on the phase only and serve all stages at that
phase. Whether a step ends a beat is decided for each lane.
"""

from __future__ import annotations

from dataclasses import dataclass

import casadi as ca

from plants.compile.code.emitter import Emitted, Part, emit
from plants.compile.code.vector_math import DOUBLE, SINGLE
from plants.compile.expressions import Graph, graph_of, simplified, with_reciprocals

_V, _P, _X = "v", "phase", "x"
#: Inputs of what a step adds to the accumulator.
GOING = ("acc", "x", "after", "mean", "extremes", "v")


@dataclass(frozen=True)
class Functions:
    """What a plant is made of, for the emitter.

    Attributes
    ----------
    slope, going_on, ending : Function
        As in :class:`plants.PlantModel`.
    phase, step : int
        Places of the phase in the state and of the step in the values.
    n_observed : int
        How many of the integrands, the first ones, are recorded.
    """

    slope: ca.Function
    going_on: ca.Function
    ending: ca.Function
    phase: int
    step: int
    n_observed: int


_LOOP = r"""
#define NX {nx}
#define NV {nv}
#define NG {ng}
#define NE {ne}
#define NA {na}
#define NO {no}
#define PHASE {phase}
#define STEP {step}

/* Advance a block by up to `most` steps, lane w by steps[w]. The carry holds the state, the
   accumulator of this beat and, where `wrap` is 1, that of the last one; a beat that ends then
   begins a new one. Every `stride` steps (0: never) the signals of all lanes go to `log`. */
static void run_block(real *carry, const real *v, const long *steps, long most, long stride,
                      real *log, int wrap) {{
  enum {{ W = WIDTH }};
  real held[{n_hoist} * W], post[{n_post} * W], end_held[{n_end} * W];
  real beat1[{n_beat} * W], beat2[{n_beat} * W];
  real x2[NX * W], k2[NX * W], k3[NX * W], k4[NX * W];
  real mean[NG * W], ended[NA * W], begun[NA * W];
  /* Now and after the step, in turn: a step ends by swapping the two. */
  real states[2][NX * W], accs[2][NA * W], ks[2][NX * W], gs[2][NG * W], es[2][NE * W];
  real *x = states[0], *after = states[1], *acc = accs[0], *moved = accs[1];
  real *k1 = ks[0], *next_k = ks[1], *g1 = gs[0], *next_g = gs[1], *e1 = es[0], *e2 = es[1];
  real *last = carry + (NX + NA) * W;
  const real *h = v + STEP * W;
  long i, j, w, row = 0, least = most;
  for (w = 0; w < W; ++w) least = steps[w] < least ? steps[w] : least;
  memcpy(x, carry, sizeof(real) * NX * W);
  memcpy(acc, carry + NX * W, sizeof(real) * NA * W);
  fn_held(W, x, v, held);
  fn_beat(W, x, v, held, beat1);
  fn_slope(W, x, v, held, beat1, k1, g1, e1);
  fn_post(W, acc, x, x, g1, e1, v, post);
  fn_endheld(W, acc, x, x, g1, g1, g1, e1, e1, v, end_held);
  for (i = 0; i < most; ++i) {{
    int crossing = 0;
    if (stride > 0 && i % stride == 0) {{
      memcpy(log + row * NO * W, g1, sizeof(real) * NO * W);
      ++row;
    }}
#define COMBINE(out, c, k) \
    for (j = 0; j < NX; ++j) {{ \
      _Pragma("omp simd") \
      for (w = 0; w < W; ++w) out[j * W + w] = x[j * W + w] + RC(c) * h[w] * k[j * W + w]; \
    }}
    for (j = 0; j < NG * W; ++j) mean[j] = g1[j] * RC(1.0 / 6.0);
    COMBINE(x2, 0.5, k1)
    fn_beat(W, x2, v, held, beat2);
    fn_stage(W, x2, v, held, beat2, RC(1.0 / 3.0), k2, mean);
    COMBINE(x2, 0.5, k2)
    fn_stage(W, x2, v, held, beat2, RC(1.0 / 3.0), k3, mean);
    COMBINE(x2, 1.0, k3)
    fn_beat(W, x2, v, held, beat1);
    fn_stage(W, x2, v, held, beat1, RC(1.0 / 6.0), k4, mean);
    for (j = 0; j < NX; ++j) {{
#pragma omp simd
      for (w = 0; w < W; ++w)
        after[j * W + w] = x[j * W + w] + h[w] * RC(1.0 / 6.0)
          * (k1[j * W + w] + RC(2.0) * (k2[j * W + w] + k3[j * W + w]) + k4[j * W + w]);
    }}
    /* The phase moves at a constant rate; the last stage's serves the end of the step too. */
    for (w = 0; w < W; ++w) after[PHASE * W + w] = x2[PHASE * W + w];
    fn_slope(W, after, v, held, beat1, next_k, next_g, e2);
    fn_going(W, acc, x, after, mean, e2, v, post, moved);
    if (wrap)
      for (w = 0; w < W; ++w)
        crossing |= after[PHASE * W + w] >= FLOOR(x[PHASE * W + w]) + RC(1.0);
    if (crossing) {{
      fn_ending(W, acc, x, after, mean, g1, next_g, e1, e2, v, end_held, ended, begun);
      for (w = 0; w < W; ++w)
        if (i < steps[w] && after[PHASE * W + w] >= FLOOR(x[PHASE * W + w]) + RC(1.0))
          for (j = 0; j < NA; ++j) {{
            last[j * W + w] = ended[j * W + w];
            moved[j * W + w] = begun[j * W + w];
          }}
    }}
    if (i < least) {{
#define SWAP(a, b) {{ real *other = a; a = b; b = other; }}
      SWAP(x, after)
      SWAP(acc, moved)
      SWAP(k1, next_k)
      SWAP(g1, next_g)
      SWAP(e1, e2)
    }} else {{
#define COMMIT(count, into, from) \
      for (j = 0; j < count; ++j) \
        for (w = 0; w < W; ++w) \
          into[j * W + w] = i < steps[w] ? from[j * W + w] : into[j * W + w];
      COMMIT(NX, x, after)
      COMMIT(NA, acc, moved)
      COMMIT(NX, k1, next_k)
      COMMIT(NG, g1, next_g)
      COMMIT(NE, e1, e2)
    }}
  }}
  memcpy(carry, x, sizeof(real) * NX * W);
  memcpy(carry + NX * W, acc, sizeof(real) * NA * W);
}}

/* Blocks lie one after another; each may take another number of steps. */
int impellab_blocks(real *carry, const real *values, const long *steps, const long *most,
                    long blocks, long n_carry, long stride, real *log, long log_size, int wrap) {{
  long b;
  for (b = 0; b < blocks; ++b)
    run_block(carry + b * n_carry * WIDTH, values + b * NV * WIDTH, steps + b * WIDTH, most[b],
              stride, log + b * log_size, wrap);
  return 0;
}}
"""


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


def block_source(functions: Functions, width: int, *, single: bool = False) -> BlockSource:
    """Self-contained C99 of the time loop of `width` lanes.

    Raises
    ------
    UnsupportedOperationError
        The plant holds an operation that cannot be emitted.
    """
    f = functions
    slope, parts = slope_parts(f)
    whole = emit(slope, parts, ("k", "g", "e"), ordered=True)
    # The inner stages need no extremes, and of the integrands only the mean over the step: what is
    # kept of each stage would not fit into the fastest memory with all the rest.
    stage = emit(
        slope, parts, ("k", "g", "e"), without=("e",), only_last="stage", added=("g",), ordered=True
    )
    going = emit(*going_graph(f), ("moved",), ordered=True)
    ending = ending_part(f)
    sizes = {
        "held": max(1, whole.sizes["held"]),
        "beat": max(1, whole.sizes["beat"]),
        "post": max(1, going.sizes["post"]),
    }
    loop = _LOOP.format(
        nx=f.slope.size1_in(0),
        nv=f.slope.size1_in(1),
        ng=f.slope.size1_out(1),
        ne=f.slope.size1_out(2),
        na=f.going_on.size1_in(0),
        no=f.n_observed,
        phase=f.phase,
        step=f.step,
        n_hoist=sizes["held"],
        n_beat=sizes["beat"],
        n_post=sizes["post"],
        n_end=max(1, ending.sizes["endheld"]),
    )
    math = SINGLE if single else DOUBLE
    texts = (math, whole.source, stage.source, going.source, ending.source, loop)
    return BlockSource(f"#define WIDTH {width}\n" + "\n".join(texts), sizes)


def slope_parts(functions: Functions) -> tuple[Graph, list[Part]]:
    """The graph of the slopes, and its parts by what they depend on: held, beat, slope."""
    f = functions
    held = frozenset({_V})
    phased = held | {_P}
    slope = graph_of(f.slope, ("x", "v"), parts={"x": {f.phase: _P}})
    graph = simplified(with_reciprocals(slope, held), (held, phased))
    return graph, [Part("held", held), Part("beat", phased), Part("slope", phased | {_X})]


def going_graph(functions: Functions) -> tuple[Graph, list[Part]]:
    """The graph of what a step adds to the accumulator, and its parts: post, going."""
    held = frozenset({_V})
    graph = graph_of(functions.going_on, GOING)
    parts = [Part("post", held), Part("going", frozenset(GOING))]
    return simplified(with_reciprocals(graph, held), (held,)), parts


def ending_part(functions: Functions) -> Emitted:
    """What the end of a beat makes of the accumulator."""
    held = frozenset({_V})
    ends = ("acc", "x", "after", "mean", "before", "later", "old", "new", "v")
    return emit(
        with_reciprocals(graph_of(functions.ending, ends), held),
        [Part("endheld", held), Part("ending", frozenset(ends))],
        ("ended", "begun"),
    )
