"""Settled beats of the believed patient: periodic, with the reflex and the valve in equilibrium.

The state at the onset of the beat and the settled pair (mean pressure, mitral leak) solve one
system of equations together. Newton's method with the plant's exact derivatives finds the beat at
a speed; all other beats there, those of sigma points, are found side by side with the same
Jacobian, from where the slopes say that they lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.belief import OUTPUTS, Told
from controllers.tracking.equations import SettledEquations
from controllers.tracking.newton import Slopes, newton, start_from_rest, start_near
from plants import METRICS, PhysicsError, Plant, SlowParameters

Array = NDArray[np.float64]

# A correction of a beat below which the rest is linear; the longest one that is taken; chords.
_SMALL, _LONGEST, _CHORDS = 0.02, 40.0, 10
# Searches that take more chords than this on the mean ask for new slopes.
_SLOW_CHORDS = 4.0
# A search whose correction grows to this many times the last one has lost its way.
_GROWTH = 3.0
# Speeds at which beats are remembered; a pump has about ten levels.
_REMEMBERED = 24


@dataclass(frozen=True)
class Settled:
    """Settled beats of points at speeds.

    Attributes
    ----------
    values : ndarray, shape (speeds, points, n_outputs)
        In the order of ``OUTPUTS``; NaN at a speed without a beat.
    exact : ndarray of bool, shape (speeds, points)
        Whether the beat itself was found, and not only where the slopes say that it is.
    reasons : tuple of str
        For each speed why there is no beat; "" where there is one.
    """

    values: Array
    exact: NDArray[np.bool_]
    reasons: tuple[str, ...]


class SettledBeats:
    """Settled beats of one believed patient on one pump.

    Parameters
    ----------
    plant : Plant
        The believed patient and the pump.
    slow : SlowParameters
        What is believed of reflex, drugs and valve.

    Examples
    --------
    >>> import numpy as np
    >>> from controllers.tracking.beats import SettledBeats
    >>> from controllers.tracking.belief import OUTPUT_PLACE, Told
    >>> from controllers.tracking.state import N_PATIENT
    >>> from plants import Plant, SlowParameters
    >>> beats = SettledBeats(Plant("shock-d", "CP"), SlowParameters.load())
    >>> found = beats.solve(
    ...     np.zeros((1, N_PATIENT)), [35_000.0, 44_000.0], Told(np.zeros(2), 250.0, 12.0))
    >>> low, high = found.values[:, 0, OUTPUT_PLACE["map"]]
    >>> bool(low < high)
    True
    """

    def __init__(self, plant: Plant, slow: SlowParameters):
        self.equations = SettledEquations(plant, slow)
        self._slopes: dict[float, Slopes] = {}

    def solve(self, points: Array, speeds: Sequence[float], told: Told) -> Settled:
        """Settled beats of every point at every speed.

        Parameters
        ----------
        points : ndarray, shape (k, n_patient)
            Estimates; the first is the centre, about which the others lie.
        speeds : sequence of float
            Speeds, rpm.
        told : Told
            What else is known.
        """
        for speed in [one for one in self._slopes if one not in speeds][_REMEMBERED:]:
            del self._slopes[speed]
        reasons = [self._prepared(speed, points[0], told) for speed in speeds]
        values = np.full((len(speeds), len(points), len(OUTPUTS)), np.nan)
        exact = np.zeros((len(speeds), len(points)), bool)
        at = [place for place, reason in enumerate(reasons) if not reason]
        if at:
            self._fill(values, exact, at, points, speeds, told)
        # Where beats could not be reached, or only slowly, the slopes are out of date.
        again = []
        for place in at:
            known = self._slopes[speeds[place]]
            lacking = known.slow or not exact[place].all()
            if not exact[place, 0] or (lacking and known.outdated(points[0])):
                reasons[place] = self._renewed(speeds[place], points[0], told)
                values[place] = np.nan
                if not reasons[place]:
                    again.append(place)
        if again:
            self._fill(values, exact, again, points, speeds, told)
        return Settled(values, exact, tuple(reasons))

    def _fill(
        self,
        values: Array,
        exact: NDArray[np.bool_],
        at: list[int],
        points: Array,
        speeds: Sequence[float],
        told: Told,
    ) -> None:
        """Beats of all points at some of the speeds, side by side."""
        slopes = [self._slopes[speeds[place]] for place in at]
        x = np.tile(points, (len(at), 1))
        group = np.repeat(np.arange(len(at)), len(points))
        held = np.array([speeds[place] for place in at])[group]
        guess = np.concatenate([one.unknowns_at(points) for one in slopes])
        z, metrics, found, chords = self._chords(x, held, guess, slopes, group, told)
        # What was not found is taken from the slopes.
        linear = np.concatenate([one.metrics_at(points) for one in slopes])
        z, metrics = np.where(found[:, None], z, guess), np.where(found[:, None], metrics, linear)
        outputs = np.concatenate([metrics, self.equations.extras(x, z, metrics, told)], axis=1)
        shape = (len(at), len(points))
        values[at] = outputs.reshape(*shape, -1)
        exact[at] = found.reshape(shape)
        for place, one in enumerate(slopes):
            first = place * len(points)
            moved = one.moved(points[0], z[first], metrics[first]) if found[first] else one
            slow = float(chords[first : first + len(points)].mean()) > _SLOW_CHORDS
            self._slopes[speeds[at[place]]] = moved.marked(slow=slow)

    def _chords(
        self,
        x: Array,
        speeds: Array,
        guess: Array,
        slopes: list[Slopes],
        group: NDArray[np.int64],
        told: Told,
    ) -> tuple[Array, Array, NDArray[np.bool_], NDArray[np.int64]]:
        """Newton's method with kept Jacobians: unknowns, metrics, which were found, and tries."""
        inverse = np.array([one.inverse for one in slopes])
        by_unknown = np.array([one.metrics_by_unknown for one in slopes])
        z, metrics = guess.copy(), np.full((len(x), len(METRICS)), np.nan)
        found, chords = np.zeros(len(x), bool), np.zeros(len(x), np.int64)
        last, active = np.full(len(x), np.inf), np.arange(len(x))
        steps = self.equations.steps(x, guess, speeds, told)
        for _ in range(_CHORDS):
            error, beaten = self.equations.residual(
                x[active], z[active], speeds[active], told, steps[active]
            )
            change = -np.einsum("kij,kj->ki", inverse[group[active]], error)
            size = self.equations.size(change)
            lost = ~np.isfinite(size) | (size > _GROWTH * last[active])
            change[lost] = 0.0
            done = ~lost & (size < _SMALL)
            change *= np.minimum(1.0, _LONGEST / np.maximum(size, 1e-9))[:, None]
            z[active] += change
            chords[active] += 1
            ended = active[done]
            linear = np.einsum("kij,kj->ki", by_unknown[group[ended]], change[done])
            metrics[ended] = beaten[done] + linear
            found[ended] = self.equations.physical(z[ended], metrics[ended])
            last[active] = size
            active = active[~done & ~lost]
            if not len(active):
                break
        return z, metrics, found, chords

    def _prepared(self, speed: float, point: Array, told: Told) -> str:
        return "" if speed in self._slopes else self._renewed(speed, point, told)

    def _renewed(self, speed: float, point: Array, told: Told) -> str:
        """Take the slopes at a point; why there are none, or ""."""
        known = self._slopes.pop(speed, None)
        nearest = known or min(
            self._slopes.values(), key=lambda one: abs(one.speed - speed), default=None
        )
        for start in (start_near, start_from_rest):
            try:
                guess = start(self.equations, nearest, point, speed, told)
                self._slopes[speed] = newton(self.equations, guess, point, speed, told)
            except PhysicsError as error:
                reason = str(error)
            else:
                return ""
        return reason
