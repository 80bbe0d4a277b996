"""One beat of the plant as a map: state at the onset of a beat to state at the next, with exact
derivatives and the metrics of the beat.

Estimators, linear design and model-predictive control all predict with this map; it is the plant
itself on a grid of the cardiac phase, not a reduced model of it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import casadi as ca
import numpy as np

from plants.beat.along_path import directions_along, follows_path
from plants.beat.beat_function import beat_function
from plants.beat.time_loop import RIGHT_STATES, EmittedKernel, PlantParts, beat_kernel
from plants.compile import ArrayFunction, Backend
from plants.compile.expressions import directional_derivative
from plants.plant import METRICS, PHASE, STATES, STEP, VALUES, Plant, plant_model
from plants.quantities import SECONDS_PER_MINUTE, Array, unknown_name

N_STATE = len(STATES)
_RATE, _RATE_FACTOR = VALUES.index["heart_rate"], VALUES.index["disturbance_heart_rate"]
_INERTIA = (STATES.index["aorta_flow"], STATES.index["lung_flow"])
_NO_STATES, _NO_METRICS = np.empty((0, N_STATE)), np.empty((0, len(METRICS)))
#: Longest integration step (s) where none is given; chosen by the convergence study in
#: results/convergence. That of a beat is the cycle over a whole number of steps.
DEFAULT_STEP = 0.002


@dataclass(frozen=True)
class Beat:
    """Result of one beat.

    Attributes
    ----------
    state : ndarray, shape (n_states,)
        State at the onset of the next beat.
    metrics : ndarray, shape (n_metrics,)
        In the order of ``METRICS``.
    d_state, d_metrics : ndarray, shape (m, ...)
        Their directional derivatives, a row for each direction; empty where none was asked for.
    path : ndarray, shape (steps, n_states), or None
        States before each step, where they were kept.
    """

    state: Array
    metrics: Array
    d_state: Array
    d_metrics: Array
    path: Array | None = None


class BeatMap:
    """The beat map of one plant.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    step : float
        Longest integration step, s.
    backend : {"auto", "compiled", "virtual-machine"}
        Where the loop runs.

    Examples
    --------
    >>> from plants import BeatMap, Plant
    >>> plant = Plant("shock-d", "CP")
    >>> beats = BeatMap(plant)
    >>> values = beats.values(40_000)
    >>> beats.beat(plant.rest(), values).state.shape
    (21,)
    """

    def __init__(self, plant: Plant, *, step: float = DEFAULT_STEP, backend: Backend = "auto"):
        self.plant, self.step = plant, min(step, plant.largest_step())
        self.kernel = beat_kernel(backend)

    def values(self, speed: float, disturbances: Mapping[str, float] | None = None) -> Array:
        """Held values of a beat at a speed (rpm) under the disturbances, its step included."""
        period = SECONDS_PER_MINUTE / self.plant.heart_rate(disturbances)
        longest = min(self.step, self.plant.largest_step(disturbances))
        steps = max(1, math.ceil(period / longest - 1e-9))
        return self.plant.values(speed, disturbances, period / steps)

    def with_entries(self, values: Array, entries: Sequence[int], numbers: Array) -> Array:
        """Held values with other numbers in some places; the steps of the beat fit it again."""
        values, steps = values.copy(), self.steps(values)
        values[list(entries)] = numbers
        values[STEP] = self.period(values) / steps
        return values

    def function(
        self,
        values: Array,
        inputs: Sequence[str] = ("speed_command",),
        metrics: Sequence[str] = METRICS.names,
    ) -> ca.Function:
        """The beat as a CasADi function with its exact Jacobian.

        For an ``nlpsol`` of your own: by multiple shooting over beats, for example, or for a
        steady state with constraints. Second derivatives are not given: solvers want an
        approximation of the Hessian (IPOPT: ``hessian_approximation`` "limited-memory").

        Parameters
        ----------
        values : ndarray, shape (n_values,)
            Held values, from :meth:`values`.
        inputs : sequence of str
            Which entries of ``VALUES`` are inputs of the function; the others stay.
        metrics : sequence of str
            Which of ``METRICS`` it gives.

        Returns
        -------
        Function
            ``(state, inputs) -> (state_after, metrics)``: the states (n_states,) at the onset of
            the beat, whose phase counts as 0, and of the next; the inputs in the units of the
            values (speeds in rpm).

        Raises
        ------
        InputError
            An unknown name, or the step as an input.

        Examples
        --------
        >>> import casadi as ca
        >>> from plants import BeatMap, Plant
        >>> plant = Plant("shock-d", "CP")
        >>> beats = BeatMap(plant)
        >>> beat = beats.function(beats.values(40_000), metrics=["map"])
        >>> beat.size1_in("state"), beat.size1_in("inputs"), beat.size1_out("metrics")
        (21, 1, 1)
        """
        allowed = [name for name in VALUES.index if name != "step"]
        for name in inputs:
            if name not in allowed:
                raise unknown_name("inputs", name, allowed)
        for name in metrics:
            if name not in METRICS.index:
                raise unknown_name("metrics", name, METRICS.names)
        return beat_function(self, values, [VALUES.index[name] for name in inputs], tuple(metrics))

    def steps(self, values: Array) -> int:
        """Number of integration steps in a beat."""
        return round(self.period(values) / values[STEP])

    def moving_states(self, values: Array) -> Array:
        """Places of the states that act on a beat: without what the plant does not have."""
        parts = PlantParts.of(values)
        return _moving(parts.inertia, parts.right_pump)[0]

    def period(self, values: Array) -> float:
        """Duration of a beat, s."""
        return SECONDS_PER_MINUTE / (values[_RATE] * values[_RATE_FACTOR])

    def beat(
        self,
        state: Array,
        values: Array,
        d_state: Array | None = None,
        d_values: Array | None = None,
        *,
        keep: bool = False,
    ) -> Beat:
        """Advance one beat.

        Parameters
        ----------
        state : ndarray, shape (n_states,)
            State at the onset of the beat; its phase is taken as 0.
        values : ndarray, shape (n_values,)
            From :meth:`values`.
        d_state, d_values : ndarray, shape (m, ...), optional
            Directions of the derivatives wanted; either may be left out and is then zero. The step
            moves with the heart rate, so that a beat stays a beat: its own entry is ignored.
        keep : bool
            Keep the states before each step, from which :meth:`jacobian` then follows at the cost
            of about one beat; without derivatives only, and only by the emitted loop.
        """
        start = state.copy()
        start[PHASE] = 0.0
        carry = np.concatenate([start, _numeric("begin")(start, values)])
        path = None
        if d_state is None and d_values is None:
            if keep and isinstance(self.kernel, EmittedKernel):
                path = self.kernel.course(carry, values, self.steps(values))
            else:
                self.kernel.run(carry, values, self.steps(values))
            moved, d_metrics = _NO_STATES, _NO_METRICS
        else:
            d_state, d_values = _directions(d_state, d_values, values)
            if isinstance(self.kernel, EmittedKernel) and follows_path(d_values):
                return self._along_path(carry, values, d_state, d_values)
            d_carry = self._seeds(start, values, d_state, d_values)
            self.kernel.tangent(carry, values, self.steps(values), d_carry, d_values)
            moved = d_carry[:, :N_STATE]
            d_metrics = self._metric_rows(carry, values, d_carry, d_values)
        end, acc = carry[:N_STATE], carry[N_STATE:]
        metrics = _numeric("metrics")(acc, end, values)
        return Beat(end, metrics, moved, d_metrics, path)

    def _along_path(self, carry: Array, values: Array, d_state: Array, d_values: Array) -> Beat:
        kernel = self.kernel
        assert isinstance(kernel, EmittedKernel)
        path = np.empty((self.steps(values) + 1, N_STATE))
        path[:-1] = kernel.course(carry, values, self.steps(values))
        end, acc = carry[:N_STATE], carry[N_STATE:]
        path[-1] = end
        moved = directions_along(kernel.path_tangent, path, acc, values, d_state, d_values)
        return Beat(end, _numeric("metrics")(acc, end, values), *moved)

    def jacobian(self, state: Array, values: Array, beat: Beat | None = None) -> Array:
        """Derivative of the state after a beat by the state before it, shape (n_states, n_states).

        Parameters
        ----------
        state : ndarray, shape (n_states,)
            State at the onset of the beat; its phase is taken as 0 and does not count.
        values : ndarray, shape (n_values,)
            From :meth:`values`.
        beat : Beat, optional
            The beat from there, if it has been run already and its path kept.

        Examples
        --------
        >>> from plants import BeatMap, Plant
        >>> plant = Plant("shock-d", "CP")
        >>> beats = BeatMap(plant)
        >>> beats.jacobian(plant.rest(), beats.values(40_000)).shape
        (21, 21)
        """
        if not isinstance(self.kernel, EmittedKernel):
            return self.beat(state, values, d_state=np.eye(N_STATE)).d_state.T
        path = beat.path if beat is not None else None
        if path is None:
            path = self.beat(state, values, keep=True).path
        assert path is not None
        jacobian = np.zeros((N_STATE, N_STATE))
        parts = PlantParts.of(values)
        moving, directions = _moving(parts.inertia, parts.right_pump)
        jacobian[:, moving] = self.kernel.state_tangent(path, values, directions).T
        if not parts.right_pump:
            for name, rate in RIGHT_STATES.items():
                place = STATES.index[name]
                jacobian[place, place] = _faded(rate * float(values[STEP])) ** self.steps(values)
        return jacobian

    def _seeds(self, start: Array, values: Array, d_state: Array, d_values: Array) -> Array:
        """Directions of the carried vector at the onset: the accumulator begins at the state."""
        rows = _tangent("begin", len(d_state))(start, values, d_state.T, d_values.T)
        return np.ascontiguousarray(np.concatenate([d_state, np.asarray(rows).T], axis=1))

    def _metric_rows(self, carry: Array, values: Array, d_carry: Array, d_values: Array) -> Array:
        count = len(d_carry)
        acc, end = carry[N_STATE:], carry[:N_STATE]
        rows = _tangent("metrics", count)(
            acc, end, values, d_carry[:, N_STATE:].T, d_carry[:, :N_STATE].T, d_values.T
        )
        return np.asarray(rows).T


@functools.cache
def _moving(inertia: bool, right_pump: bool) -> tuple[Array, Array]:
    """States in whose directions a beat has to be followed, and these directions.

    All but the phase; without inertia its flows are 0 whatever they were, and the states of a right
    pump that is not there act on nothing. Their directions would make the compiled loop take a
    second turn.
    """
    right = {STATES.index[name] for name in RIGHT_STATES}
    left = {PHASE} | (set() if inertia else {*_INERTIA}) | (set() if right_pump else right)
    moving = np.array([i for i in range(N_STATE) if i not in left])
    directions = np.eye(N_STATE)[moving]
    for kept in (moving, directions):
        kept.setflags(write=False)
    return moving, directions


def _faded(z: float) -> float:
    """What a Runge-Kutta step leaves of a state that fades at the rate z over the step."""
    return 1 - z * (1 - z / 2 * (1 - z / 3 * (1 - z / 4)))


@functools.cache
def _numeric(name: str) -> ArrayFunction:
    """A function of the plant's model on arrays."""
    return ArrayFunction(getattr(plant_model(), name))


@functools.cache
def _tangent(name: str, count: int) -> ca.Function:
    """Derivatives of a function of the plant's model along a number of directions, in columns."""
    return directional_derivative(getattr(plant_model(), name)).map(count)


def _directions(
    d_state: Array | None, d_values: Array | None, values: Array
) -> tuple[Array, Array]:
    count = len(d_state if d_state is not None else d_values)  # type: ignore[arg-type]
    d_state = np.zeros((count, N_STATE)) if d_state is None else d_state.copy()
    d_values = np.zeros((count, len(values))) if d_values is None else d_values.copy()
    d_state[:, PHASE] = 0.0
    # The number of steps of a beat is fixed: step = 60 / (rate * factor * steps).
    relative = d_values[:, _RATE] / values[_RATE]
    relative += d_values[:, _RATE_FACTOR] / values[_RATE_FACTOR]
    d_values[:, STEP] = -values[STEP] * relative
    return np.ascontiguousarray(d_state), np.ascontiguousarray(d_values)
