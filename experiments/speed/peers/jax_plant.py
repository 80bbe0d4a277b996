"""The plant's time loop by JAX: ``vmap`` over the patients of a ``scan`` over the steps."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from experiments.speed.peers.translate import translated
from plants.compile.code import PlantFunctions
from plants.quantities import Array

# One thread, as the others have; read when JAX is imported first.
_FLAGS = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


@functools.cache
def jax_run(functions: PlantFunctions, steps: int) -> Callable[[Array, Array], Array]:
    """``run(carry, values) -> carry``: patients, a row each, so many steps on.

    Raises
    ------
    ImportError
        JAX is not installed.
    """
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {_FLAGS}".strip()
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    run = jax.jit(jax.vmap(_advance(functions, steps)))

    def call(carry: Array, values: Array) -> Array:
        with jax.enable_x64(True):
            return np.asarray(run(carry, values))

    return call


def _advance(functions: PlantFunctions, steps: int) -> Callable[[Any, Any], Any]:
    """``advance(carry, v) -> carry`` of one patient, in the Python that JAX traces."""
    import jax
    import jax.numpy as jnp

    operations = ("sqrt", "exp", "log", "tanh", "floor", "where", "fmin", "fmax")
    names = {name: getattr(jnp, name) for name in operations}
    slope, going, ending = translated(functions, names, into=False)
    f = functions
    nx, na, phase = f.slope.size1_in(0), f.within_beat.size1_in(0), f.phase

    def advance(carry: Any, v: Any) -> Any:
        h = v[f.step]

        def step(state: Any, _: Any) -> tuple[Any, None]:
            x, acc, last, k1, g1, e1 = state
            x2 = _moved(x, 0.5 * h, k1)
            k2, g2, _ = slope(x2, v)
            x2 = _moved(x, 0.5 * h, k2)
            k3, g3, _ = slope(x2, v)
            x2 = _moved(x, h, k3)
            k4, g4, _ = slope(x2, v)
            k = [a + 2.0 * (b + c) + d for a, b, c, d in zip(k1, k2, k3, k4, strict=True)]
            after = list(_moved(x, h / 6.0, k))
            after[phase] = x2[phase]
            mean = [
                (a + 2.0 * (b + c) + d) / 6.0 for a, b, c, d in zip(g1, g2, g3, g4, strict=True)
            ]
            k5, g5, e2 = slope(after, v)
            moved = going(acc, x, after, mean, e2, v)
            ended, begun = ending(acc, x, after, mean, g1, g5, e1, e2, v)
            ends = after[phase] >= jnp.floor(x[phase]) + 1.0
            acc = tuple(jnp.where(ends, a, b) for a, b in zip(begun, moved, strict=True))
            last = tuple(jnp.where(ends, a, b) for a, b in zip(ended, last, strict=True))
            return (tuple(after), acc, last, k5, g5, e2), None

        entries = tuple(carry)
        x = entries[:nx]
        start = jax.tree.map(jnp.asarray, slope(x, v))
        # What does not depend on the state has no type of its own yet.
        start = jax.tree.map(lambda entry: entry + 0.0 * x[0], start)
        state = (x, entries[nx : nx + na], entries[nx + na :], *start)
        (x, acc, last, *_), _ = jax.lax.scan(step, state, None, length=steps)
        return jnp.stack([*x, *acc, *last])

    return advance


def _moved(x: Any, h: Any, k: Any) -> tuple[Any, ...]:
    return tuple(a + h * b for a, b in zip(x, k, strict=True))
