"""Long runs: the periodic beat, averaged, moves the slow states by minutes to hours.

Between changes of speed, dose or disturbance the circulation is never far from the periodic beat
of its present slow state. An outer step finds that beat, takes its metrics as those of all beats
of the step and moves the slow states and the blood volume by an exponential Runge-Kutta method of
second order, whose step is set by its own error estimate. What settles within beats (the reflex)
is kept in equilibrium. It is verified against the same equations beat by beat.

References
----------
Cox SM, Matthews PC (2002) J Comput Phys 176:430 (exponential time differencing, ETD2RK).
E W, Engquist B (2003) Commun Math Sci 1:87 (heterogeneous multiscale methods).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plants.errors import InputError, PhysicsError
from plants.plant import Plant
from plants.slow.clock import SECONDS_PER_HOUR, SlowClock, combined, relaxation
from plants.slow.slow_model import SLOW_STATES, STATE_LAYOUT
from plants.steady import PeriodicBeat, SteadyState

Array = NDArray[np.float64]

#: Error of an outer step relative to the size of a state that is aimed at.
RELATIVE_TOLERANCE = 1e-3
#: Longest and shortest outer step, h.
LONGEST_STEP, SHORTEST_STEP = 2.0, 1e-3
_FIRST_STEP = 0.1
_SAFETY, _SMALLEST_CHANGE, _LARGEST_CHANGE = 0.9, 0.2, 3.0
# A state near zero is held to this share of its range instead.
_RANGE_SHARE = 1e-2
_RANGES = np.array([state.high - state.low for state in SLOW_STATES.values()])
_VOLUME_SCALE = 1000.0  # mL; the blood volume is held to the same relative error of it
# The reflex's pressure: largest change that counts as settled (mmHg), and tries to get there.
_REFLEX_TOLERANCE, _REFLEX_TRIES = 1e-3, 30
_FIRST_MOVE = 0.5  # mmHg, from which the secant's slope is taken


class _Quasi(NamedTuple):
    """A slow state with quick ones settled, its blood volume and its periodic beat."""

    state: Array
    volume: float
    beat: SteadyState


class MultirateRun:
    """A plant over hours and days.

    Parameters
    ----------
    plant : Plant
        Patient and pump.
    slow : SlowClock, optional
        The patient's slow clock; its state is moved. By default a new one.
    tolerance : float
        Relative error of an outer step that is aimed at.

    Attributes
    ----------
    beats_found : int
        Periodic beats computed since the start: what a run costs.
    volume : float
        Blood volume, mL.

    Examples
    --------
    >>> from plants import MultirateRun, Plant
    >>> run = MultirateRun(Plant("shock-d", "CP"))
    >>> run.advance(6.0, speed=44_000)
    >>> run.slow.hours, run.metrics()["map"] > 60.0
    (6.0, True)
    """

    def __init__(
        self,
        plant: Plant,
        slow: SlowClock | None = None,
        *,
        tolerance: float = RELATIVE_TOLERANCE,
    ):
        self.plant = plant
        self.slow = slow if slow is not None else SlowClock(plant.patient)
        if self.slow.patient != plant.patient:
            raise InputError("slow", self.slow.patient.name, f"of patient {plant.patient.name}")
        self.tolerance = tolerance
        self.volume = plant.patient["blood_volume"]
        self.beats_found = 0
        self._search = PeriodicBeat(plant)
        self._step = _FIRST_STEP
        self._at: _Quasi | None = None
        self._speed = 0.0
        self._outside: dict[str, float] = {}

    def advance(
        self,
        hours: float,
        speed: float,
        disturbances: Mapping[str, float] | None = None,
        *,
        longest: float = LONGEST_STEP,
    ) -> None:
        """Let time pass at a held speed.

        Parameters
        ----------
        hours : float
            How long, h.
        speed : float
            Speed command, rpm.
        disturbances : mapping, optional
            What else acts on the patient all the while; an infusion is a slow input instead.
        longest : float
            Longest outer step, h.

        Raises
        ------
        InputError
            The time is not positive, or an infusion is given.
        PhysicsError
            There is no periodic beat any more, or a state left its range: the patient's
            circulation has failed. The run stays at the last good step.
        """
        if not (math.isfinite(hours) and hours > 0):
            raise InputError("hours", hours, "a positive number of hours")
        if (disturbances or {}).get("infusion", 0.0) != 0.0:
            allowed = "0; over hours give fluid, transfusion or bleeding to the slow clock"
            raise InputError("infusion", (disturbances or {})["infusion"], allowed)
        self._speed, self._outside = speed, dict(disturbances or {})
        self._at = None  # Speed, inputs or disturbances may have changed.
        end = self.slow.hours + hours
        while self.slow.hours < end - 1e-9:
            self._outer_step(min(longest, end - self.slow.hours))
        self.slow.hours = end

    def metrics(self) -> dict[str, float]:
        """Metrics of the present beat and the slow signals, by name."""
        beat = self._here().beat.metrics
        return beat | self.slow.outputs(beat)

    @property
    def beat(self) -> SteadyState:
        """The present periodic beat."""
        return self._here().beat

    def hold(self, speed: float, disturbances: Mapping[str, float] | None = None) -> None:
        """Change the speed (rpm) and what acts on the patient without letting time pass."""
        self._speed, self._outside, self._at = speed, dict(disturbances or {}), None

    def _here(self) -> _Quasi:
        if self._at is None:
            self._at = self._settled(self.slow.state, self.volume)
            self.slow.state = self._at.state
        return self._at

    def _found(self, state: Array, volume: float) -> SteadyState:
        acting = combined(self._outside, self.slow.effects(state))
        acting["infusion"] = 0.0  # The volume is the slow clock's; a beat finds it as it is.
        self.beats_found += 1
        return self._search.find(self._speed, acting, blood_volume=volume)

    def _settled(self, state: Array, volume: float) -> _Quasi:
        """The periodic beat with the reflex in equilibrium: a secant on its pressure."""
        beat = self._found(state, volume)
        settled = self.slow.settled(state, beat.metrics)
        if not self.slow.reflex_on:
            return _Quasi(settled, volume, beat)
        pressure = state[STATE_LAYOUT.index["sensed_pressure"]]
        before, last = (math.nan, math.nan), math.nan
        for _ in range(_REFLEX_TRIES):
            settled = self.slow.settled(state, beat.metrics | {"map": pressure})
            beat = self._found(settled, volume)
            error = beat.metrics["map"] - pressure
            if abs(error) < _REFLEX_TOLERANCE:
                return _Quasi(settled, volume, beat)
            slope = (error - before[1]) / (pressure - before[0])
            before, last = (pressure, error), error
            if math.isfinite(slope) and slope < 0.0:
                pressure -= error / slope
            else:
                pressure += math.copysign(min(abs(error), _FIRST_MOVE), error)
        raise PhysicsError(
            f"patient {self.plant.patient.name} at {self.slow.hours:.2f} h: the reflex does not "
            f"settle; the arterial pressure is still {abs(last):.2g} mmHg off"
        )

    def _slopes(self, at: _Quasi) -> tuple[Array, Array, float]:
        rates, decay = self.slow.rates(at.state, at.beat.metrics)
        inflow = self.slow.effects(at.state)["infusion"] * SECONDS_PER_HOUR
        return rates, decay, inflow

    def _outer_step(self, longest: float) -> None:
        """One accepted step of ETD2RK."""
        here = self._here()
        rates, decay, inflow = self._slopes(here)
        step = min(self._step, longest)
        while True:
            try:
                trial, error = self._tried(here, rates, decay, inflow, step)
            except PhysicsError:
                if step <= SHORTEST_STEP:
                    raise
                step = max(step * _SMALLEST_CHANGE, SHORTEST_STEP)
                continue
            change = _SAFETY / math.sqrt(max(error, 1e-12))
            change = min(max(change, _SMALLEST_CHANGE), _LARGEST_CHANGE)
            if error <= 1.0 or step <= SHORTEST_STEP:
                break
            step = max(step * change, SHORTEST_STEP)
        self.slow.hours += step
        self.slow.state, self.volume, self._at = trial.state, trial.volume, trial
        # A step cut short by the end of the time says nothing about how long the next may be.
        if step < longest or change < 1.0:
            self._step = max(step * change, SHORTEST_STEP)

    def _tried(
        self, here: _Quasi, rates: Array, decay: Array, inflow: float, step: float
    ) -> tuple[_Quasi, float]:
        """The state after a step and its error estimate over the tolerance."""
        z = decay * step
        share = relaxation(z)
        first = self.slow.checked(here.state + step * share * rates)
        predicted = self._settled(first, here.volume + step * inflow)
        later, _, later_inflow = self._slopes(predicted)
        # The nonlinear rest of the rates, with the linear part frozen at the step's beginning.
        rest = (later + decay * first) - (rates + decay * here.state)
        correction = step * _second(z, share) * rest
        correction = np.where(np.isfinite(correction), correction, 0.0)
        state = self.slow.checked(first + correction)
        volume = here.volume + 0.5 * step * (inflow + later_inflow)
        scale = np.abs(here.state) + _RANGE_SHARE * _RANGES
        error = float(np.max(np.abs(correction) / scale)) if len(scale) else 0.0
        error = max(error, abs(volume - predicted.volume) / _VOLUME_SCALE) / self.tolerance
        if error > 1.0 and step > SHORTEST_STEP:
            return predicted, error
        return self._settled(state, volume), error


def _second(z: Array, share: Array) -> Array:
    """(exp(-z) - 1 + z) / z^2: the weight of a linear change of the rates over the step."""
    small = np.abs(z) < 1e-4
    safe = np.where(small, 1.0, z)
    return np.where(small, 0.5 - z / 6, (1.0 - share) / safe)
