"""The plant's time loops: emitted C for one plant or a batch, or CasADi's virtual machine.

A plant without a right pump runs on functions from which that pump is gone: its states stay at
zero, and a quarter of the work with them.
"""

from __future__ import annotations

import functools

import casadi as ca

from plants.compile import (
    Backend,
    Kernel,
    PlantKernel,
    Shared,
    VirtualMachineKernel,
    build_kernel,
    shared,
)
from plants.compile.code import PlantFunctions
from plants.plant import BEAT_SLACK, PHASE, STATES, VALUES, plant_model
from plants.quantities import WAVEFORMS, Array

RIGHT_PRESENT = VALUES.index["right_pump_present"]
#: States of the right pump, and how fast (1/s) each goes to zero where there is none: as in the
#: equations with the parameters of a pump that is not there.
_RIGHT_STATES = {"right_pump_flow": 100.0, "right_pump_speed": 1.0, "right_occlusion": 1.0}


@functools.cache
def plant_functions(right: bool = True) -> PlantFunctions:
    """What the emitter needs of the plant, with or without a right pump."""
    model = plant_model()
    slope = model.slope if right else _without_right_pump(model.slope)
    return PlantFunctions(
        slope,
        model.within_beat,
        model.at_beat_end,
        PHASE,
        VALUES.index["step"],
        len(WAVEFORMS),
        BEAT_SLACK,
    )


def _without_right_pump(slope: ca.Function) -> ca.Function:
    x, v = ca.SX.sym("x", len(STATES)), ca.SX.sym("v", len(VALUES))
    still, absent = ca.SX(x), ca.SX(v)
    for name in _RIGHT_STATES:
        still[STATES.index[name]] = 0
    absent[RIGHT_PRESENT] = 0
    absent[VALUES.index["right_speed_command"]] = 0
    rates, integrands, extremes = slope(still, absent)
    for name, rate in _RIGHT_STATES.items():
        place = STATES.index[name]
        rates[place] = -rate * x[place]
    return ca.Function("slope", [x, v], [rates, integrands, extremes], {"cse": True})


class EmittedKernel(Shared):
    """The emitted loop; takes the plant without a right pump where none is there."""

    def __init__(self, *, wrap: bool):
        self._kernels = {False: PlantKernel(plant_functions(False), wrap=wrap)}
        self._wrap = wrap

    def _kernel(self, values: Array) -> PlantKernel:
        right = bool(values[RIGHT_PRESENT] > 0)
        if right not in self._kernels:
            self._kernels[right] = PlantKernel(plant_functions(right), wrap=self._wrap)
        return self._kernels[right]

    def run(self, carry: Array, values: Array, steps: int, stride: int = 0) -> Array:
        """See :meth:`Kernel.run`."""
        return self._kernel(values).run(carry, values, steps, stride)

    def course(self, carry: Array, values: Array, steps: int) -> Array:
        """See :meth:`PlantKernel.course`."""
        return self._kernel(values).course(carry, values, steps)

    def state_tangent(self, path: Array, values: Array, d_state: Array) -> Array:
        """See :meth:`PlantKernel.state_tangent`."""
        return self._kernel(values).state_tangent(path, values, d_state)

    def tangent(
        self, carry: Array, values: Array, steps: int, d_carry: Array, d_values: Array
    ) -> None:
        """See :meth:`Kernel.tangent`."""
        self._kernel(values).tangent(carry, values, steps, d_carry, d_values)


def _time_loop(wrap: bool, backend: Backend) -> Kernel:
    def interpreted() -> Kernel:
        model = plant_model()
        return VirtualMachineKernel(model.run_step if wrap else model.beat_step, model.observe)

    return build_kernel(lambda: EmittedKernel(wrap=wrap), interpreted, backend)


@shared
def run_kernel(backend: Backend = "auto") -> Kernel:
    """The loop over any length of time, shared by all plants.

    Raises
    ------
    BuildError
        `backend` is "compiled" and the loop cannot be built.
    """
    return _time_loop(True, backend)


@shared
def beat_kernel(backend: Backend = "auto") -> Kernel:
    """The loop inside a beat, with exact sensitivities, shared by all plants."""
    return _time_loop(False, backend)
