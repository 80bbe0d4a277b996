"""C of the time loop of one plant, which has no others beside it to fill the registers.

What can be done side by side is found inside a step. What only signals and integrands need of the
slopes is computed for four stages together, in four lanes, and while the stages of the next step
wait for their longest chains. Activations depend on the phase alone and are computed some steps
ahead. Square roots and exponentials that do not wait for one another share a register. A stage
hands on the state of the next one entry by entry, so that the next one begins with those entries
that are ready.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plants.compile.code.block import GOING, Functions, ending_part, going_graph, slope_parts
from plants.compile.code.emitter import Part, Places, emit
from plants.compile.code.output_loops import in_runs
from plants.compile.code.packs import packs_text
from plants.compile.code.vector_math import DOUBLE, SINGLE
from plants.compile.expressions import EXPONENTIAL, SQUARE_ROOT, Graph, needed, scheduled

#: Steps whose activations are computed together, at two phases each.
AHEAD = 4
_MACROS = {EXPONENTIAL: "EXP", SQUARE_ROOT: "SQRT"}

_LOOP = r"""
#define NX {nx}
#define NV {nv}
#define NG {ng}
#define NE {ne}
#define NA {na}
#define NO {no}
#define NB {n_beat}
#define PHASE {phase}
#define STEP {step}
#define LOOK (2 * {ahead})

/* Activations at so many phases: an entry of `beats` for each. */
static void activations(const real *phases, const real *v, const real *held, real *beats) {{
  real x[NX * LOOK], lanes[NB * LOOK];
  long i, j;
  memcpy(x + PHASE * LOOK, phases, sizeof(real) * LOOK);
  fn_beat(LOOK, x, v, held, lanes);
  for (i = 0; i < LOOK; ++i)
    for (j = 0; j < NB; ++j) beats[i * NB + j] = lanes[j * LOOK + i];
}}

#define SWAP(a, b) {{ other = a; a = b; b = other; }}
/* Integrands and extremes of the stages that left `cut`: the first half of what a step leaves. */
#define SEEN(cut) fn_rest(4, v, held, cut, g, e);
/* The accumulator after a step from `from` to `to`: the second half. */
#define FINISH(from, to) {{ \
    for (j = 0; j < NG; ++j) {{ \
      mean[j] = (g1[j] + RC(2.0) * (g[j * 4] + g[j * 4 + 1]) + g[j * 4 + 2]) * RC(1.0 / 6.0); \
      next_g[j] = g[j * 4 + 3]; \
    }} \
    for (j = 0; j < NE; ++j) e2[j] = e[j * 4 + 3]; \
    fn_going(acc, from, to, mean, e2, v, post, moved); \
    if (wrap && to[PHASE] >= FLOOR(from[PHASE]) + RC(1.0)) {{ \
      fn_ending(1, acc, from, to, mean, g1, next_g, e1, e2, v, end_held, ended, begun); \
      memcpy(last, ended, sizeof ended); \
      memcpy(moved, begun, sizeof begun); \
    }} \
    SWAP(acc, moved) \
    SWAP(g1, next_g) \
    SWAP(e1, e2) \
  }}

/* Advance one plant by `steps`. The carry holds the state, the accumulator of this beat and, where
   `wrap` is 1, that of the last one; a beat that ends then begins a new one. Every `stride` steps
   (0: never) the signals go to `log`; unless `path` is null, the state before each step goes
   there. */
static void run_one(real *carry, const real *v, long steps, long stride, real *log, int wrap,
                    real *path) {{
  real held[{n_held}], post[{n_post}], end_held[{n_end}];
  /* Phases and activations at the middles and ends of the next steps, in turn. */
  real phases[LOOK], beats[NB * LOOK];
  /* What the stages leave for integrands and extremes, and these, in four lanes: the second to the
     fourth stage and the end of the step. */
  real cuts[2][{n_cut} * 4], g[NG * 4], e[NE * 4];
  real x2[NX], x3[NX], x4[NX], k2[NX], k3[NX], k4[NX], most[NX], mean[NG], ended[NA], begun[NA];
  /* Before, now and after the step, in turn. */
  real states[3][NX], accs[2][NA], k1[NX], gs[2][NG], es[2][NE];
  real *x = states[0], *after = states[1], *before = states[2], *acc = accs[0], *moved = accs[1];
  real *g1 = gs[0], *next_g = gs[1], *e1 = es[0], *e2 = es[1], *other;
  real *last = carry + NX + NA;
  const real h = v[STEP], half = RC(0.5) * h, sixth = h * RC(1.0 / 6.0);
  long i, j, row = 0;
  memcpy(x, carry, sizeof(real) * NX);
  memcpy(acc, carry + NX, sizeof(real) * NA);
  memset(cuts, 0, sizeof cuts);
  fn_held(1, x, v, held);
  for (j = 0; j < LOOK; ++j) phases[j] = x[PHASE];
  activations(phases, v, held, beats);
  fn_core(x, v, held, beats, x, half, k1, x2, cuts[0] + 3);
  fn_rest(4, v, held, cuts[0], g, e);
  for (j = 0; j < NG; ++j) g1[j] = g[j * 4 + 3];
  for (j = 0; j < NE; ++j) e1[j] = e[j * 4 + 3];
  fn_post(1, acc, x, x, g1, e1, v, post);
  fn_endheld(1, acc, x, x, g1, g1, g1, e1, e1, v, end_held);
  for (i = 0; i < steps; ++i) {{
    const long place = i % (LOOK / 2) * 2;
    const real *middle = beats + place * NB, *end = middle + NB;
    real *cut = cuts[i % 2];
    if (place == 0) {{
      /* The phase moves at a constant rate. */
      real phase = x[PHASE];
      for (j = 0; j < LOOK; j += 2) {{
        phases[j] = phase + half * k1[PHASE];
        phase = phases[j + 1] = phase + h * k1[PHASE];
      }}
      activations(phases, v, held, beats);
    }}
    if (path) memcpy(path + i * NX, x, sizeof(real) * NX);
    x2[PHASE] = phases[place];
    fn_core(x2, v, held, middle, x, half, k2, x3, cut);
    /* What the step before leaves to be done waits for nothing, and fills the time in which the
       stages wait for their longest chains: in halves, as far as a processor looks ahead. */
    if (i > 0) SEEN(cuts[(i + 1) % 2])
    fn_core(x3, v, held, middle, x, h, k3, x4, cut + 1);
    for (j = 0; j < NX; ++j) most[j] = x[j] + sixth * (k1[j] + RC(2.0) * (k2[j] + k3[j]));
    if (i > 0) FINISH(before, x)
    if (stride > 0 && i % stride == 0) {{
      memcpy(log + row * NO, g1, sizeof(real) * NO);
      ++row;
    }}
    fn_core(x4, v, held, end, most, sixth, k4, after, cut + 2);
    after[PHASE] = phases[place + 1];
    fn_core(after, v, held, end, after, half, k1, x2, cut + 3);
    other = before;
    before = x;
    x = after;
    after = other;
  }}
  if (steps > 0) {{
    SEEN(cuts[(steps + 1) % 2])
    FINISH(before, x)
  }}
  memcpy(carry, x, sizeof(real) * NX);
  memcpy(carry + NX, acc, sizeof(real) * NA);
}}

/* Plants lie one after another; each may take another number of steps. */
int impellab_blocks(real *carry, const real *values, const long *steps, const long *most,
                    long blocks, long n_carry, long stride, real *log, long log_size, int wrap) {{
  long b;
  (void)most;
  for (b = 0; b < blocks; ++b)
    run_one(carry + b * n_carry, values + b * NV, steps[b], stride, log + b * log_size, wrap, 0);
  return 0;
}}

/* The same of one plant without signals, with the states before the steps. */
int impellab_course(real *carry, const real *values, long steps, int wrap, real *path) {{
  run_one(carry, values, steps, 0, 0, wrap, path);
  return 0;
}}
"""


def one_lane_source(functions: Functions, *, single: bool = False) -> str:
    """Self-contained C99 of the time loop of one plant, called as that of a block is.

    Raises
    ------
    UnsupportedOperationError
        The plant holds an operation that cannot be emitted.
    """
    f = functions
    graph, parts = slope_parts(f)
    early = emit(graph, parts, ("k", "g", "e"), lanes=("x", "phase"), early=True)
    stages = _split(graph, parts, early.known)
    added, added_parts = going_graph(f)
    # Most of what a step adds are sums, maxima and minima entry by entry.
    post, ending = emit(added, added_parts, ("moved",), early=True), ending_part(f)
    places = _Scalars(added, frozenset(), post.known)
    loop = _LOOP.format(
        nx=f.slope.size1_in(0),
        nv=f.slope.size1_in(1),
        ng=f.slope.size1_out(1),
        ne=f.slope.size1_out(2),
        na=f.going_on.size1_in(0),
        no=f.n_observed,
        phase=f.phase,
        step=f.step,
        ahead=AHEAD,
        n_held=max(1, early.sizes["held"]),
        n_beat=max(1, early.sizes["beat"]),
        n_post=max(1, post.sizes["post"]),
        n_end=max(1, ending.sizes["endheld"]),
        n_cut=max(1, len(stages.cut)),
    )
    math = SINGLE if single else DOUBLE
    texts = (
        math,
        packs_text(),
        early.source,
        _core(stages),
        _rest(stages),
        post.source,
        in_runs("fn_going", places, (*GOING, "post"), "moved", added_parts[0].inputs),
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

    def late(wanted: Sequence[int | None]) -> list[int]:
        nodes = needed(graph, [i for i in wanted if i is not None])
        return [
            i
            for i in nodes
            if graph.nodes[i].operation >= 0 and not graph.nodes[i].depends <= phased
        ]

    rates, *others = graph.outputs
    core = late(rates)
    shown = {i for row in others for i in row if i is not None}
    rest = sorted(set(late(list(shown))) - set(core))
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


def _core(stages: _Stages) -> str:
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
        rate = "RC(0.0)" if n is None else places.name(n)
        lines += [f"k[{j}] = {rate};", f"next[{j}] = base[{j}] + c * {rate};"]
    lines += left.values()
    return (
        "\n  ".join(
            [
                "static void fn_core(const real *x, const real *v, const real *held,",
                "                    const real *beat,",
                "                    const real *base, const real c, real *restrict k,",
                "                    real *restrict next, real *restrict cut) {",
                *lines,
            ]
        )
        + "\n}"
    )


def _side_by_side(places: Places, row: Sequence[int]) -> list[str]:
    nodes = [places.graph.nodes[i] for i in row]
    width, pack = 1 << (len(row) - 1).bit_length(), f"p{row[0]}"
    operands = [places.name(node.operands[0]) for node in nodes]
    operands += operands[:1] * (width - len(row))
    macro = f"IK_{_MACROS[nodes[0].operation]}{width}"
    taken = [f"const real t{i} = {pack}[{k}];" for k, i in enumerate(row)]
    return [f"{macro}({pack}, {', '.join(operands)});", *taken]


def _rest(stages: _Stages) -> str:
    """Integrands and extremes of four stages."""
    graph = stages.graph
    known = {**stages.known, **{n: ("cut", slot) for slot, n in enumerate(stages.cut)}}
    places = _FourStages(graph, frozenset({"x", "phase"}), known)
    lines = [places.line(i) for row in scheduled(graph, stages.rest) for i in row]
    for name, row in zip(("g", "e"), graph.outputs[1:], strict=True):
        for j, n in enumerate(row):
            lines.append(f"{name}[{j} * W + w] = {'RC(0.0)' if n is None else places.name(n)};")
    return "\n".join(
        [
            "static void fn_rest(const long W, const real *v, const real *held, const real *cut,",
            "                    real *restrict g, real *restrict e) {",
            "  long w;",
            "#pragma omp simd",
            "  for (w = 0; w < W; ++w) {",
            *(f"    {line}" for line in lines),
            "  }",
            "}",
        ]
    )
