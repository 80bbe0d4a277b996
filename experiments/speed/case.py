"""The patient that the speed study simulates."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import casadi as ca
import numpy as np

from plants import Plant, plant_model, steady_state
from plants.beat import DEFAULT_STEP
from plants.compile import CompiledKernel
from plants.plant import PHASE
from plants.quantities import Array

#: Patient, device, level.
CASE = ("shock-d", "CP", "P-8")
#: The speed is changed so that the state moves: level from which the course starts.
START_LEVEL = "P-4"


def case_name(patient: str, device: str | None, level: str | None) -> str:
    """A case in words."""
    return f"{patient} on {device} at {level}" if device else f"{patient} without a pump"


@dataclass(frozen=True)
class CaseStart:
    """The case where its course begins.

    Attributes
    ----------
    plant : Plant
        Patient and pump.
    speed : float
        Speed command of the course, rpm.
    state : ndarray
        State at the start.
    carry, values : ndarray
        State with the accumulators of this and the last beat, and what is held.
    """

    plant: Plant
    speed: float
    state: Array
    carry: Array
    values: Array


@functools.cache
def case_start() -> CaseStart:
    """The case, ready to run."""
    patient, device, level = CASE
    plant = Plant(patient, device)
    speed = plant.level_speed(level)
    state = steady_state(plant, plant.level_speed(START_LEVEL)).state
    state[PHASE] = 0.0
    values = plant.values(speed, None, DEFAULT_STEP)
    begun = np.asarray(plant_model().begin(state, values)).ravel()
    return CaseStart(plant, speed, state, np.concatenate([state, begun, begun]), values)


@functools.cache
def casadi_kernel() -> CompiledKernel:
    """CasADi's own generated C of the same step.

    Raises
    ------
    BuildError
        There is no compiler.
    """
    model = plant_model()
    return CompiledKernel(model.run_step, model.observe, tangent=False)


@functools.cache
def mapped_steps(batch: int, steps: int) -> ca.Function:
    """CasADi's ``map`` of the same step over a batch, ``fold`` over the steps, on its machine.

    Takes and gives carry and held values, a column for each patient: a fold of a map by itself
    would mix up the patients' parameters.
    """
    step = plant_model().run_step.map(batch)
    n, m = step.size1_in(0), step.size1_in(1)
    joint = ca.MX.sym("j", n + m, batch)
    moved = ca.vertcat(step(joint[:n, :], joint[n:, :]), joint[n:, :])
    return ca.Function("steps", [joint], [moved]).fold(steps)
