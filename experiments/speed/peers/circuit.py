"""svZeroDSolver's closed loop re-expressed in CasADi, on the emitted C of the plant.

The circuit is the project's own example: heart and lungs after Sankaran et al. 2012, an aorta of
resistance and inertance, and a three-element Windkessel that ends in the right atrium. Units are
mL, mmHg and s, as there. Valves are ideal with inertance: one shuts when its flow has come to rest
against the pressure. What depends on the time only, the activation of the atria and the ventricles,
stands in a table of one cycle.

References
----------
Sankaran S et al. (2012) Ann Biomed Eng 40:2228 (equations).
svZeroDSolver, github.com/SimVascular/svZeroDSolver (circuit and parameters, BSD 3-clause:
``tests/cases/closedLoopHeart_singleVessel.json``).
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import casadi as ca
import numpy as np

from plants.compile import load_library
from plants.compile.code import Part, elementary_functions, emit_functions, filled
from plants.compile.expressions import graph_of, with_reciprocals
from plants.quantities import Array, TypedLayout, structure

Value = Any  # a number, or its symbol in a graph

CIRCUIT_PERIOD = 1.0169  # s


@structure
class CircuitState:
    """Volumes (mL), flows (mL/s) and pressures (mmHg) of the peer's circuit."""

    V_RA: ca.SX
    Q_RA: ca.SX
    V_RV: ca.SX
    Q_RV: ca.SX
    P_pul: ca.SX
    V_LA: ca.SX
    Q_LA: ca.SX
    V_LV: ca.SX
    Q_LV: ca.SX
    P_ao: ca.SX
    Q_ao: ca.SX
    P_c: ca.SX


@structure
class HeartParameters:
    """What the example gives heart and lungs."""

    Tsa: Value = 0.40742
    tpwave: Value = 8.976868
    Erv_s: Value = 2.125279
    Elv_s: Value = 3.125202
    iml: Value = 0.509365
    imr: Value = 0.806369
    Lrv_a: Value = 0.000186865
    Rrv_a: Value = 0.035061704
    Lra_v: Value = 0.000217032
    Rra_v: Value = 0.007887459
    Lla_v: Value = 0.000351787
    Rla_v: Value = 0.005310825
    Rlv_ao: Value = 0.034320234
    Llv_a: Value = 0.000110776
    Vrv_u: Value = 9.424629
    Vlv_u: Value = 5.606007
    Rpd: Value = 0.098865401
    Cp: Value = 1.090989
    Cpa: Value = 0.556854
    Kxp_ra: Value = 9.22244
    Kxv_ra: Value = 0.004837
    Emax_ra: Value = 0.208858
    Vaso_ra: Value = 4.848742
    Kxp_la: Value = 9.194992
    Kxv_la: Value = 0.008067
    Emax_la: Value = 0.303119
    Vaso_la: Value = 9.355754


@structure
class CircuitParameters(HeartParameters):
    """The same, and what it gives the aorta and the Windkessel behind it."""

    Rp: Value = 0.134156617
    Rd: Value = 1.356472458
    C: Value = 0.238401833
    R: Value = 0.003348073
    L: Value = 0.004


HEART: Mapping[str, float] = asdict(HeartParameters())
CIRCUIT_PARAMETERS: Mapping[str, float] = asdict(CircuitParameters())
CIRCUIT_STATES = TypedLayout(CircuitState)
CIRCUIT_VALUES = TypedLayout(CircuitParameters)
START: Mapping[str, float] = {
    "V_RA": 38.43,
    "V_RV": 96.07,
    "V_LA": 38.43,
    "V_LV": 96.07,
    "P_pul": 8.0,
}
# Fourier modes of the elastance, cosine and sine.
_MODES = (
    (0.283748803, 0.0),
    (0.031830626, -0.374299825),
    (-0.209472400, -0.018127770),
    (0.020520047, 0.073971113),
    (0.008316883, -0.047249597),
    (-0.041677660, 0.003212163),
    (0.000867323, 0.019441411),
    (-0.001675379, -0.005565534),
    (-0.011252277, 0.003401432),
    (-0.000414677, 0.008376795),
    (0.000253749, -0.000071880),
    (-0.002584966, 0.001566861),
    (0.000584752, 0.003143555),
    (0.000028502, -0.000024787),
    (0.000022961, -0.000007476),
    (0.000018735, -0.000001281),
    (0.000015573, 0.000001781),
    (0.000013133, 0.000003494),
    (0.000011199, 0.000004507),
    (0.000009634, 0.000005117),
    (0.000008343, 0.000005481),
    (0.000007265, 0.000005687),
    (0.000006354, 0.000005789),
    (0.000005575, 0.000005821),
    (0.000004903, 0.000005805),
)


def activations(times: Array) -> Array:
    """Activation of the atria and of the ventricles at times (s), in two columns."""
    now = np.mod(times, CIRCUIT_PERIOD)
    systole, wave = CIRCUIT_PERIOD * HEART["Tsa"], CIRCUIT_PERIOD / HEART["tpwave"]
    diastole = CIRCUIT_PERIOD - systole
    late = 0.5 * (1 - np.cos(2 * np.pi * (now - wave + systole) / systole))
    early = 0.5 * (1 - np.cos(2 * np.pi * (now - wave - diastole) / systole))
    atria = np.where(now <= wave, late, np.where(now >= diastole + wave, early, 0.0))
    ventricles = np.zeros_like(now)
    for k, (cosine, sine) in enumerate(_MODES):
        angle = 2 * np.pi * k * now / CIRCUIT_PERIOD
        ventricles += cosine * np.cos(angle) - sine * np.sin(angle)
    return np.column_stack([atria, ventricles])


@functools.cache
def circuit() -> ca.Function:
    """``(x, v, a) -> (dx/dt, x with the flow of shut valves at rest)``; a are the activations."""
    x_vector, v_vector = ca.SX.sym("x", len(CIRCUIT_STATES)), ca.SX.sym("v", len(CIRCUIT_VALUES))
    a = ca.SX.sym("a", 2)
    x, p = CIRCUIT_STATES.symbols(x_vector), CIRCUIT_VALUES.symbols(v_vector)

    def atrium(volume: ca.SX, scale: ca.SX, steep: ca.SX, elastance: ca.SX, rest: ca.SX) -> ca.SX:
        passive = scale * (ca.exp((volume - rest) * steep) - 1)
        return a[0] * elastance * (volume - rest) + (1 - a[0]) * passive

    p_ra = atrium(x.V_RA, p.Kxp_ra, p.Kxv_ra, p.Emax_ra, p.Vaso_ra)
    p_la = atrium(x.V_LA, p.Kxp_la, p.Kxv_la, p.Emax_la, p.Vaso_la)
    p_rv = a[1] * p.Erv_s * (x.V_RV - p.Vrv_u)
    p_lv = a[1] * p.Elv_s * (x.V_LV - p.Vlv_u)

    def valve(flow: ca.SX, before: ca.SX, behind: ca.SX) -> ca.SX:
        return 1 - ca.logic_and(before <= behind, flow <= 0)

    open_ra, open_rv = valve(x.Q_RA, p_ra, p_rv), valve(x.Q_RV, p_rv, x.P_pul)
    open_la, open_lv = valve(x.Q_LA, p_la, p_lv), valve(x.Q_LV, p_lv, x.P_ao)
    q_ra, q_rv, q_la, q_lv = (
        open_ra * x.Q_RA,
        open_rv * x.Q_RV,
        open_la * x.Q_LA,
        open_lv * x.Q_LV,
    )
    back = (x.P_c - p_ra) / p.Rd
    rates = {
        "V_RA": back - q_ra,
        "Q_RA": open_ra * (p_ra - p_rv - p.Rra_v * q_ra) / p.Lra_v,
        "V_RV": q_ra - q_rv,
        "Q_RV": open_rv * (p_rv - x.P_pul - p.Rrv_a * q_rv) / p.Lrv_a,
        "P_pul": (q_rv - (x.P_pul - p_la) / p.Rpd) / p.Cp,
        "V_LA": q_rv - q_la,
        "Q_LA": open_la * (p_la - p_lv - p.Rla_v * q_la) / p.Lla_v,
        "V_LV": q_la - q_lv,
        "Q_LV": open_lv * (p_lv - x.P_ao - p.Rlv_ao * q_lv) / p.Llv_a,
        "P_ao": (q_lv - x.Q_ao) / p.Cpa,
        "Q_ao": (x.P_ao - p.R * x.Q_ao - x.P_c - p.Rp * x.Q_ao) / p.L,
        "P_c": (x.Q_ao - back) / p.C,
    }
    settled = ca.SX(x_vector)
    for name, flow in (("Q_RA", q_ra), ("Q_RV", q_rv), ("Q_LA", q_la), ("Q_LV", q_lv)):
        settled[CIRCUIT_STATES.index[name]] = flow
    outputs = [CIRCUIT_STATES.pack(rates), settled]
    return ca.Function("circuit", [x_vector, v_vector, a], outputs, {"cse": True})


@functools.cache
def _library(width: int) -> ctypes.CDLL:
    held = frozenset({"v"})
    graph = with_reciprocals(graph_of(circuit(), ("x", "v", "a")), held)
    parts = [Part("held", held), Part("state", frozenset({"x", "v", "a"}))]
    whole = emit_functions(graph, parts, ("k", "settled"), lanes=("x", "v"))
    texts = [whole.source]
    for name, left in (("stage", "settled"), ("settle", "k")):
        stage = emit_functions(
            graph, parts, ("k", "settled"), lanes=("x", "v"), without=(left,), only_last=name
        )
        texts.append(stage.source)
    loop = filled(
        Path(__file__).parent / "circuit_loop.c",
        n_states=len(CIRCUIT_STATES),
        n_values=len(CIRCUIT_VALUES),
        n_held=max(1, whole.sizes["held"]),
    )
    # The whole function is not called; it is emitted for its first part.
    unused = '#pragma GCC diagnostic ignored "-Wunused-function"\n'
    head = (f"#define WIDTH {width}", unused, elementary_functions())
    library = load_library("\n".join((*head, *texts, loop)))
    long, pointer = ctypes.c_long, ctypes.c_void_p
    library.peer_run.argtypes = [pointer] * 2 + [long] * 3 + [pointer, ctypes.c_double, pointer]
    return library


def circuit_run(
    batch: int, steps: int, steps_per_cycle: int, *, width: int = 1, log: bool = False
) -> Callable[[], Array]:
    """The circuit on emitted C, from the example's initial state.

    Parameters
    ----------
    batch : int
        Copies, a multiple of the width.
    steps, steps_per_cycle : int
        How many to run, and how many make a cardiac cycle.
    width : int
        Lanes of a block.
    log : bool
        Whether to give the states of the first copy at all steps instead of the final ones.

    Returns
    -------
    callable
        Runs and gives the states, (batch or steps, 12).

    Raises
    ------
    BuildError
        There is no compiler.
    """
    library, blocks = _library(width), batch // width
    first = np.array([START.get(name, 0.0) for name in CIRCUIT_STATES.names])
    values = np.array(list(CIRCUIT_PARAMETERS.values()))
    start = np.repeat(np.tile(first[:, None], (blocks, 1)), width, axis=1)
    held = np.ascontiguousarray(np.repeat(np.tile(values[:, None], (blocks, 1)), width, axis=1))
    step = CIRCUIT_PERIOD / steps_per_cycle
    times = 0.5 * step * np.arange(2 * steps_per_cycle + 3, dtype=float)
    table = np.ascontiguousarray(activations(times))

    def run() -> Array:
        x = np.ascontiguousarray(start.copy())
        rows = np.empty((steps, len(CIRCUIT_STATES))) if log else None
        library.peer_run(
            x.ctypes.data,
            held.ctypes.data,
            blocks,
            steps,
            steps_per_cycle,
            table.ctypes.data,
            step,
            None if rows is None else rows.ctypes.data,
        )
        if rows is not None:
            return rows
        return x.reshape(blocks, len(CIRCUIT_STATES), width).transpose(0, 2, 1).reshape(batch, -1)

    return run
