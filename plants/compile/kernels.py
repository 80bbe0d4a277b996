"""A loop of integration steps as one call, compiled or on CasADi's virtual machine."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

import casadi as ca
import numpy as np

from plants.compile.cache import library_function, load_library
from plants.compile.code import casadi_loop_source
from plants.compile.compiler import BuildError
from plants.compile.expressions import directional_derivative
from plants.compile.shared_objects import Shared
from plants.quantities import Array

Backend = Literal["auto", "compiled", "virtual-machine"]
_Compiled = TypeVar("_Compiled")
_Interpreted = TypeVar("_Interpreted")


class Kernel(Protocol):
    """Advances a carried vector by many steps while other values are held."""

    def run(self, carry: Array, values: Array, steps: int, stride: int = 0) -> Array:
        """Advance `carry` in place by `steps`; the signals seen every `stride` steps."""
        ...

    def tangent(
        self, carry: Array, values: Array, steps: int, d_carry: Array, d_values: Array
    ) -> None:
        """Advance `carry` and, row by row, `d_carry` along `d_values`, in place."""
        ...


class CompiledKernel:
    """The kernel as C, compiled once per machine and called through ctypes."""

    def __init__(self, step: ca.Function, observe: ca.Function, *, tangent: bool):
        source = casadi_loop_source(
            step, observe, directional_derivative(step) if tangent else None
        )
        library = load_library(source)
        self._n_out = observe.size1_out(0)
        self._run = library_function(library, "impellab_run", "aalla")
        if tangent:
            self._tangent = library_function(library, "impellab_tangent", "aallaa")

    def run(self, carry: Array, values: Array, steps: int, stride: int = 0) -> Array:
        """See :meth:`Kernel.run`."""
        log = np.empty((-(-steps // stride) if stride > 0 else 0, self._n_out))
        self._run(carry, values, steps, stride, log)
        return log

    def tangent(
        self, carry: Array, values: Array, steps: int, d_carry: Array, d_values: Array
    ) -> None:
        """See :meth:`Kernel.tangent`."""
        self._tangent(carry, values, steps, len(d_carry), d_carry, d_values)


def joint_step(step: ca.Function) -> ca.Function:
    """A step whose held values travel in the carry: fold wants a column of them for every step,
    and with map it would give each lane the values of another one.
    """
    n = step.size1_in(0)
    joint = ca.MX.sym("j", n + step.size1_in(1))
    return ca.Function("body", [joint], [ca.vertcat(step(joint[:n], joint[n:]), joint[n:])])


class VirtualMachineKernel(Shared):
    """The kernel on CasADi's virtual machine, for machines without a C compiler."""

    def __init__(self, step: ca.Function, observe: ca.Function):
        self._step, self._observe = step, observe
        self._n = step.size1_in(0)
        self._n_state = observe.size1_in(0)
        self._folded = functools.cache(self._fold)
        self._folded_tangent = functools.cache(self._fold_tangent)

    def _fold(self, steps: int, keep: bool) -> ca.Function:
        body = joint_step(self._step)
        return body.mapaccum(steps) if keep else body.fold(steps)

    def run(self, carry: Array, values: Array, steps: int, stride: int = 0) -> Array:
        """See :meth:`Kernel.run`."""
        joint = np.concatenate([carry, values])
        if stride <= 0:
            carry[:] = np.asarray(self._folded(steps, False)(joint)).ravel()[: self._n]
            return np.empty((0, self._observe.size1_out(0)))
        path = np.asarray(self._folded(steps, True)(joint))[: self._n]
        before = np.column_stack([carry, path[:, :-1]])[: self._n_state, ::stride]
        carry[:] = path[:, -1]
        count = before.shape[1]
        seen = self._observe.map(count)(before, np.repeat(values[:, None], count, axis=1))
        return np.ascontiguousarray(np.asarray(seen).T)

    def _fold_tangent(self, steps: int, rows: int) -> ca.Function:
        return self._fold(steps, False).forward(rows)

    def tangent(
        self, carry: Array, values: Array, steps: int, d_carry: Array, d_values: Array
    ) -> None:
        """See :meth:`Kernel.tangent`."""
        joint = np.concatenate([carry, values])
        after = np.asarray(self._folded(steps, False)(joint))
        seeds = np.concatenate([d_carry, d_values], axis=1).T
        moved = self._folded_tangent(steps, len(d_carry))(joint, after, seeds)
        d_carry[:] = np.asarray(moved).T[:, : self._n]
        carry[:] = after.ravel()[: self._n]


@functools.cache
def warn_virtual_machine(reason: str) -> None:
    warnings.warn(
        f"running on CasADi's virtual machine, several times slower: {reason}",
        UserWarning,
        stacklevel=5,
    )


def build_kernel(
    compiled: Callable[[], _Compiled], interpreted: Callable[[], _Interpreted], backend: Backend
) -> _Compiled | _Interpreted:
    """What runs compiled, or interpreted where that is wanted or nothing can be compiled.

    Parameters
    ----------
    compiled, interpreted : callable
        Make one or the other.
    backend : {"auto", "compiled", "virtual-machine"}
        "auto" compiles and falls back to the virtual machine, with one warning per process.

    Raises
    ------
    BuildError
        `backend` is "compiled" and it cannot be built.
    """
    if backend != "virtual-machine":
        try:
            return compiled()
        except BuildError as error:
            if backend == "compiled":
                raise
            warn_virtual_machine(str(error))
    return interpreted()


def step_kernel(
    step: ca.Function, observe: ca.Function, *, tangent: bool = False, backend: Backend = "auto"
) -> Kernel:
    """A kernel that repeats `step`.

    Parameters
    ----------
    step : Function
        ``(carry, values) -> carry``.
    observe : Function
        ``(state, values) -> signals``, where the state is the head of the carry.
    tangent : bool
        Whether directional derivatives are wanted.
    backend : {"auto", "compiled", "virtual-machine"}
        See :func:`build_kernel`.

    Raises
    ------
    BuildError
        `backend` is "compiled" and the kernel cannot be built.
    """
    return build_kernel(
        lambda: CompiledKernel(step, observe, tangent=tangent),
        lambda: VirtualMachineKernel(step, observe),
        backend,
    )
