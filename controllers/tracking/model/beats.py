"""Settled beats of the believed patient: periodic, with the reflex and the valve in equilibrium.

The state at the onset of the beat and the settled pair (mean pressure, mitral leak) solve one
system of equations together. Newton's method with the plant's exact derivatives finds the beat at
a setting once; all other beats there are found side by side with the same Jacobian, from where
the slopes say that they lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from controllers.tracking.model.belief import OUTPUTS, Told
from controllers.tracking.model.equations import SettledEquations
from controllers.tracking.model.leaking_beat import led_from_leak
from controllers.tracking.model.settled_newton import Slopes, newton, start_from_rest, start_near
from plants import METRICS, PhysicsError, Plant, SlowParameters

Array = NDArray[np.float64]
Key = tuple[float, str]

# A correction of a beat below which the rest is linear; the longest one that is taken; chords.
_SMALL, _LONGEST, _CHORDS = 0.1, 40.0, 12
# Searches that take more chords than this on the mean ask for new slopes.
_SLOW_CHORDS = 5.0
# A search whose correction grows to this many times the last one has lost its way.
_GROWTH = 3.0
# Settings whose beats are remembered; a pump has about ten levels.
_REMEMBERED = 64


@dataclass(frozen=True)
class Setting:
    """Under what a beat is settled.

    Attributes
    ----------
    speed : float
        Speed, rpm.
    told : Told
        What else is known.
    kind : str
        Beats of one kind and speed lie close together, and start from each other.
    """

    speed: float
    told: Told
    kind: str = ""

    @property
    def key(self) -> Key:
        """By which beats are remembered."""
        return self.speed, self.kind


@dataclass(frozen=True)
class Settled:
    """Settled beats of points at settings.

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
    told: Array
    values: Array
    exact: bool
    reason: str

    def is_of(self, point: Array, told: Array) -> bool:
        return np.array_equal(self.point, point) and np.array_equal(self.told, told, equal_nan=True)


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
    >>> from controllers.tracking.model import Setting, SettledBeats
    >>> from controllers.tracking.model import OUTPUT_PLACE, Told
    >>> from controllers.tracking.model import N_PATIENT
    >>> from plants import Plant, SlowParameters
    >>> beats = SettledBeats(Plant("shock-d", "CP"), SlowParameters.load())
    >>> told = Told(np.zeros(2), 250.0, 12.0)
    >>> found = beats.centres(
    ...     np.zeros((2, N_PATIENT)), [Setting(35_000.0, told), Setting(44_000.0, told)])
    >>> low, high = found.values[:, 0, OUTPUT_PLACE["map"]]
    >>> bool(low < high)
    True
    """

    def __init__(self, plant: Plant, slow: SlowParameters):
        self.equations = SettledEquations(plant, slow)
        self._slopes: dict[Key, Slopes] = {}
        self._last: dict[Key, _Last] = {}
        self._bends: dict[Key, Array] = {}

    def centres(self, points: Array, settings: Sequence[Setting]) -> Settled:
        """The settled beat of one point at each setting, about which others will lie.

        Parameters
        ----------
        points : ndarray, shape (settings, n_patient)
            Estimates.
        settings : sequence of Setting
            One for each point.
        """
        asked = zip(points, settings, strict=True)
        new = [place for place, pair in enumerate(asked) if not self._known(*pair)]
        if new:
            self._find([points[place] for place in new], [settings[place] for place in new])
        found = [self._last[one.key] for one in settings]
        return Settled(
            np.array([one.values for one in found])[:, None],
            np.array([[one.exact] for one in found]),
            tuple(one.reason for one in found),
        )

    def stretched(self, point: Array, setting: Setting, leak: float) -> Array:
        """Metrics of the beat that a ventricle comes to whose mitral valve leaks at first.

        See :func:`~controllers.tracking.model.leaking_beat.led_from_leak`.

        Parameters
        ----------
        point : ndarray, shape (n_patient,)
            Estimates.
        setting : Setting
            Under what the beat is settled.
        leak : float
            Leak from which it is led, mL/s/mmHg.

        Returns
        -------
        ndarray, shape (n_metrics,)

        Raises
        ------
        PhysicsError
            There is no beat at the setting from which to begin, or none is come to.
        """
        found = self.centres(point[None], [setting])
        if found.reasons[0]:
            raise PhysicsError(found.reasons[0])
        begin = self._slopes[setting.key].unknowns_at(point[None])[0]
        told = setting.told.vector()
        return led_from_leak(self.equations, begin, point, setting.speed, told, leak)

    def _find(self, centres: Sequence[Array], settings: Sequence[Setting]) -> None:
        """Find beats of centres, and remember them."""
        points, reasons = np.array(centres), [""] * len(settings)
        for place, one in enumerate(settings):
            if not self._recalled(one):
                reasons[place] = self._renewed(one, points[place])
        values = np.full((len(settings), 1, len(OUTPUTS)), np.nan)
        exact = np.zeros((len(settings), 1), bool)
        at = [place for place, reason in enumerate(reasons) if not reason]
        self._fill(values, exact, at, points[:, None], settings, centred=True)
        again = []
        for place in at:
            one, known = settings[place], self._slopes[settings[place].key]
            if not exact[place, 0] or (known.slow and known.outdated(points[place])):
                reasons[place] = self._renewed(one, points[place])
                values[place] = np.nan
                again += [place] if not reasons[place] else []
        self._fill(values, exact, again, points[:, None], settings, centred=True)
        for place, one in enumerate(settings):
            self._last[one.key] = _Last(
                points[place],
                one.told.vector(),
                values[place, 0],
                bool(exact[place, 0]),
                reasons[place],
            )
        for key in list(self._slopes)[: -(_REMEMBERED + len(settings))]:
            del self._slopes[key]
            self._last.pop(key, None)
            self._bends.pop(key, None)

    def around(self, points: Array, settings: Sequence[Setting]) -> Settled:
        """Settled beats of points about the last centres of the settings.

        Parameters
        ----------
        points : ndarray, shape (settings, k, n_patient)
            Estimates.
        settings : sequence of Setting
            Of :meth:`centres` that have a beat.
        """
        values = np.full((*points.shape[:2], len(OUTPUTS)), np.nan)
        exact = np.zeros(points.shape[:2], bool)
        self._fill(values, exact, list(range(len(settings))), points, settings)
        again = []
        # Where beats could not be reached, or only slowly, the slopes are out of date.
        for place, one in enumerate(settings):
            known = self._slopes[one.key]
            lacking = known.slow or not exact[place].all()
            # Slopes that cannot be had anew are kept.
            if lacking and known.outdated(known.point):
                again += [place] if not self._renewed(one, known.point) else []
        self._fill(values, exact, again, points, settings)
        return Settled(values, exact, ("",) * len(settings))

    def _fill(
        self,
        values: Array,
        exact: NDArray[np.bool_],
        at: list[int],
        points: Array,
        settings: Sequence[Setting],
        *,
        centred: bool = False,
    ) -> None:
        """Beats of all points at some of the settings, side by side."""
        if not at:
            return
        keys = [settings[place].key for place in at]
        slopes, count = [self._slopes[key] for key in keys], points.shape[1]
        x = points[at].reshape(-1, points.shape[2])
        group = np.repeat(np.arange(len(at)), count)
        held = np.array([settings[place].speed for place in at])[group]
        told = np.array([settings[place].told.vector() for place in at])[group]
        guess = np.concatenate([s.unknowns_at(points[p]) for s, p in zip(slopes, at, strict=True)])
        linear_guess = guess
        if not centred:
            # The last points about this centre lay off the slopes by about as much.
            none = np.zeros((count, guess.shape[1]))
            bends = [self._bends.get(key, none) for key in keys]
            guess = guess + np.concatenate([b if b.shape == none.shape else none for b in bends])
        z, metrics, found, chords = self._chords(x, held, guess, slopes, group, told)
        if not found.all():  # What was not found is taken from the slopes.
            linear = [s.metrics_at(points[p]) for s, p in zip(slopes, at, strict=True)]
            z = np.where(found[:, None], z, guess)
            metrics = np.where(found[:, None], metrics, np.concatenate(linear))
        outputs = np.concatenate([metrics, self.equations.extras(x, z, metrics, told)], axis=1)
        shape = (len(at), count)
        values[at], exact[at] = outputs.reshape(*shape, -1), found.reshape(shape)
        if not centred:
            bent = (z - linear_guess).reshape(*shape, -1)
            self._bends |= {key: bent[place] for place, key in enumerate(keys)}
        slow = chords.reshape(shape).mean(axis=1) > _SLOW_CHORDS
        for place, (key, known) in enumerate(zip(keys, slopes, strict=True)):
            first = place * count
            moved = centred and found[first]
            after = known.moved(x[first], z[first], metrics[first]) if moved else known
            self._slopes[key] = after.marked(slow=bool(slow[place]))

    def _chords(
        self,
        x: Array,
        speeds: Array,
        guess: Array,
        slopes: list[Slopes],
        group: NDArray[np.int64],
        told: Array,
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
                x[active], z[active], speeds[active], told[active], steps[active]
            )
            change = -np.matmul(inverse[group[active]], error[:, :, None])[:, :, 0]
            size = self.equations.size(change)
            lost = ~np.isfinite(size) | (size > _GROWTH * last[active])
            change[lost] = 0.0
            done = ~lost & (size < _SMALL)
            change *= np.minimum(1.0, _LONGEST / np.maximum(size, 1e-9))[:, None]
            z[active] += change
            chords[active] += 1
            ended = active[done]
            if len(ended):
                linear = np.matmul(by_unknown[group[ended]], change[done][:, :, None])[:, :, 0]
                metrics[ended] = beaten[done] + linear
                found[ended] = self.equations.physical(z[ended], metrics[ended])
            last[active] = size
            active = active[~done & ~lost]
            if not len(active):
                break
        return z, metrics, found, chords

    def _known(self, point: Array, setting: Setting) -> bool:
        """Whether this is the last centre of a setting."""
        last = self._last.get(setting.key)
        return last is not None and last.is_of(point, setting.told.vector())

    def _recalled(self, setting: Setting) -> bool:
        """Whether a setting has slopes; those are then the last to be forgotten."""
        known = self._slopes.pop(setting.key, None)
        if known is not None:
            self._slopes[setting.key] = known
        return known is not None

    def _renewed(self, setting: Setting, point: Array) -> str:
        """Take the slopes at a point; why there are none, or ""."""
        known = self._slopes.get(setting.key)
        nearest = (
            known
            or min(
                self._slopes.items(),
                key=lambda one: (abs(one[0][0] - setting.speed), one[0][1] != setting.kind),
                default=(None, None),
            )[1]
        )
        told = setting.told.vector()
        for start in (start_near, start_from_rest):
            try:
                guess = start(self.equations, nearest, point, setting.speed, told)
                found = newton(self.equations, guess, point, setting.speed, told)
            except PhysicsError as error:
                reason = str(error)
            else:
                self._slopes[setting.key] = found
                return ""
        return reason
