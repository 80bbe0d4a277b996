"""The plant's time loops: emitted C for one plant or a batch, or CasADi's virtual machine.

The emitted loops leave out what no plant of theirs has: the right pump, whose states stay at zero,
and with it a quarter of the work; forms of activation other than the usual one; inertia.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import casadi as ca

from plants.beat.along_path import PATH_ENTRIES
from plants.circulation import DOUBLE_HILL
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

#: States of the right pump, and how fast (1/s) each goes to zero where there is none: as in the
#: equations with the parameters of a pump that is not there.
RIGHT_STATES = {"right_pump_flow": 100.0, "right_pump_speed": 1.0, "right_occlusion": 1.0}
_INERTANCES = VALUES.index["l_aorta"], VALUES.index["l_pulmonary"]
_RIGHT_PRESENT, _FORM = VALUES.index["right_pump_present"], VALUES.index["activation_form"]


class PlantParts(NamedTuple):
    """What a time loop has to hold beyond what every plant has.

    Attributes
    ----------
    right_pump : bool
        A right pump.
    other_activation : bool
        Another form of the ventricles' activation than the double Hill.
    inertia : bool
        Inertia of the blood in the great arteries.
    """

    right_pump: bool = False
    other_activation: bool = False
    inertia: bool = False

    @classmethod
    def of(cls, values: Array) -> PlantParts:
        """Parts of a plant by its held values."""
        aorta, lungs = _INERTANCES
        return cls(
            bool(values[_RIGHT_PRESENT] > 0),
            bool(values[_FORM] != DOUBLE_HILL),
            bool(values[aorta] > 0 or values[lungs] > 0),
        )

    def with_those_of(self, other: PlantParts) -> PlantParts:
        """The parts of both."""
        return PlantParts(*(mine or theirs for mine, theirs in zip(self, other, strict=True)))


#: What most plants have, and what there is.
USUAL_PARTS, EVERY_PART = PlantParts(), PlantParts(True, True, True)


@functools.cache
def plant_functions(parts: PlantParts = EVERY_PART) -> PlantFunctions:
    """What the emitter needs of plants with these parts."""
    model = plant_model()
    return PlantFunctions(
        _without(parts, model.slope),
        model.within_beat,
        model.at_beat_end,
        PHASE,
        VALUES.index["step"],
        len(WAVEFORMS),
        BEAT_SLACK,
    )


def _without(parts: PlantParts, slope: ca.Function) -> ca.Function:
    """The slopes of plants that have no other parts."""
    if parts == EVERY_PART:
        return slope
    x, v = ca.SX.sym("x", len(STATES)), ca.SX.sym("v", len(VALUES))
    still, absent = ca.SX(x), ca.SX(v)
    if not parts.other_activation:
        absent[_FORM] = DOUBLE_HILL
    if not parts.inertia:
        for place in _INERTANCES:
            absent[place] = 0
    if not parts.right_pump:
        for name in RIGHT_STATES:
            still[STATES.index[name]] = 0
        absent[_RIGHT_PRESENT] = 0
        absent[VALUES.index["right_speed_command"]] = 0
    rates, integrands, extremes = slope(still, absent)
    if not parts.right_pump:
        for name, rate in RIGHT_STATES.items():
            place = STATES.index[name]
            rates[place] = -rate * x[place]
    return ca.Function("slope", [x, v], [rates, integrands, extremes], {"cse": True})


class EmittedKernel(Shared):
    """The emitted loops, each made when a plant with its parts comes."""

    def __init__(self, *, wrap: bool):
        self._wrap = wrap
        self._kernels = {USUAL_PARTS: self._made(USUAL_PARTS)}

    def _made(self, parts: PlantParts) -> PlantKernel:
        functions = plant_functions(parts)
        return PlantKernel(functions, wrap=self._wrap, path_entries=PATH_ENTRIES)

    def _kernel(self, values: Array) -> PlantKernel:
        parts = PlantParts.of(values)
        if parts not in self._kernels:
            self._kernels[parts] = self._made(parts)
        return self._kernels[parts]

    def run(self, carry: Array, values: Array, steps: int, stride: int = 0) -> Array:
        """See :meth:`Kernel.run`."""
        return self._kernel(values).run(carry, values, steps, stride)

    def course(self, carry: Array, values: Array, steps: int) -> Array:
        """See :meth:`PlantKernel.course`."""
        return self._kernel(values).course(carry, values, steps)

    def state_tangent(self, path: Array, values: Array, d_state: Array) -> Array:
        """See :meth:`PlantKernel.state_tangent`."""
        return self._kernel(values).state_tangent(path, values, d_state)

    def path_tangent(
        self, path: Array, values: Array, d_state: Array, d_held: Array, mark: int
    ) -> tuple[Array, Array, Array]:
        """See :meth:`PlantKernel.path_tangent`."""
        return self._kernel(values).path_tangent(path, values, d_state, d_held, mark)

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
