"""Newton's method on the equations of a steady-state beat, and the slopes that it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from controllers.tracking.model.steady_state_equations import (
    NO_PUMP_SPEED,
    SteadyStateEquations,
    Tangent,
)
from controllers.tracking.model.tracked_quantities import PATIENT_STATES
from plants import PhysicsError, steady_state
from plants.plant import N_VOLUMES
from plants.quantities import Array, FailureKind

# Largest error of the equations (mL, mmHg) that counts as none: chords do the rest. Where no step
# makes it smaller, this much is rounding.
_SOLVED, _ROUNDING = 1e-3, 1e-2
_TRIES = 25
# Where three steps leave more than this share of an error of more than so much (mL, mmHg), there is
# hardly ever a beat.
_CREEPS, _LARGE, _STEPS = 0.75, 0.25, 3
# Shares of a Newton step that are tried side by side.
_DAMPING = np.array([1.0, 0.5, 0.25, 0.125, 1 / 32, 1 / 128])
# Beats marched from the nominal patient's own, and the share of the way that the pair moves at
# each.
_MARCH_FAR, _SHARE = 150, 0.1
# Slopes are out of date further away than this share of what was not known at first.
_FAR = 0.1
_SCALES = np.array([quantity.sd for quantity in PATIENT_STATES])


@dataclass(frozen=True)
class BeatLinearisation:
    """A steady-state beat and how it answers to the estimates.

    Attributes
    ----------
    speed : float
        Speed, rpm.
    point, unknowns, metrics : ndarray
        Estimates, and the beat there.
    inverse : ndarray
        Inverse of the Jacobian of the equations.
    metrics_by_unknown : ndarray
        Metrics by the unknowns.
    unknowns_by_estimate, metrics_by_estimate : ndarray
        The beat and its metrics by the estimates.
    linearised_at : ndarray
        Estimates at which the slopes are exact; the beat has moved on since.
    slow_convergence : bool
        Whether the last search with them took long.
    """

    speed: float
    point: Array
    unknowns: Array
    metrics: Array
    inverse: Array
    metrics_by_unknown: Array
    unknowns_by_estimate: Array
    metrics_by_estimate: Array
    linearised_at: Array
    slow_convergence: bool = False

    def unknowns_at(self, points: Array) -> Array:
        """Where the unknowns of other points should lie."""
        return self.unknowns + (points - self.point) @ self.unknowns_by_estimate.T

    def metrics_at(self, points: Array) -> Array:
        """What the metrics of other points should be."""
        return self.metrics + (points - self.point) @ self.metrics_by_estimate.T

    def recentred(self, point: Array, unknowns: Array, metrics: Array) -> BeatLinearisation:
        """The same slopes about another beat."""
        return replace(self, point=point.copy(), unknowns=unknowns.copy(), metrics=metrics.copy())

    def is_outdated_at(self, point: Array) -> bool:
        """Whether a point is far from where the slopes were taken."""
        return not are_near(point, self.linearised_at)

    def with_slow_convergence(self, slow: bool) -> BeatLinearisation:
        """The same, and whether the last search with it converged slowly."""
        return replace(self, slow_convergence=slow)


def are_near(point: Array, other: Array) -> bool:
    """Whether estimates are so near that what holds at one holds at the other."""
    return bool(np.max(np.abs(point - other) / _SCALES) <= _FAR)


def newton(
    equations: SteadyStateEquations, guess: Array, point: Array, speed: float, inputs: Array
) -> BeatLinearisation:
    """The steady-state beat at a point from a guess of the unknowns.

    Raises
    ------
    PhysicsError
        There is none near the guess.
    """
    name = equations.plant.patient.name
    where = "without the pump" if speed == NO_PUMP_SPEED else f"at {speed:g} rpm"
    text = f"no steady-state beat of the nominal patient {name} {where}"
    missing = PhysicsError(text, kind=FailureKind.NO_PERIODIC_BEAT)
    if not np.isfinite(guess).all():
        raise missing
    z, held = guess.copy(), np.array([speed])
    steps = int(equations.steps(point[None], z[None], held, inputs[None])[0])
    before: list[float] = []
    for _ in range(_TRIES):
        at = equations.tangent(point, z, speed, inputs, steps)
        size = float(np.max(np.abs(at.error)))
        if not (np.isfinite(size) and np.isfinite(at.jacobian).all()):
            break
        before.append(size)
        if size > _LARGE and len(before) > _STEPS + 1 and size > _CREEPS * before[-_STEPS - 1]:
            break
        try:
            inverse = np.asarray(np.linalg.inv(at.jacobian), dtype=np.float64)
        except np.linalg.LinAlgError:
            break
        if size < _SOLVED:
            if not equations.physical(z[None], at.metrics[None])[0]:
                break
            return _slopes(at, inverse, z, point, speed)
        step = -inverse @ at.error
        trials = z + _DAMPING[:, None] * step
        count = len(trials)
        many, known = np.repeat(point[None], count, axis=0), np.repeat(inputs[None], count, axis=0)
        errors, _ = equations.residual(
            many, trials, np.repeat(held, count), known, np.full(count, steps)
        )
        sizes = np.max(np.abs(errors), axis=1)
        better = np.flatnonzero(sizes < size)
        if not len(better):
            if size < _ROUNDING:  # Not a wrong way.
                return _slopes(at, inverse, z, point, speed)
            break
        z = trials[better[0]]
    raise missing


def _slopes(at: Tangent, inverse: Array, z: Array, point: Array, speed: float) -> BeatLinearisation:
    unknowns = -inverse @ at.forced
    metrics = at.metrics_by_unknown @ unknowns + at.metrics_by_estimate
    return BeatLinearisation(
        speed,
        point.copy(),
        z.copy(),
        at.metrics,
        inverse,
        at.metrics_by_unknown,
        unknowns,
        metrics,
        point.copy(),
    )


def start_near(
    equations: SteadyStateEquations,
    nearest: BeatLinearisation | None,
    point: Array,
    speed: float,
    inputs: Array,
) -> Array:
    """A guess of the unknowns from the beat at the nearest speed."""
    if nearest is None:
        return start_from_rest(equations, nearest, point, speed, inputs)
    guess = nearest.unknowns_at(point[None])[0]
    return guess if np.all(guess[:N_VOLUMES] > 0.0) else nearest.unknowns.copy()


def start_from_rest(
    equations: SteadyStateEquations,
    nearest: BeatLinearisation | None,
    point: Array,
    speed: float,
    inputs: Array,
) -> Array:
    """A guess of the unknowns from the nominal patient's own beat, marched for minutes.

    Raises
    ------
    PhysicsError
        The nominal patient has no periodic beat at the speed.
    """
    plant, held = equations.plant_at(speed)
    steady = steady_state(plant, held, beats=None if held != speed else equations.beats)
    guess = equations.unknowns(steady.state, steady.metrics["map"], 0.0)
    return equations.marched(point, guess, speed, inputs, _MARCH_FAR, _SHARE)
