"""Integration schemes for the convergence study, and the reference they are measured against."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import casadi as ca
import numpy as np

from experiments.studies.convergence.right_hand_side import RightHandSide
from plants import (
    METRICS,
    STATES,
    WAVEFORMS,
    BeatMap,
    PhysicsError,
    Plant,
    plant_model,
    steady_state,
)
from plants.beat import beat_kernel
from plants.circulation import activation_shape, end_systolic_phase
from plants.compile import Kernel, step_kernel
from plants.plant import (
    ACCUMULATOR,
    EXTREMES,
    INTEGRALS,
    N_VOLUMES,
    PHASE,
    VALUES,
    FreeWall,
    held_values,
    metrics as beats_of,
)
from plants.quantities import SECONDS_PER_MINUTE, Array, FailureKind

Stage = tuple[ca.SX, ca.SX]
N_STATE = len(STATES)
#: Tolerance of the reference solution, relative and absolute.
REFERENCE_TOLERANCE = 1e-10
#: Largest change of a state over the reference beat (mL, mL/s, krpm).
_PERIODIC = 1e-7
_SAMPLES = 20_000  # of the reference beat, for its extremes
_VEINS = STATES.index["systemic_vein_volume"]


def _euler(f: Callable[[ca.SX], Stage], x: ca.SX, h: ca.SX) -> Stage:
    k, g = f(x)
    return x + h * k, g


def _heun(f: Callable[[ca.SX], Stage], x: ca.SX, h: ca.SX) -> Stage:
    k1, g1 = f(x)
    k2, g2 = f(x + h * k1)
    return x + h / 2 * (k1 + k2), (g1 + g2) / 2


def _runge_kutta(f: Callable[[ca.SX], Stage], x: ca.SX, h: ca.SX) -> Stage:
    k1, g1 = f(x)
    k2, g2 = f(x + h / 2 * k1)
    k3, g3 = f(x + h / 2 * k2)
    k4, g4 = f(x + h * k3)
    return x + h / 6 * (k1 + 2 * (k2 + k3) + k4), (g1 + 2 * (g2 + g3) + g4) / 6


#: Schemes by name; the last is what the plant uses.
SCHEMES: Mapping[str, Callable[..., Stage]] = {"Euler": _euler, "Heun": _heun, "RK4": _runge_kutta}


@functools.cache
def scheme_kernel(scheme: str) -> Kernel:
    """The loop inside a beat, as :func:`plants.beat.beat_kernel`, with another scheme."""
    model = plant_model()
    if scheme == "RK4":
        return beat_kernel()
    b, v = ca.SX.sym("b", N_STATE + len(ACCUMULATOR)), ca.SX.sym("v", len(VALUES))
    x, acc = b[:N_STATE], b[N_STATE:]
    step = v[VALUES.index["step"]]

    def rates(at: ca.SX) -> Stage:
        derivative, _, integrands, _ = model.derivative(at, v)
        return derivative, integrands

    after, integrands = SCHEMES[scheme](rates, x, step)
    extremes = model.derivative(after, v)[3]
    factor = v[VALUES.index["heart_rate"]] * v[VALUES.index["disturbance_heart_rate"]]
    acc = beats_of.add_extremes(beats_of.add_integrals(acc, step, integrands), extremes)
    acc = beats_of.add_end_systole(
        acc, _free_wall(x, v), _free_wall(after, v), SECONDS_PER_MINUTE / factor
    )
    body = ca.Function("beat_step", [b, v], [ca.vertcat(after, acc)], {"cse": True})
    return step_kernel(body, model.observe, tangent=True)


def _free_wall(x: ca.SX, v: ca.SX) -> FreeWall:
    """Phase and the volume (mL) that the free wall of the left ventricle holds."""
    shift = plant_model().observe(x, v)[WAVEFORMS.index("septum_shift")]
    return FreeWall(phase=x[PHASE], volume=x[STATES.index["lv_volume"]] - shift)


class SchemeMap(BeatMap):
    """A beat map with any scheme and any step, also one too long to be stable."""

    def __init__(self, plant: Plant, scheme: str, step: float):
        super().__init__(plant)
        self.kernel, self.step = scheme_kernel(scheme), step

    def values(self, speed: float, disturbances: Mapping[str, float] | None = None) -> Array:
        """See :meth:`plants.BeatMap.values`; the step is the one asked for, or a little less."""
        period = SECONDS_PER_MINUTE / self.plant.heart_rate(disturbances)
        return self.plant.values(speed, disturbances, period / math.ceil(period / self.step - 1e-9))


@dataclass(frozen=True)
class ReferenceBeat:
    """A periodic beat found with a solver of high order at a tight tolerance.

    Attributes
    ----------
    state : ndarray, shape (n_states,)
        At the onset of the beat.
    metrics : dict of float
        By signal name.
    change : float
        Largest change of a state over the beat.
    """

    state: Array
    metrics: dict[str, float]
    change: float


def reference_beat(
    plant: Plant, speed: float, *, rtol: float = REFERENCE_TOLERANCE
) -> ReferenceBeat:
    """The periodic beat by scipy's DOP853, its extremes from the dense solution.

    Newton's method with the Jacobian of the plant's own beat map, which is near enough to the
    solver's for the change over a beat to fall by orders of magnitude at each iteration.

    Raises
    ------
    PhysicsError
        The beat was not found.
    """
    fine = steady_state(plant, speed, beats=BeatMap(plant, step=2.5e-4))
    state, values = fine.state.copy(), fine.values
    free = np.array([i for i in range(N_STATE) if i != PHASE])
    slope = fine.jacobian - np.eye(N_STATE)
    slope[_VEINS] = np.arange(N_STATE) < N_VOLUMES
    total = state[:N_VOLUMES].sum()
    period = SECONDS_PER_MINUTE / plant.heart_rate()
    rhs = RightHandSide(values)
    change = np.inf
    for _ in range(12):
        after = _solved(rhs, state, period, rtol).y[:, -1]
        error = after - state
        error[PHASE] = 0.0
        change = float(np.abs(error).max())
        if change < _PERIODIC:
            return ReferenceBeat(state, _metrics(plant, state, values, period, rtol), change)
        error[_VEINS] = state[:N_VOLUMES].sum() - total
        state[free] -= np.linalg.solve(slope[np.ix_(free, free)], error[free])
    raise PhysicsError(
        f"no reference beat of patient {plant.patient.name} at {speed:g} rpm: the change over a "
        f"beat stays at {change:.3g}",
        kind=FailureKind.NO_PERIODIC_BEAT,
    )


def _solved(
    rhs: RightHandSide, start: Array, seconds: float, rtol: float, *, dense_output: bool = False
) -> Any:
    from scipy.integrate import solve_ivp  # Slow to import, and only needed here.

    solution = solve_ivp(
        rhs, (0.0, seconds), start, method="DOP853", rtol=rtol, atol=rtol, dense_output=dense_output
    )
    if not solution.success:
        text = f"the reference solver stopped: {solution.message}"
        raise PhysicsError(text, kind=FailureKind.SOLVER_STOPPED)
    return solution


def _metrics(
    plant: Plant, state: Array, values: Array, period: float, rtol: float
) -> dict[str, float]:
    """Metrics of the beat from its integrals and from a dense sample of it."""
    model = plant_model()
    rhs = RightHandSide(values, integrals=True)
    start = np.concatenate([state, np.zeros(len(INTEGRALS))])
    solution = _solved(rhs, start, period, rtol, dense_output=True)
    dense = solution.sol(np.linspace(0.0, period, _SAMPLES + 1))
    sampled = dense[:N_STATE]
    extremes = model.derivative.map(_SAMPLES + 1)(
        sampled, np.repeat(values[:, None], _SAMPLES + 1, axis=1)
    )[3]
    sampled_extremes = np.asarray(extremes)
    acc = np.asarray(model.begin(state, values)).ravel()
    index = ACCUMULATOR.index
    acc[index["duration"]] = period
    acc[index["duration"] + 1 : index["duration"] + 1 + len(INTEGRALS)] = dense[N_STATE:, -1]
    for k, name in enumerate(EXTREMES):
        acc[index[f"max_{name}"]] = sampled_extremes[k].max()
        acc[index[f"min_{name}"]] = sampled_extremes[k].min()
    shape = activation_shape(held_values(ca.SX(values)).p)
    systole = float(end_systolic_phase(ca.SX(period), shape)) * period
    then = solution.sol(systole)[:N_STATE]
    shift = np.asarray(model.observe(then, values)).ravel()[WAVEFORMS.index("septum_shift")]
    acc[index["end_systolic_volume"]] = then[STATES.index["lv_volume"]] - shift
    row = np.asarray(model.metrics(acc, solution.y[:N_STATE, -1], values)).ravel()
    return METRICS.as_dict(row)
