"""Steady-state beats of the nominal patient: periodic, reflex and valve in equilibrium.

The state at the onset of the beat and the equilibrium pair (mean pressure, mitral leak) solve one
system of equations together. Newton's method with the plant's exact derivatives finds the beat at
a setting once; all other beats there are found side by side with the same Jacobian, from where
the slopes say that they lie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.model.chord_iteration import chord_iteration
from controllers.tracking.model.estimated_patient import OUTPUTS, KnownInputs
from controllers.tracking.model.failed_searches import FailedSearches
from controllers.tracking.model.steady_state_equations import SteadyStateEquations
from controllers.tracking.model.steady_state_newton import (
    BeatLinearisation,
    newton,
    start_from_rest,
    start_near,
)
from plants import PhysicsError, Plant, SlowParameters
from plants.quantities import Array, FailureKind

Key = tuple[float, str]

# Searches that take more chords than this on the mean ask for new slopes.
_SLOW_CHORDS = 5.0
#: Settings whose beats are remembered; a pump has about ten levels.
REMEMBERED = 64


@dataclass(frozen=True)
class OperatingCondition:
    """Speed and known inputs under which a beat is in steady state.

    Attributes
    ----------
    speed : float
        Speed, rpm.
    inputs : KnownInputs
        What else is known.
    kind : str
        Beats of one kind and speed lie close together, and start from each other.
    """

    speed: float
    inputs: KnownInputs
    kind: str = ""

    @property
    def key(self) -> Key:
        """By which beats are remembered."""
        return self.speed, self.kind


@dataclass(frozen=True)
class SteadyStateOutputs:
    """Steady-state beats of points at settings.

    Attributes
    ----------
    values : ndarray, shape (settings, points, n_outputs)
        In the order of ``OUTPUTS``; NaN at a setting without a beat.
    exact : ndarray of bool, shape (settings, points)
        Whether the beat itself was found, and not only where the slopes say that it is.
    reasons : tuple of str
        For each setting why there is no beat; "" where there is one.
    """

    values: Array
    exact: NDArray[np.bool_]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Last:
    """The last centre of a setting and its outputs."""

    point: Array
    inputs: Array
    values: Array
    exact: bool
    reason: str

    def matches(self, point: Array, inputs: Array) -> bool:
        return np.array_equal(self.point, point) and np.array_equal(
            self.inputs, inputs, equal_nan=True
        )


class SteadyStateBeats:
    """Steady-state beats of one nominal patient on one pump.

    Parameters
    ----------
    plant : Plant
        The nominal patient and the pump.
    slow : SlowParameters
        What is assumed of reflex, drugs and valve.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.tracking.model import OperatingCondition, SteadyStateBeats
    >>> from controllers.tracking.model import OUTPUTS, KnownInputs
    >>> from controllers.tracking.model import N_PATIENT
    >>> from plants import Plant, SlowParameters
    >>> beats = SteadyStateBeats(Plant("shock-d", "CP"), SlowParameters.load())
    >>> inputs = KnownInputs(np.zeros(2), 250.0, 12.0)
    >>> conditions = [OperatingCondition(speed, inputs) for speed in (35_000.0, 44_000.0)]
    >>> steady = beats.centres(np.zeros((2, N_PATIENT)), conditions)
    >>> low, high = steady.values[:, 0, OUTPUTS.index["map"]]
    >>> bool(low < high)
    True
    """

    def __init__(self, plant: Plant, slow: SlowParameters):
        self.equations = SteadyStateEquations(plant, slow)
        self._slopes: dict[Key, BeatLinearisation] = {}
        self._last: dict[Key, _Last] = {}
        self._bends: dict[Key, Array] = {}
        self._failures = FailedSearches(REMEMBERED)

    def centres(
        self, points: Array, conditions: Sequence[OperatingCondition]
    ) -> SteadyStateOutputs:
        """The steady-state beat of one point at each setting, about which others will lie.

        Parameters
        ----------
        points : ndarray, shape (settings, n_patient)
            Estimates.
        conditions : sequence of OperatingCondition
            One for each point.
        """
        asked = zip(points, conditions, strict=True)
        new = [index for index, pair in enumerate(asked) if not self._known(*pair)]
        if new:
            self._find([points[index] for index in new], [conditions[index] for index in new])
        remembered = [self._last[condition.key] for condition in conditions]
        return SteadyStateOutputs(
            np.array([condition.values for condition in remembered])[:, None],
            np.array([[condition.exact] for condition in remembered]),
            tuple(condition.reason for condition in remembered),
        )

    def leaking_beat(self, point: Array, condition: OperatingCondition, leak: float) -> Array:
        """Metrics of the beat that a ventricle reaches whose mitral valve leaks at first.

        See :meth:`SteadyStateEquations.beat_from_leak`.

        Parameters
        ----------
        point : ndarray, shape (n_patient,)
            Estimates.
        condition : OperatingCondition
            Speed and known inputs.
        leak : float
            Leak from which it starts, mL/s/mmHg.

        Returns
        -------
        ndarray, shape (n_metrics,)

        Raises
        ------
        PhysicsError
            There is no beat at the setting from which to begin, or none is reached.
        """
        steady = self.centres(point[None], [condition])
        if steady.reasons[0]:
            raise PhysicsError(steady.reasons[0], kind=FailureKind.NO_PERIODIC_BEAT)
        begin = self._slopes[condition.key].unknowns_at(point[None])[0]
        inputs = condition.inputs.vector()
        return self.equations.beat_from_leak(begin, point, condition.speed, inputs, leak)

    def _find(self, centres: Sequence[Array], conditions: Sequence[OperatingCondition]) -> None:
        """Find beats of centres, and remember them."""
        points, reasons = np.array(centres), [""] * len(conditions)
        for index, condition in enumerate(conditions):
            if not self._recalled(condition):
                reasons[index] = self._renewed(condition, points[index])
        values = np.full((len(conditions), 1, len(OUTPUTS)), np.nan)
        exact = np.zeros((len(conditions), 1), bool)
        at = [index for index, reason in enumerate(reasons) if not reason]
        self._fill(values, exact, at, points[:, None], conditions, centred=True)
        again = []
        for index in at:
            condition, known = conditions[index], self._slopes[conditions[index].key]
            if not exact[index, 0] or (
                known.slow_convergence and known.is_outdated_at(points[index])
            ):
                failed = self._renewed(condition, points[index])
                again += [index] if not failed else []
                # A beat that was found is one, though its slopes cannot be had anew.
                if failed and not exact[index, 0]:
                    reasons[index], values[index] = failed, np.nan
        self._fill(values, exact, again, points[:, None], conditions, centred=True)
        for index, condition in enumerate(conditions):
            self._last[condition.key] = _Last(
                points[index],
                condition.inputs.vector(),
                values[index, 0],
                bool(exact[index, 0]),
                reasons[index],
            )
        for key in list(self._slopes)[: -(REMEMBERED + len(conditions))]:
            del self._slopes[key]
            self._last.pop(key, None)
            self._bends.pop(key, None)
            self._failures.forget_from_rest(key)

    def around(self, points: Array, conditions: Sequence[OperatingCondition]) -> SteadyStateOutputs:
        """Steady-state beats of points about the last centres of the settings.

        Parameters
        ----------
        points : ndarray, shape (settings, k, n_patient)
            Estimates.
        conditions : sequence of OperatingCondition
            Of :meth:`centres` that have a beat.
        """
        values = np.full((*points.shape[:2], len(OUTPUTS)), np.nan)
        exact = np.zeros(points.shape[:2], bool)
        self._fill(values, exact, list(range(len(conditions))), points, conditions)
        again = []
        # Where beats could not be reached, or only slowly, the slopes are out of date.
        for index, condition in enumerate(conditions):
            known = self._slopes[condition.key]
            lacking = known.slow_convergence or not exact[index].all()
            # Slopes that cannot be had anew are kept.
            if lacking and known.is_outdated_at(known.point):
                again += [index] if not self._renewed(condition, known.point) else []
        self._fill(values, exact, again, points, conditions)
        return SteadyStateOutputs(values, exact, ("",) * len(conditions))

    def _fill(
        self,
        values: Array,
        exact: NDArray[np.bool_],
        at: list[int],
        points: Array,
        conditions: Sequence[OperatingCondition],
        *,
        centred: bool = False,
    ) -> None:
        """Beats of all points at some of the settings, side by side."""
        if not at:
            return
        keys = [conditions[index].key for index in at]
        slopes, count = [self._slopes[key] for key in keys], points.shape[1]
        x = points[at].reshape(-1, points.shape[2])
        group = np.repeat(np.arange(len(at)), count)
        held = np.array([conditions[index].speed for index in at])[group]
        inputs = np.array([conditions[index].inputs.vector() for index in at])[group]
        guess = np.concatenate([s.unknowns_at(points[p]) for s, p in zip(slopes, at, strict=True)])
        linear_guess = guess
        if not centred:
            # The last points about this centre lay off the slopes by about as much.
            none = np.zeros((count, guess.shape[1]))
            bends = [self._bends.get(key, none) for key in keys]
            guess = guess + np.concatenate([b if b.shape == none.shape else none for b in bends])
        z, metrics, converged, chords = chord_iteration(
            self.equations, x, held, guess, slopes, group, inputs
        )
        if not converged.all():  # What was not found is taken from the slopes.
            linear = [s.metrics_at(points[p]) for s, p in zip(slopes, at, strict=True)]
            z = np.where(converged[:, None], z, guess)
            metrics = np.where(converged[:, None], metrics, np.concatenate(linear))
        outputs = np.concatenate([metrics, self.equations.extras(x, z, metrics, inputs)], axis=1)
        shape = (len(at), count)
        values[at], exact[at] = outputs.reshape(*shape, -1), converged.reshape(shape)
        if not centred:
            curvature = (z - linear_guess).reshape(*shape, -1)
            self._bends |= {key: curvature[index] for index, key in enumerate(keys)}
        slow = chords.reshape(shape).mean(axis=1) > _SLOW_CHORDS
        for index, (key, known) in enumerate(zip(keys, slopes, strict=True)):
            first = index * count
            moved = centred and converged[first]
            after = known.recentred(x[first], z[first], metrics[first]) if moved else known
            self._slopes[key] = after.with_slow_convergence(bool(slow[index]))

    def _known(self, point: Array, condition: OperatingCondition) -> bool:
        """Whether this is the last centre of a setting."""
        last = self._last.get(condition.key)
        return last is not None and last.matches(point, condition.inputs.vector())

    def _recalled(self, condition: OperatingCondition) -> bool:
        """Whether a setting has slopes; those are then the last to be forgotten."""
        known = self._slopes.pop(condition.key, None)
        if known is not None:
            self._slopes[condition.key] = known
        return known is not None

    def _renewed(self, condition: OperatingCondition, point: Array) -> str:
        """Take the slopes at a point; why there are none, or ""."""
        nearest = self._slopes.get(condition.key) or self._nearest(condition)
        inputs = condition.inputs.vector()
        distance = abs(nearest.speed - condition.speed) if nearest is not None else math.inf
        reason = self._failures.reason(condition.key, point, inputs, distance)
        if reason:
            return reason
        hopeless = self._failures.failed_from_rest(condition.key)
        for start in (start_near,) if hopeless else (start_near, start_from_rest):
            try:
                guess = start(self.equations, nearest, point, condition.speed, inputs)
                slopes = newton(self.equations, guess, point, condition.speed, inputs)
            except PhysicsError as error:
                reason = str(error)
            else:
                self._slopes[condition.key] = slopes
                self._failures.forget(condition.key)
                return ""
        self._failures.record(condition.key, point, inputs, distance, reason)
        if condition.key in self._slopes:
            self._failures.record_from_rest(condition.key)
        return reason

    def _nearest(self, condition: OperatingCondition) -> BeatLinearisation | None:
        """Slopes at the nearest speed, of the same kind where there are such."""

        def distance(key: Key) -> tuple[float, bool]:
            return abs(key[0] - condition.speed), key[1] != condition.kind

        return self._slopes[min(self._slopes, key=distance)] if self._slopes else None
