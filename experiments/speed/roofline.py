"""How far each form of the loop is from what the core can do.

The operations of a step are counted in the graphs that the C for lanes is emitted from, in which
divisions share a reciprocal: an addition, a product, a comparison or a choice is one; exp, log and
tanh are what their text expands to. Square roots and divisions are counted apart, because the unit
that does them is slow. What the core can do is measured with loops of nothing else: multiply-adds,
square roots, divisions; the best of the turns counts. The limit of a step is the larger of the two
times, as if the units never waited for each other or for memory.
"""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass

import casadi as ca
import numpy as np

from experiments.speed.batch import WIDTH, emitted, individuals
from experiments.speed.case import CASE, casadi_kernel, case_name, case_start
from experiments.speed.row import SIMULATED, SpeedRow, rates_of, why_missing
from plants.beat import DEFAULT_STEP, USUAL_PARTS, plant_functions
from plants.compile import BuildError, load_library
from plants.compile.code import PlantFunctions, block_slopes, going_graph
from plants.compile.expressions import Graph, needed
from plants.plant import PHASE

PART = "roofline"
#: Simple operations and divisions that a function expands to in plants.compile.code.vector_math.
_EXPANDED = {
    ca.OP_EXP: (37, 0),
    ca.OP_LOG: (40, 1),
    ca.OP_TANH: (50, 7),
    ca.OP_POW: (90, 1),
    ca.OP_CONSTPOW: (90, 1),
}
_DIVISIONS = (ca.OP_DIV, ca.OP_INV)
_LANES = 96  # twelve registers of eight
_PEAK = r"""
void peak_run(double *a, long steps, int kind) {
  double x[N];
  long i;
  int j;
  for (j = 0; j < N; ++j) x[j] = a[j];
  if (kind == 0)
    for (i = 0; i < steps; ++i) {
#pragma omp simd
      for (j = 0; j < N; ++j) x[j] = x[j] * 0.999 + 0.001;
    }
  else if (kind == 1)
    for (i = 0; i < steps; ++i) {
#pragma omp simd
      for (j = 0; j < N; ++j) x[j] = __builtin_sqrt(x[j]);
    }
  else
    for (i = 0; i < steps; ++i) {
#pragma omp simd
      for (j = 0; j < N; ++j) x[j] = 1.5 / x[j];
    }
  for (j = 0; j < N; ++j) a[j] = x[j];
}
"""


@dataclass(frozen=True)
class OperationCount:
    """Operations: simple ones, square roots, divisions."""

    simple: float = 0.0
    roots: float = 0.0
    divisions: float = 0.0

    def __add__(self, other: OperationCount) -> OperationCount:
        return OperationCount(
            self.simple + other.simple, self.roots + other.roots, self.divisions + other.divisions
        )

    def times(self, factor: float) -> OperationCount:
        """So many of it."""
        return OperationCount(self.simple * factor, self.roots * factor, self.divisions * factor)


def operation_count(graph: Graph) -> OperationCount:
    """Operations of a graph that depend on more than held values.

    Parameters
    ----------
    graph : Graph
        Of a function of the plant whose input ``v`` is held. What depends on the input ``phase``
        and on held values alone is done twice a step instead of four times, and counts half.

    Examples
    --------
    >>> import casadi as ca
    >>> from experiments.speed.roofline import operation_count
    >>> from plants.compile.expressions import graph_of
    >>> x, v = ca.SX.sym("x"), ca.SX.sym("v")
    >>> function = ca.Function("f", [x, v], [x * ca.log(v) + ca.sqrt(x) / ca.exp(v)])
    >>> operation_count(graph_of(function, ["x", "v"]))
    OperationCount(simple=2, roots=1, divisions=1)
    """
    held = frozenset({"v"})
    total = OperationCount()
    for number in needed(graph, [i for row in graph.outputs for i in row if i is not None]):
        node = graph.nodes[number]
        if node.operation < 0 or node.depends <= held:
            continue
        if node.operation == ca.OP_SQRT:
            operation = OperationCount(roots=1)
        elif node.operation in _DIVISIONS:
            operation = OperationCount(divisions=1)
        else:
            simple, divisions = _EXPANDED.get(node.operation, (1, 0))
            operation = OperationCount(simple=simple, divisions=divisions)
        total += operation.times(0.5) if node.depends <= held | {"phase"} else operation
    return OperationCount(
        *(int(x) if x == int(x) else x for x in (total.simple, total.roots, total.divisions))
    )


def step_count(f: PlantFunctions) -> OperationCount:
    """Operations of one patient's step inside a beat: four slopes, their sums, the accumulator."""
    nx, ng = f.slope.size1_in(0), f.slope.size1_out(1)
    # Three intermediate states, the new one, and the mean of the integrands.
    sums = OperationCount(simple=3 * 3 * nx + 6 * nx + 5 * ng)
    slopes = operation_count(block_slopes(f)[0]).times(4)
    return slopes + operation_count(going_graph(f)[0]) + sums


@functools.cache
def _peak_loop() -> ctypes.CDLL:
    library = load_library(f"#define N {_LANES}\n{_PEAK}")
    library.peak_run.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_int]
    library.peak_run.restype = None
    return library


def peaks(repeats: int, *, steps: int = 100_000) -> tuple[float, float, float]:
    """Multiply-adds (two operations each), square roots and divisions per s of this core.

    Raises
    ------
    BuildError
        There is no compiler.
    """
    library, numbers = _peak_loop(), np.full(_LANES, 1.2)

    def loop(kind: int) -> object:
        return library.peak_run(numbers.ctypes.data, steps, kind)

    amount = float(_LANES * steps)
    rates = rates_of(
        [lambda: loop(0), lambda: loop(1), lambda: loop(2)], [2 * amount, amount, amount], repeats
    )
    # Whatever else runs only slows them down.
    operations, roots, divisions = np.max(rates, axis=0)
    return float(operations), float(roots), float(divisions)


def roofline_rows(repeats: int, *, seconds: float = 1.0) -> list[SpeedRow]:
    """The core, a step's operations, and the share of the limit that each form reaches.

    Parameters
    ----------
    repeats : int
        Turns.
    seconds : float
        Simulated time of a turn of one patient, s; 64 patients simulate a quarter of it each.
    """
    try:
        operations, roots, divisions = peaks(repeats)
        return [
            _core(operations, roots, divisions),
            *_forms(repeats, seconds, (operations, roots, divisions)),
        ]
    except BuildError as error:
        return [SpeedRow(PART, "roofline", None, unit="1", note=why_missing(error))]


def _core(operations: float, roots: float, divisions: float) -> SpeedRow:
    return SpeedRow(
        PART,
        "the core's peak, multiply-adds in double precision",
        operations / 1e9,
        unit="operations per ns",
        note=f"square roots {roots / 1e9:.2f}, divisions {divisions / 1e9:.2f} per ns",
    )


def _forms(repeats: int, seconds: float, core: tuple[float, float, float]) -> list[SpeedRow]:
    count = step_count(plant_functions(USUAL_PARTS))
    arithmetic = count.simple / core[0]
    slow = count.roots / core[1] + count.divisions / core[2]
    limit = DEFAULT_STEP / max(arithmetic, slow)
    start, steps = case_start(), round(seconds / DEFAULT_STEP)
    carry, values = individuals(start, 64)
    assert start.carry[PHASE] == 0.0
    kernel = casadi_kernel()
    works = [
        emitted(carry, values, max(1, steps // 4), WIDTH),
        emitted(carry[:1], values[:1], steps, 1),
        lambda: kernel.run(start.carry.copy(), start.values, steps),
    ]
    amounts = [64 * max(1, steps // 4) * DEFAULT_STEP, steps * DEFAULT_STEP, steps * DEFAULT_STEP]
    rates = np.median(rates_of(works, amounts, repeats), axis=0)
    per_step = (
        f"a step: {count.simple:.0f} simple operations, {count.roots:.0f} square roots, "
        f"{count.divisions:.0f} divisions; limit {'the divider' if slow > arithmetic else 'sums'}"
    )
    names = (
        f"emitted loop, {WIDTH} lanes",
        "emitted loop, one lane",
        "CasADi's generated C, one lane",
    )
    return [
        SpeedRow(
            PART,
            f"{case_name(*CASE)}: {name}, against the limit of the core",
            float(rate),
            limit,
            float(rate) / limit,
            unit=SIMULATED,
            ours_by=name,
            other_by="as many operations at the peaks, nothing waiting",
            note=per_step,
        )
        for name, rate in zip(names, rates, strict=True)
    ]
