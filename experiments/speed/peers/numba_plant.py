"""The plant's time loop by numba: the same equations and the same scheme, one patient at a time."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from experiments.speed.peers.translate import translated
from plants.compile.code import PlantFunctions
from plants.quantities import Array


@functools.cache
def numba_run(functions: PlantFunctions) -> Callable[[Array, Array, int], None]:
    """``run(carry, values, steps)``: patients, a row each, advanced in place.

    Raises
    ------
    ImportError
        numba is not installed.
    """
    import numba

    def compiled(function: Any) -> Any:
        # Division as in C; Python's would test every divisor.
        return numba.njit(function, error_model="numpy")

    names: dict[str, Any] = {
        "sqrt": math.sqrt,
        "exp": math.exp,
        "log": math.log,
        "tanh": math.tanh,
        "floor": math.floor,
        "where": compiled(_where),
        "fmin": compiled(_fmin),
        "fmax": compiled(_fmax),
    }
    parts = [compiled(part) for part in translated(functions, names, into=True)]
    advance = compiled(_advance(functions, *parts))

    def run(carry: Any, values: Any, steps: int) -> None:
        for b in range(carry.shape[0]):
            advance(carry[b], values[b], steps)

    return compiled(run)


def _advance(functions: PlantFunctions, slope: Any, going: Any, ending: Any) -> Any:
    """``advance(carry, v, steps)`` of one patient, in the Python that numba compiles."""
    f = functions
    nx, ng, ne = f.slope.size1_in(0), f.slope.size1_out(1), f.slope.size1_out(2)
    na, phase, place = f.within_beat.size1_in(0), f.phase, f.step

    def advance(carry: Any, v: Any, steps: int) -> None:
        x, acc, last = carry[:nx], carry[nx : nx + na], carry[nx + na :]
        h = v[place]
        k1, k2, k3, k4 = np.empty(nx), np.empty(nx), np.empty(nx), np.empty(nx)
        x2, after, next_k = np.empty(nx), np.empty(nx), np.empty(nx)
        g1, g2, g3, g4 = np.empty(ng), np.empty(ng), np.empty(ng), np.empty(ng)
        mean, next_g = np.empty(ng), np.empty(ng)
        e1, e2, moved = np.empty(ne), np.empty(ne), np.empty(na)
        slope(x, v, k1, g1, e1)
        for _ in range(steps):
            for j in range(nx):
                x2[j] = x[j] + 0.5 * h * k1[j]
            slope(x2, v, k2, g2, e2)
            for j in range(nx):
                x2[j] = x[j] + 0.5 * h * k2[j]
            slope(x2, v, k3, g3, e2)
            for j in range(nx):
                x2[j] = x[j] + h * k3[j]
            slope(x2, v, k4, g4, e2)
            for j in range(nx):
                after[j] = x[j] + h / 6.0 * (k1[j] + 2.0 * (k2[j] + k3[j]) + k4[j])
            for j in range(ng):
                mean[j] = (g1[j] + 2.0 * (g2[j] + g3[j]) + g4[j]) / 6.0
            after[phase] = x2[phase]
            slope(after, v, next_k, next_g, e2)
            if after[phase] >= math.floor(x[phase]) + 1.0:
                ending(acc, x, after, mean, g1, next_g, e1, e2, v, last, moved)
            else:
                going(acc, x, after, mean, e2, v, moved)
            for j in range(na):
                acc[j] = moved[j]
            for j in range(nx):
                x[j], k1[j] = after[j], next_k[j]
            for j in range(ng):
                g1[j] = next_g[j]
            for j in range(ne):
                e1[j] = e2[j]

    return advance


def _where(condition: bool, yes: float, no: float) -> float:
    return yes if condition else no


def _fmin(a: float, b: float) -> float:
    return a if a < b else b


def _fmax(a: float, b: float) -> float:
    return a if a > b else b
