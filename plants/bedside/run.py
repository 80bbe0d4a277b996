"""Hours of a supported patient at the price of a few beats: what a decision each hour can afford.

The same idea as :class:`~plants.slow.multirate.MultirateRun`, which it is tested against: periodic
beats move the slow states. Here a step of up to an hour costs one periodic beat and no slopes. The
slow states follow the exponential Runge-Kutta method of second order, which is exact for what
relaxes at a constant rate however fast; the reflex is brought to equilibrium by a secant on the
arterial pressure. Steps are shortened while the two orders of the method differ.

References
----------
Cox SM, Matthews PC (2002) J Comput Phys 176:430 (exponential time differencing, ETD2RK).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from plants.beat import FollowedBeat, SteadyState
from plants.plant import Plant
from plants.quantities import SECONDS_PER_HOUR, Array, FailureKind, PhysicsError
from plants.slow import (
    FAST_RELAXING_STATES,
    SLOW_STATES,
    STATE_LAYOUT,
    PeriodicRun,
    SlowClock,
    relaxation,
    step_change,
)

#: Relative difference of the two orders of the method that is borne in a step.
RELATIVE_TOLERANCE = 0.02
#: Longest and shortest step, h.
LONGEST_STEP, SHORTEST_STEP = 1.0, 0.02
# The difference rises with the square of the step.
_SAFETY, _SMALLEST_CHANGE = 0.8, 0.1
_change = partial(step_change, order=2, safety=_SAFETY, smallest=_SMALLEST_CHANGE, largest=5.0)
# Change of a state over the beat that counts as periodic (mL, mL/s, krpm): hundredths of a mmHg.
_BEAT_TOLERANCE = 1e-3
# The reflex's pressure: what counts as equilibrium (mmHg), tries, first move and its largest
# (mmHg).
_PRESSURE_TOLERANCE, _TRIES, _FIRST_SLOPE, _LARGEST_MOVE = 0.05, 30, -2.0, 15.0
# The same where the mean of an irregular course stands in for the beat.
_COURSE_TOLERANCE = 0.5
_SENSED = STATE_LAYOUT.index["sensed_pressure"]
_SLOW = np.array([name not in FAST_RELAXING_STATES for name in SLOW_STATES])
# A state's size is its value, but not less than this share of its range.
_LEAST_SIZE = np.array([1e-3 * (state.high - state.low) for state in SLOW_STATES.values()])
# Ranges that are open for all that matters say nothing about a size: these do.
_OWN_SIZE = {
    "functional_leak": 0.2,
    "pfhb": 5.0,
    "limb_ischemia": 0.5,
    "lactate": 0.5,
    "inotrope_effect": 0.5,
    "vasopressor_effect": 0.02,
    "fluid_shift": 50.0,
}
for _name, _size in _OWN_SIZE.items():
    _LEAST_SIZE[STATE_LAYOUT.index[_name]] = _size


class _QuasiSteady(NamedTuple):
    """What a beat belongs to."""

    state: Array
    volume: float
    speed: float
    outside: dict[str, float]
    beat: SteadyState


class BedsideRun(PeriodicRun):
    """A plant over hours, cheaply.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    slow : SlowClock
        The patient's slow clock; its state is moved.
    volume : float, optional
        Blood volume at the begin, mL; by default the patient's.
    tolerance : float
        Relative error of a step that is borne.

    Attributes
    ----------
    volume : float
        Blood volume, mL.
    diuresis : float
        Fluid that is taken off the blood, mL/h; hemoglobin stays.
    beats_found : int
        Periodic beats found since the start, which is what a run costs.

    Examples
    --------
    >>> from plants import Plant, SlowClock
    >>> from plants.bedside.run import BedsideRun
    >>> plant = Plant("shock-d", "CP")
    >>> run = BedsideRun(plant, SlowClock(plant.patient))
    >>> run.advance(6.0, speed=44_000)
    >>> run.slow.hours, run.metrics()["map"] > 60.0
    (6.0, True)
    """

    def __init__(
        self,
        plant: Plant,
        slow: SlowClock,
        *,
        volume: float | None = None,
        tolerance: float = RELATIVE_TOLERANCE,
    ):
        super().__init__(plant, slow, tolerance=tolerance, volume=volume)
        self.diuresis = 0.0
        self._search = FollowedBeat(plant, tolerance=_BEAT_TOLERANCE)
        self._at: _QuasiSteady | None = None
        self._slope = _FIRST_SLOPE  # of the reflex's pressure error, kept from search to search
        self._step = LONGEST_STEP

    def advance(
        self, hours: float, speed: float, disturbances: Mapping[str, float] | None = None
    ) -> None:
        """Let time pass at a held speed (rpm).

        Raises
        ------
        PhysicsError
            There is no periodic beat any more, or a state left its range: the circulation has
            failed. The run stays at the last good step.
        """
        self.hold(speed, disturbances)
        self._pass(hours, LONGEST_STEP)

    def fork(self) -> BedsideRun:
        """A run of its own from the same state, sharing the plant."""
        other = copy.copy(self)
        other.slow = copy.copy(self.slow)
        other.slow._inputs = dict(self.slow._inputs)
        other._search = copy.copy(self._search)
        other._outside = dict(self._outside)
        return other

    def _present(self) -> _QuasiSteady:
        at = self._at
        if (
            at is None
            or at.state is not self.slow.state
            or (at.volume, at.speed, at.outside) != (self.volume, self._speed, self._outside)
        ):
            at = self._quasi_steady(self.slow.state, self.volume)
            self.slow.state, self._at = at.state, at
        return at

    def _quasi_steady(self, state: Array, volume: float) -> _QuasiSteady:
        """The periodic beat with the reflex in equilibrium: a secant on its pressure."""
        pressure, last = state[_SENSED], None
        for _ in range(_TRIES):
            if self.slow.reflex_on:
                state = self.slow.quasi_steady(state, _Pressure(pressure))
            self.beats_found += 1
            beat = self._search.find(self._speed, self._acting(state), blood_volume=volume)
            error = beat.metrics["map"] - pressure
            tolerance = _PRESSURE_TOLERANCE if beat.repeats else _COURSE_TOLERANCE
            if not self.slow.reflex_on or abs(error) < tolerance:
                return _QuasiSteady(state, volume, self._speed, self._outside, beat)
            if last is not None and pressure != last[0]:
                slope = (error - last[1]) / (pressure - last[0])
                # The reflex works against its error; another sign is a search gone astray.
                self._slope = slope if slope < -0.5 else _FIRST_SLOPE
            last = (pressure, error)
            move = -error / self._slope
            pressure += math.copysign(min(abs(move), _LARGEST_MOVE), move)
        raise PhysicsError(
            f"patient {self.plant.patient.name} at {self.slow.hours:.2f} h: the reflex does not "
            f"settle; the arterial pressure is still {abs(error):.2g} mmHg off",
            kind=FailureKind.REFLEX_UNSETTLED,
        )

    def _step_of(self, longest: float) -> None:
        here = self._present()
        rates, decay = self.slow.rates(here.state, here.beat.metrics)
        infusion = self.slow.effects(here.state)["infusion"] * SECONDS_PER_HOUR - self.diuresis
        step = min(self._step, longest)
        while True:
            try:
                after, error = self._tried(here, rates, decay, infusion, step)
            except PhysicsError:
                if step <= SHORTEST_STEP:
                    raise
                error = 1.0 / _SMALLEST_CHANGE**2
            if error <= 1.0 or step <= SHORTEST_STEP:
                break
            step = max(step * _change(error), SHORTEST_STEP)
        self.slow.hours += step
        self.slow.state, self.volume, self._at = after.state, after.volume, after
        if step < longest or error > _SAFETY:
            self._step = min(max(step * _change(error), SHORTEST_STEP), LONGEST_STEP)

    def _tried(
        self, here: _QuasiSteady, rates: Array, decay: Array, infusion: float, step: float
    ) -> tuple[_QuasiSteady, float]:
        """What a step leads to, and the difference of the two orders over the tolerance."""
        z = decay * step
        first = here.state + step * relaxation(z) * rates
        first[~_SLOW] = here.state[~_SLOW]
        volume = here.volume + infusion * step
        first = self.slow.checked(first)
        end = self._quasi_steady(first, volume)
        later, _ = self.slow.rates(first, end.beat.metrics)
        # What the rates do beside relaxing at the rate of the begin.
        change = (later + decay * first) - (rates + decay * here.state)
        shift = np.where(_SLOW, step * _second(z) * change, 0.0)
        size = np.maximum(np.maximum(np.abs(here.state), np.abs(first)), _LEAST_SIZE)
        error = float(np.max(np.abs(shift) / size)) / self.tolerance
        return end._replace(state=self.slow.checked(end.state + shift)), error


class _Pressure(dict[str, float]):
    """Metrics of which only the mean arterial pressure is looked at."""

    def __init__(self, pressure: float):
        super().__init__(map=float(pressure))

    def __missing__(self, name: str) -> float:
        return 0.0


def _second(z: Array) -> Array:
    """(exp(-z) - 1 + z) / z^2, the weight of a change of the rates over a step."""
    safe = np.where(np.abs(z) < 1e-3, 1.0, z)
    return np.where(np.abs(z) < 1e-3, 0.5 - z / 6.0, (np.expm1(-safe) + safe) / safe**2)
